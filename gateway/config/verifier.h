// SPDX-License-Identifier: Apache-2.0
// The form of a password verifier as PostgreSQL keeps it in pg_authid.rolpassword. Derives nothing.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace gateway::config {

inline constexpr std::int64_t kIterationsMin = 4096;  // RFC 7677
inline constexpr std::int64_t kIterationsMax = 10'000'000;

// SCRAM-SHA-256$iterations:salt$stored_key:server_key, salt and keys in base64, keys of 32 bytes.
// The error says what is wrong and never holds a part of the verifier.
std::expected<void, std::string> check_verifier(std::string_view verifier);

}  // namespace gateway::config
