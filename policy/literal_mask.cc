// SPDX-License-Identifier: Apache-2.0
#include "policy/literal_mask.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace policy {
namespace {

enum class Kind : std::uint8_t { Refused, Separate, Word, Digit };

constexpr std::string_view kSeparate = " \t\n\r\f!#%&()*+,-/:;<=>?@[]^`{|}~";

// A dot belongs to words: what it touches is part of a number or of a name.
constexpr std::array<Kind, 256> kinds() {
  std::array<Kind, 256> kinds{};
  for (const char c : kSeparate) kinds[static_cast<unsigned char>(c)] = Kind::Separate;
  for (unsigned c = 'a'; c <= 'z'; ++c) kinds[c] = kinds[c - 'a' + 'A'] = Kind::Word;
  for (unsigned c = '0'; c <= '9'; ++c) kinds[c] = Kind::Digit;
  kinds['_'] = kinds['.'] = Kind::Word;
  return kinds;
}

Kind kind_of(char c) {
  static constexpr auto kKinds = kinds();
  return kKinds[static_cast<unsigned char>(c)];
}

bool begins_comment(std::string_view sql, std::size_t at) {
  if (at + 1 == sql.size()) return false;
  return (sql[at] == '-' && sql[at + 1] == '-') || (sql[at] == '/' && sql[at + 1] == '*');
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
    const Kind kind = kind_of(sql[i]);
    if (kind == Kind::Refused || begins_comment(sql, i)) return false;
    if (kind == Kind::Separate) {
      ++i;
      continue;
    }
    std::size_t end = i;
    bool is_number = true;
    for (; end < sql.size() && kind_of(sql[end]) >= Kind::Word; ++end) {
      is_number = is_number && kind_of(sql[end]) == Kind::Digit;
    }
    if (is_number && end - i <= kDigitsMax && !mask_number(i, end)) return false;
    i = end;
  }
  return true;
}

bool LiteralMask::mask_number(std::size_t begin, std::size_t end) {
  std::fill(form_.begin() + static_cast<std::ptrdiff_t>(begin),
            form_.begin() + static_cast<std::ptrdiff_t>(end), kMaskedDigit);
  return literals_.add(begin);
}

}  // namespace policy
