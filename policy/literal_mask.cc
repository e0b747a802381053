// SPDX-License-Identifier: Apache-2.0
#include "policy/literal_mask.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace policy {
namespace {

enum class Kind : std::uint8_t { Refused, Separate, Opening, Word, Digit };

constexpr std::string_view kSeparate = " \t\n\r\f!#%&()*+,:;<=>?@[]^`{|}~";
constexpr std::string_view kOpening = "-/";  // perhaps a comment

// A dot belongs to words: what it touches is part of a number or of a name.
constexpr std::array<Kind, 256> kinds() {
  std::array<Kind, 256> kinds{};
  for (const char c : kSeparate) kinds[static_cast<unsigned char>(c)] = Kind::Separate;
  for (const char c : kOpening) kinds[static_cast<unsigned char>(c)] = Kind::Opening;
  for (unsigned c = 'a'; c <= 'z'; ++c) kinds[c] = kinds[c - 'a' + 'A'] = Kind::Word;
  for (unsigned c = '0'; c <= '9'; ++c) kinds[c] = Kind::Digit;
  kinds['_'] = kinds['.'] = Kind::Word;
  return kinds;
}

constexpr auto kKinds = kinds();

Kind kind_of(char c) { return kKinds[static_cast<unsigned char>(c)]; }

bool begins_comment(std::string_view sql, std::size_t at) {
  if (at + 1 == sql.size()) return false;
  return (sql[at] == '-' && sql[at + 1] == '-') || (sql[at] == '/' && sql[at + 1] == '*');
}

// The first byte from `at` on that is of no word.
std::size_t end_of_word(std::string_view sql, std::size_t at) {
  while (at < sql.size() && kind_of(sql[at]) >= Kind::Word) ++at;
  return at;
}

}  // namespace

std::optional<std::string_view> LiteralMask::form_of(std::string_view sql) {
  if (sql.size() > kTextBytesMax) return std::nullopt;
  form_.assign(sql);
  literals_.clear();
  if (!mask(sql) || literals_.empty()) return std::nullopt;
  return form_;
}

bool LiteralMask::mask(std::string_view sql) {
  for (std::size_t i = 0; i < sql.size();) {
    switch (kind_of(sql[i])) {
      case Kind::Refused: return false;
      case Kind::Separate: ++i; break;
      case Kind::Opening:
        if (begins_comment(sql, i)) return false;
        ++i;
        break;
      case Kind::Word: i = end_of_word(sql, i + 1); break;
      case Kind::Digit: {
        std::size_t end = i + 1;
        while (end < sql.size() && kind_of(sql[end]) == Kind::Digit) ++end;
        const std::size_t word_end = end_of_word(sql, end);
        if (word_end == end && end - i <= kDigitsMax && !mask_number(i, end)) return false;
        i = word_end;
        break;
      }
    }
  }
  return true;
}

bool LiteralMask::mask_number(std::size_t begin, std::size_t end) {
  std::fill(form_.begin() + static_cast<std::ptrdiff_t>(begin),
            form_.begin() + static_cast<std::ptrdiff_t>(end), kMaskedDigit);
  return literals_.add(begin);
}

}  // namespace policy
