// SPDX-License-Identifier: Apache-2.0
// The look at a text before the parser sees it: encoding, size and what makes PostgreSQL's lexer or
// grammar slow. One linear pass without allocation. Knows tokens (scan.l), no grammar.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace policy {

constexpr std::size_t kCommentDepthMax = 32;
constexpr std::size_t kOperatorCharsMax = 64;
constexpr std::size_t kBracketDepthMax = 500;
// The lexer reads a run of operator characters to its end and then goes back to the comment that it
// found inside. Such re-reading may cost as much again as the text, and this on top.
constexpr std::size_t kRereadSlackBytes = 64 * 1024;

struct TextFault {
  enum class Kind : std::uint8_t {
    TooLong,
    NulByte,
    NotUtf8,
    CommentTooDeep,
    OperatorTooLong,
    BracketsTooDeep,
    TooMuchRereading,
    NumeralTooNew,
  };
  Kind kind = Kind::TooLong;
  std::size_t offset = 0;  // byte; for NotUtf8 the first one of the bad sequence
};

struct TextLimits {
  std::size_t bytes_max = 1 << 20;
  int server_major = 15;
};

// Lexes as scan.l does with standard_conforming_strings on. Behind a point where scan.l gives up
// with an error it may differ: the parser stops there, too.
std::optional<TextFault> scan_text(std::string_view sql, const TextLimits& limits);

// The offset of the first byte that is no part of strict UTF-8 (no overlong forms, no surrogates,
// nothing above U+10FFFF); nothing if all is well.
std::optional<std::size_t> invalid_utf8(std::string_view text);

}  // namespace policy
