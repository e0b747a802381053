// SPDX-License-Identifier: Apache-2.0
#include "policy/moment_words.h"

#include <algorithm>
#include <array>

namespace policy {
namespace {

constexpr std::array<std::string_view, 4> kWords{"now", "today", "tomorrow", "yesterday"};

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_word(std::string_view text, std::string_view word) {
  return std::ranges::equal(text, word, {}, [](char c) { return static_cast<char>(c | 0x20); });
}

}  // namespace

bool names_moment(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const auto first =
        std::find_if(text.begin() + static_cast<std::ptrdiff_t>(at), text.end(), is_letter);
    const auto last = std::find_if_not(first, text.end(), is_letter);
    const std::string_view letters(first, last);
    if (std::ranges::any_of(kWords, [&](auto word) { return is_word(letters, word); })) return true;
    at = static_cast<std::size_t>(last - text.begin());
  }
  return false;
}

}  // namespace policy
