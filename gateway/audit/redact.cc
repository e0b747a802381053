// SPDX-License-Identifier: Apache-2.0
#include "gateway/audit/redact.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>

namespace gateway::audit {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
// As in PostgreSQL's scan.l: letters, underscore and every byte above 127.
bool starts_identifier(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}
bool continues_identifier(char c) { return starts_identifier(c) || is_digit(c) || c == '$'; }

enum class Kind : std::uint8_t { Comment, Literal, Word, QuotedWord, Parameter, Other };

struct Token {
  Kind kind;
  std::size_t bytes;
};

// Up to and with the closing `quote`; a doubled one does not close. Starts behind the opening one.
std::size_t quoted_end(std::string_view text, std::size_t at, char quote, char escape) {
  for (; at < text.size(); ++at) {
    if (escape != 0 && text[at] == escape) {
      ++at;
    } else if (text[at] == quote) {
      if (at + 1 >= text.size() || text[at + 1] != quote) return at + 1;
      ++at;
    }
  }
  return text.size();
}

std::size_t word_end(std::string_view text, std::size_t at) {
  while (at < text.size() && continues_identifier(text[at])) ++at;
  return at;
}

// Block comments nest.
std::size_t block_comment_end(std::string_view text) {
  std::size_t depth = 0;
  for (std::size_t at = 0; at < text.size();) {
    if (text.substr(at, 2) == "/*") {
      ++depth;
      at += 2;
    } else if (text.substr(at, 2) == "*/") {
      at += 2;
      if (--depth == 0) return at;
    } else {
      ++at;
    }
  }
  return text.size();
}

// Greedy: `123abc`, `1_000`, `0xff`, `1.5e-3` and `1..2` are each taken out as a whole.
std::size_t number_end(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (continues_identifier(c) || c == '.') {
      ++at;
    } else if ((c == '+' || c == '-') && at > 0 && (text[at - 1] == 'e' || text[at - 1] == 'E') &&
               at + 1 < text.size() && is_digit(text[at + 1])) {
      ++at;
    } else {
      break;
    }
  }
  return at;
}

// PostgreSQL takes at most 65535 parameters; more digits than that are no parameter.
constexpr std::size_t kParameterBytesMax = 6;

// `$1` or `$tag$ … $tag$`.
Token dollar(std::string_view text) {
  std::size_t at = 1;
  if (at < text.size() && is_digit(text[at])) {
    while (at < text.size() && is_digit(text[at])) ++at;
    return {at <= kParameterBytesMax ? Kind::Parameter : Kind::Literal, at};
  }
  while (at < text.size() && (starts_identifier(text[at]) || (at > 1 && is_digit(text[at])))) ++at;
  if (at >= text.size() || text[at] != '$') return {Kind::Other, 1};
  const std::string_view tag = text.substr(0, at + 1);
  const std::size_t close = text.find(tag, tag.size());
  return {Kind::Literal, close == text.npos ? text.size() : close + tag.size()};
}

// A word, or a literal with a prefix: E'…', B'…', X'…', N'…', U&'…', U&"…".
Token word(std::string_view text) {
  const std::size_t end = word_end(text, 0);
  if (end != 1) return {Kind::Word, end};
  const char prefix = static_cast<char>(text[0] | 0x20);
  const char next = text.size() > 1 ? text[1] : '\0';
  if (next == '\'' && prefix == 'e') return {Kind::Literal, quoted_end(text, 2, '\'', '\\')};
  if (next == '\'' && (prefix == 'b' || prefix == 'x' || prefix == 'n')) {
    return {Kind::Literal, quoted_end(text, 2, '\'', 0)};
  }
  if (prefix == 'u' && next == '&' && text.size() > 2) {
    if (text[2] == '\'') return {Kind::Literal, quoted_end(text, 3, '\'', 0)};
    if (text[2] == '"') return {Kind::QuotedWord, quoted_end(text, 3, '"', 0)};
  }
  return {Kind::Word, 1};
}

Token first_token(std::string_view text) {
  const char c = text[0];
  const char next = text.size() > 1 ? text[1] : '\0';
  if (c == '-' && next == '-') {
    return {Kind::Comment, std::min(text.find_first_of("\r\n"), text.size())};
  }
  if (c == '/' && next == '*') return {Kind::Comment, block_comment_end(text)};
  if (c == '\'') return {Kind::Literal, quoted_end(text, 1, '\'', 0)};
  if (c == '"') return {Kind::QuotedWord, quoted_end(text, 1, '"', 0)};
  if (c == '$') return dollar(text);
  if (starts_identifier(c)) return word(text);
  if (is_digit(c) || (c == '.' && is_digit(next))) return {Kind::Literal, number_end(text)};
  return {Kind::Other, 1};
}

std::uint64_t parameter_number(std::string_view token) {
  std::uint32_t number = 0;
  std::from_chars(token.data() + 1, token.data() + token.size(), number);
  return number;
}

std::uint64_t highest_parameter(std::string_view text) {
  std::uint64_t highest = 0;
  while (!text.empty()) {
    const Token token = first_token(text);
    if (token.kind == Kind::Parameter) {
      highest = std::max(highest, parameter_number(text.substr(0, token.bytes)));
    }
    text.remove_prefix(token.bytes);
  }
  return highest;
}

// An identifier whose closing quote is missing may hold anything.
bool is_closed(std::string_view quoted_word) {
  return quoted_word.size() > 1 && quoted_word.ends_with('"') &&
         std::count(quoted_word.begin(), quoted_word.end(), '"') % 2 == 0;
}

template <typename KeepQuoted>
std::string redact(std::string_view text, KeepQuoted keep_quoted) {
  std::string out;
  out.reserve(text.size() + 8);
  std::uint64_t number = highest_parameter(text);
  while (!text.empty()) {
    const Token token = first_token(text);
    const std::string_view bytes = text.substr(0, token.bytes);
    const bool hidden =
        token.kind == Kind::Literal || (token.kind == Kind::QuotedWord && !keep_quoted(bytes));
    if (hidden) {
      out.append("$").append(std::to_string(++number));
    } else if (token.kind == Kind::Comment) {
      out.push_back(' ');
    } else {
      out.append(bytes);
    }
    text.remove_prefix(token.bytes);
  }
  return out;
}

}  // namespace

std::string redact_statement(std::string_view sql) { return redact(sql, is_closed); }

std::string redact_message(std::string_view message, std::string_view redacted_sql) {
  return redact(message, [&](std::string_view quoted) {
    if (!is_closed(quoted)) return false;
    const std::string_view inside = quoted.substr(1, quoted.size() - 2);
    const bool is_number = !inside.empty() && is_digit(inside[0]);
    return !is_number && redacted_sql.contains(inside);
  });
}

}  // namespace gateway::audit
