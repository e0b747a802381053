// SPDX-License-Identifier: Apache-2.0
// The form of a text that its integer literals leave alone, by tokens only. Knows scan.l of
// PostgreSQL 14 to 18, no grammar: whether a literal matters is told by the reader
// (StatementFacts).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "policy/literal_offsets.h"

namespace policy {

// Not valid UTF-8, so that no text that may be parsed has it.
constexpr char kMaskedDigit = '\xFF';

class LiteralMask {
 public:
  static constexpr std::size_t kTextBytesMax = 4096;
  // Of one literal: every such value is an int4, also with a sign.
  static constexpr std::size_t kDigitsMax = 9;

  // The text with each digit of its integer literals become kMaskedDigit: as long as the text, so
  // two texts of one form have the same tokens at the same offsets. Nothing where the text has no
  // such literal, or more than LiteralOffsets holds, or anything that makes tokens depend on more
  // than their neighbours: quotes, comments, parameters, backslashes, bytes above or below ASCII's
  // printable ones and white space. Borrowed: until the next call.
  std::optional<std::string_view> form_of(std::string_view sql);

  // Where the literals of the last text with a form begin.
  const LiteralOffsets& literals() const { return literals_; }

 private:
  bool mask(std::string_view sql);
  bool mask_number(std::size_t begin, std::size_t end);

  std::string form_{};
  LiteralOffsets literals_{};
};

}  // namespace policy
