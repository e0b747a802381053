// SPDX-License-Identifier: Apache-2.0
// What somebody may have meant by a key or word that does not exist.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace gateway::config {

// Insertions, deletions, replacements and swaps of neighbours. Words longer than kCompareBytesMax
// are cut.
inline constexpr std::size_t kCompareBytesMax = 64;
std::size_t edit_distance(std::string_view a, std::string_view b);

// The nearest of `words`; the first of equals. Empty when there are none.
std::string_view nearest(std::string_view word, std::span<const std::string_view> words);

// "unknown key; the nearest known one is 'mode'", for a key under `parent` ("databases[]").
std::string unknown_key(std::string_view parent, std::string_view key);

}  // namespace gateway::config
