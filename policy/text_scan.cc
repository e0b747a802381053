// SPDX-License-Identifier: Apache-2.0
#include "policy/text_scan.h"

#include <array>

namespace policy {
namespace {

using Kind = TextFault::Kind;

enum CharClass : unsigned char {
  kSpace = 1,  // space and newline
  kNewline = 2,
  kDigit = 4,
  kIdentStart = 8,  // a letter, _ or any byte above 127
  kOperator = 16,   // op_chars
};

constexpr std::array<unsigned char, 256> char_classes() {
  std::array<unsigned char, 256> table{};
  const auto set = [&table](std::string_view chars, unsigned char bits) {
    for (const char c : chars) table[static_cast<unsigned char>(c)] |= bits;
  };
  set(" \t\n\r\f\v", kSpace);
  set("\n\r", kNewline);
  set("0123456789", kDigit);
  set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_", kIdentStart);
  set("~!@#^&|`?+-*/%<>=", kOperator);
  for (std::size_t i = 128; i < table.size(); ++i) table[i] = kIdentStart;
  return table;
}
constexpr auto kClasses = char_classes();

bool is(char c, unsigned char bits) {
  return (kClasses[static_cast<unsigned char>(c)] & bits) != 0;
}

class Scan {
 public:
  Scan(std::string_view sql, int server_major) : sql_(sql), server_major_(server_major) {}

  std::optional<TextFault> run() {
    while (at_ < sql_.size() && !fault_) token();
    return fault_;
  }

 private:
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < sql_.size() ? sql_[at_ + ahead] : '\0';
  }
  bool next_is(std::string_view text) const { return sql_.substr(at_, text.size()) == text; }
  void fail(Kind kind, std::size_t offset) {
    if (!fault_) fault_ = TextFault{kind, offset};
  }

  void token() {
    const char c = peek();
    if (is(c, kIdentStart)) return word();
    if (is(c, kOperator)) return operator_run();
    if (is(c, kDigit)) return number();
    switch (c) {
      case '\'': return quoted('\'', 1);
      case '"': return quoted('"', 1);
      case '$': return dollar();
      case '(':
      case '[': return open_bracket();
      case ')':
      case ']': brackets_ -= brackets_ > 0 ? 1 : 0; break;
      default: break;
    }
    ++at_;
  }

  // An identifier, or the prefix of a literal. All prefixes but E leave quoting rules as they are.
  void word() {
    const char c = peek();
    if ((c == 'e' || c == 'E') && peek(1) == '\'') return escape_string();
    if ((c == 'u' || c == 'U') && peek(1) == '&' && (peek(2) == '\'' || peek(2) == '"')) {
      return quoted(peek(2), 3);
    }
    while (at_ < sql_.size() && (is(peek(), kIdentStart | kDigit) || peek() == '$')) ++at_;
  }

  // A doubled quote ends one string and begins the next, which comes to the same here; so does a
  // continuation on the next line.
  void quoted(char quote, std::size_t opening) {
    const std::size_t end = sql_.find(quote, at_ + opening);
    at_ = end == std::string_view::npos ? sql_.size() : end + 1;
  }

  void escape_string() {
    at_ += 2;
    do {
      while (at_ < sql_.size() && peek() != '\'') at_ += peek() == '\\' ? 2 : 1;
      ++at_;
    } while (continues());
    if (at_ > sql_.size()) at_ = sql_.size();
  }

  // Behind the closing quote of an E'' string: goes behind the next opening quote if the string
  // goes on there, directly ('') or after white space with a line end (quotecontinue).
  bool continues() {
    if (peek() == '\'' && at_ < sql_.size()) {
      ++at_;
      return true;
    }
    std::size_t end = at_;
    bool has_newline = false;
    while (end < sql_.size()) {
      if (is(sql_[end], kSpace)) {
        has_newline = has_newline || is(sql_[end], kNewline);
        ++end;
      } else if (sql_.substr(end, 2) == "--") {
        while (end < sql_.size() && !is(sql_[end], kNewline)) ++end;
      } else {
        break;
      }
    }
    if (!has_newline || end >= sql_.size() || sql_[end] != '\'') return false;
    at_ = end + 1;
    return true;
  }

  // $1, or $tag$ … $tag$; a tag starts like an identifier and holds no $. Else an error.
  void dollar() {
    std::size_t end = at_ + 1;
    if (end < sql_.size() && is(sql_[end], kDigit)) {
      while (end < sql_.size() && is(sql_[end], kDigit)) ++end;
      at_ = end;
      return;
    }
    if (end < sql_.size() && is(sql_[end], kIdentStart)) {
      while (end < sql_.size() && is(sql_[end], kIdentStart | kDigit)) ++end;
    }
    if (end >= sql_.size() || sql_[end] != '$') {
      ++at_;
      return;
    }
    const std::string_view delimiter = sql_.substr(at_, end + 1 - at_);
    const std::size_t close = sql_.find(delimiter, end + 1);
    at_ = close == std::string_view::npos ? sql_.size() : close + delimiter.size();
  }

  // A numeral ends exactly where scan.l ends it: what follows may open a dollar quote.
  void number() {
    const std::size_t start = at_;
    if (peek() == '0' && is_base(peek(1))) {
      at_ += 2;
      while (at_ < sql_.size() && (is_hex(peek()) || peek() == '_')) ++at_;
      return too_new(start);
    }
    digits(start);
    if (peek() == '.' && peek(1) != '.') {
      ++at_;
      digits(start);
    }
    exponent(start);
  }

  void digits(std::size_t start) {
    while (is(peek(), kDigit) || (peek() == '_' && is(peek(1), kDigit))) {
      if (peek() == '_') too_new(start);
      ++at_;
    }
  }

  void exponent(std::size_t start) {
    if (peek() != 'e' && peek() != 'E') return;
    const std::size_t sign = peek(1) == '+' || peek(1) == '-' ? 1 : 0;
    if (!is(peek(1 + sign), kDigit)) return;
    at_ += 1 + sign;
    digits(start);
  }

  // 1_000 and 0xFF are one token from PostgreSQL 16; 14 reads a number and a name.
  void too_new(std::size_t start) {
    if (server_major_ < 16) fail(Kind::NumeralTooNew, start);
  }
  static bool is_base(char c) {
    return c == 'x' || c == 'X' || c == 'o' || c == 'O' || c == 'b' || c == 'B';
  }
  static bool is_hex(char c) {
    return is(c, kDigit) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  }

  void open_bracket() {
    if (++brackets_ > kBracketDepthMax) fail(Kind::BracketsTooDeep, at_);
    ++at_;
  }

  // The end of the run of operator characters at `at_`; runs are measured once.
  std::size_t run_end() {
    if (at_ >= run_end_) {
      run_end_ = at_;
      while (run_end_ < sql_.size() && is(sql_[run_end_], kOperator)) ++run_end_;
    }
    return run_end_;
  }

  void reread(std::size_t bytes) {
    reread_ += bytes;
    if (reread_ > sql_.size() + kRereadSlackBytes) fail(Kind::TooMuchRereading, at_);
  }

  // Most operators must not end in + or -: scan.l gives these back, to read them one by one.
  static std::size_t stripped(std::string_view text) {
    const std::size_t kept = text.find_last_not_of("+-") + 1;
    return (text.size() - kept) * (text.size() - 1) / 2;
  }

  void operator_run() {
    if (next_is("--")) return line_comment();
    if (next_is("/*")) return block_comment();
    const std::size_t end = run_end();
    const std::size_t start = at_;
    while (at_ < end && !next_is("--") && !next_is("/*")) ++at_;
    const std::string_view text = sql_.substr(start, at_ - start);
    if (text.size() > kOperatorCharsMax) fail(Kind::OperatorTooLong, start);
    reread(end - at_ + stripped(text));
  }

  void line_comment() {
    while (at_ < sql_.size() && !is(peek(), kNewline)) ++at_;
  }

  void block_comment() {
    std::size_t depth = 0;
    do {
      if (next_is("/*")) {
        if (++depth > kCommentDepthMax) return fail(Kind::CommentTooDeep, at_);
        reread(run_end() - at_ - 2);
        at_ += 2;
      } else if (next_is("*/")) {
        --depth;
        at_ += 2;
      } else {
        ++at_;
      }
    } while (depth > 0 && at_ < sql_.size() && !fault_);
  }

  std::string_view sql_;
  int server_major_;
  std::size_t at_ = 0;
  std::size_t brackets_ = 0;
  std::size_t run_end_ = 0;
  std::size_t reread_ = 0;
  std::optional<TextFault> fault_;
};

}  // namespace

std::optional<TextFault> scan_text(std::string_view sql, const TextLimits& limits) {
  if (sql.size() > limits.bytes_max) return TextFault{Kind::TooLong, limits.bytes_max};
  if (const auto nul = sql.find('\0'); nul != std::string_view::npos) {
    return TextFault{Kind::NulByte, nul};
  }
  if (const auto bad = invalid_utf8(sql)) return TextFault{Kind::NotUtf8, *bad};
  return Scan(sql, limits.server_major).run();
}

}  // namespace policy
