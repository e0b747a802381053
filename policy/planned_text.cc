// SPDX-License-Identifier: Apache-2.0
#include "policy/planned_text.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace policy {
namespace {

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

bool is_word(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return std::isalnum(byte) != 0 || c == '_' || c == '$' || byte >= 0x80;
}

bool equals_ignoring_case(std::string_view word, std::string_view lower) {
  return std::ranges::equal(word, lower, [](char one, char other) {
    return std::tolower(static_cast<unsigned char>(one)) == other;
  });
}

// Goes over a text token by token; at its end it stays.
class Tokens {
 public:
  Tokens(std::string_view text, std::size_t at) : text_(text), at_(at) {}

  std::size_t at() const { return at_; }
  bool is_at_end() const { return at_ >= text_.size(); }
  char here() const { return is_at_end() ? '\0' : text_[at_]; }

  void skip_blank() {
    while (!is_at_end()) {
      if (is_space(here())) {
        ++at_;
      } else if (begins("--")) {
        skip_to(text_.find_first_of("\r\n", at_));
      } else if (begins("/*")) {
        skip_comment();
      } else {
        return;
      }
    }
  }

  std::string_view word() {
    const std::size_t begin = at_;
    while (!is_at_end() && is_word(here())) ++at_;
    return text_.substr(begin, at_ - begin);
  }

  // A word, a quoted thing, or one other character.
  void skip_token() {
    if (here() == '\'') return skip_string(false);
    if (here() == '"') return skip_to_quote('"');
    if (here() == '$' && skip_dollar_quoted()) return;
    const std::string_view name = word();
    if (name.empty()) {
      ++at_;
    } else if (here() == '\'') {
      skip_string(equals_ignoring_case(name, "e"));
    }
  }

  // From an opening bracket to the one that closes it. False: none does.
  bool skip_to_close() {
    for (int depth = 0; !is_at_end(); skip_blank()) {
      if (here() == '(') ++depth;
      if (here() == ')' && --depth == 0) return true;
      skip_token();
    }
    return false;
  }

 private:
  bool begins(std::string_view with) const { return text_.substr(at_).starts_with(with); }
  void skip_to(std::size_t at) { at_ = std::min(at, text_.size()); }

  void skip_comment() {
    int depth = 0;
    do {
      const bool opens = begins("/*"), closes = begins("*/");
      depth += opens ? 1 : closes ? -1 : 0;
      at_ += opens || closes ? 2 : 1;
    } while (depth > 0 && !is_at_end());
  }
  // A doubled quote begins the next part, which is read as a string of its own.
  void skip_to_quote(char quote) {
    const std::size_t end = text_.find(quote, at_ + 1);
    skip_to(end == std::string_view::npos ? end : end + 1);
  }
  void skip_string(bool has_escapes) {
    if (!has_escapes) return skip_to_quote('\'');
    for (++at_; !is_at_end(); ++at_) {
      const bool is_doubled = begins("''");
      if (here() == '\\' || is_doubled) {
        ++at_;
      } else if (here() == '\'') {
        ++at_;
        return;
      }
    }
  }
  bool skip_dollar_quoted() {
    std::size_t end = at_ + 1;
    while (end < text_.size() && is_word(text_[end]) && text_[end] != '$') ++end;
    const bool is_tag = end < text_.size() && text_[end] == '$' &&
                        std::isdigit(static_cast<unsigned char>(text_[at_ + 1])) == 0;
    if (!is_tag) return false;
    const std::string_view tag = text_.substr(at_, end + 1 - at_);
    const std::size_t close = text_.find(tag, end + 1);
    skip_to(close == std::string_view::npos ? close : close + tag.size());
    return true;
  }

  std::string_view text_;
  std::size_t at_;
};

bool is_option(std::string_view word) {
  return equals_ignoring_case(word, "analyze") || equals_ignoring_case(word, "analyse") ||
         equals_ignoring_case(word, "verbose");
}

TextRange between(std::size_t begin, std::size_t end) {
  return {.offset = begin, .bytes = end > begin ? end - begin : 0};
}

TextRange copied(Tokens tokens) {
  if (tokens.here() != '(') return {};
  const std::size_t begin = tokens.at() + 1;
  return tokens.skip_to_close() ? between(begin, tokens.at()) : TextRange{};
}

TextRange explained(Tokens tokens, std::size_t end) {
  if (tokens.here() == '(') {
    if (!tokens.skip_to_close()) return {};
    tokens.skip_token();
    tokens.skip_blank();
    return between(tokens.at(), end);
  }
  for (Tokens next = tokens; is_option(next.word()); tokens = next) next.skip_blank();
  return between(tokens.at(), end);
}

}  // namespace

TextRange text_inside(std::string_view sql, const TextRange& statement) {
  const std::string_view text = sql.substr(0, statement.offset + statement.bytes);
  Tokens tokens(text, statement.offset);
  tokens.skip_blank();
  const std::string_view verb = tokens.word();
  tokens.skip_blank();
  if (equals_ignoring_case(verb, "copy")) return copied(tokens);
  return equals_ignoring_case(verb, "explain") ? explained(tokens, text.size()) : TextRange{};
}

TextRange name_at(std::string_view sql, std::size_t offset) {
  Tokens tokens(sql, offset);
  std::size_t end = offset;
  do {
    if (end != offset) tokens.skip_token();  // the dot
    tokens.skip_blank();
    // "a""b" is one name.
    do {
      tokens.skip_token();
    } while (tokens.here() == '"');
    end = tokens.at();
    tokens.skip_blank();
  } while (tokens.here() == '.');
  return between(offset, end);
}

}  // namespace policy
