// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace policy {

// SipHash-1-3: without `key` nobody can choose texts that meet in one bucket.
std::uint64_t keyed_hash(std::uint64_t key, std::string_view text);

}  // namespace policy
