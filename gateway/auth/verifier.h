// SPDX-License-Identifier: Apache-2.0
// What is kept of a password for SCRAM-SHA-256 (RFC 5802 section 3, RFC 7677), in PostgreSQL's
// format "SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>" (pg_authid.rolpassword).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gateway::auth {

inline constexpr std::size_t kDigestBytes = 32;
inline constexpr int kDefaultIterations = 4096;
inline constexpr int kIterationsMax = 10'000'000;
inline constexpr std::size_t kSaltBytes = 16;

using Digest = std::array<std::uint8_t, kDigestBytes>;

std::string_view as_text(const Digest& digest);
Digest sha256(std::string_view data);
Digest hmac_sha256(std::string_view key, std::string_view data);

struct ScramVerifier {
  int iterations = kDefaultIterations;
  std::string salt;
  Digest stored_key{};
  Digest server_key{};
};

std::optional<ScramVerifier> parse_verifier(std::string_view text);
std::string format_verifier(const ScramVerifier& verifier);

// From a password of ASCII characters (SASLprep leaves those as they are; others need a verifier
// that PostgreSQL made). Slow on purpose: PBKDF2 with `iterations` rounds; for start-up, not for a
// login.
ScramVerifier derive_verifier(std::string_view password, std::string_view salt, int iterations);

// Derives the verifier of `password` and compares in equal time. As slow as that.
bool is_password_of(const ScramVerifier& verifier, std::string_view password);

// The salt of a user that does not exist: equal on every try, loop and restart for one secret, so
// that the exchange does not tell who exists. No proof passes against it.
ScramVerifier fake_verifier(std::string_view user, std::string_view secret, int iterations);

}  // namespace gateway::auth
