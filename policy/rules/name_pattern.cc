// SPDX-License-Identifier: Apache-2.0
#include "policy/rules/name_pattern.h"

#include <algorithm>
#include <utility>

namespace policy::rules {
namespace {

using std::string_view;

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// Bytes of the UTF-8 character that starts at `at`.
std::size_t character_bytes(string_view text, std::size_t at) {
  std::size_t end = at + 1;
  while (end < text.size() && is_continuation(text[end])) ++end;
  return end - at;
}

bool is_name_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '$' || (static_cast<unsigned char>(c) & 0x80) != 0;
}

enum class Symbol : std::uint8_t { Character, One, Any };

// A part, or a name, as symbols.
struct Symbols {
  string_view text;
  bool has_globs = false;

  Symbol at(std::size_t i) const {
    if (!has_globs) return Symbol::Character;
    if (text[i] == '*') return Symbol::Any;
    return text[i] == '?' ? Symbol::One : Symbol::Character;
  }
  string_view character(std::size_t i) const { return text.substr(i, character_bytes(text, i)); }
};

Symbols symbols_of(const NamePart& part) { return {part.text, part.has_globs}; }

// Walks `wide` over the symbols of `narrow`. Where they differ, only the last star is tried again
// one symbol further, as an earlier one could not do better: at most |wide| * |narrow| steps.
class Walk {
 public:
  Walk(Symbols wide, Symbols narrow) : wide_(wide), narrow_(narrow) {}

  bool run() {
    while (at_ < narrow_.text.size()) {
      if (at_star()) {
        star_ = ++wide_at_;
        retry_ = at_;
      } else if (wide_at_ < wide_.text.size() && symbol_fits()) {
        wide_at_ += character_bytes(wide_.text, wide_at_);
        at_ += character_bytes(narrow_.text, at_);
      } else if (star_ == string_view::npos) {
        return false;
      } else {
        wide_at_ = star_;
        at_ = retry_ += character_bytes(narrow_.text, retry_);
      }
    }
    while (at_star()) ++wide_at_;
    return wide_at_ == wide_.text.size();
  }

 private:
  bool at_star() const { return wide_at_ < wide_.text.size() && wide_.at(wide_at_) == Symbol::Any; }

  // A `*` of `narrow` stands for any number of characters, so nothing but a `*` takes it.
  bool symbol_fits() const {
    const Symbol symbol = narrow_.at(at_);
    if (symbol == Symbol::Any) return false;
    if (wide_.at(wide_at_) == Symbol::One) return true;
    return symbol == Symbol::Character && wide_.character(wide_at_) == narrow_.character(at_);
  }

  Symbols wide_, narrow_;
  std::size_t wide_at_ = 0, at_ = 0;
  std::size_t star_ = string_view::npos, retry_ = 0;
};

// The characters before the first glob, and behind the last one.
string_view head(const NamePart& part) {
  return string_view(part.text).substr(
      0, part.has_globs ? part.text.find_first_of("*?") : string_view::npos);
}

string_view tail(const NamePart& part) {
  return part.has_globs ? string_view(part.text).substr(part.text.find_last_of("*?") + 1)
                        : string_view(part.text);
}

bool may_overlap(const NamePart& a, const NamePart& b) {
  if (!a.has_globs) return b.matches(a.text);
  if (!b.has_globs) return a.matches(b.text);
  const auto starts = head(a).starts_with(head(b)) || head(b).starts_with(head(a));
  const auto ends = tail(a).ends_with(tail(b)) || tail(b).ends_with(tail(a));
  return starts && ends;
}

struct Limits {
  std::size_t least, most;
  string_view wanted;
};

Limits limits_of(NameKind kind) {
  switch (kind) {
    case NameKind::Schema: return {1, 1, "one name"};
    case NameKind::Relation: return {1, 2, "table or schema.table"};
    case NameKind::Column: return {2, 3, "table.column or schema.table.column"};
    case NameKind::Function: return {1, 2, "function or schema.function"};
  }
  return {1, 1, ""};
}

using Part = std::expected<NamePart, std::string>;

class Parser {
 public:
  explicit Parser(string_view text) : text_(text) {}

  std::expected<NamePattern, std::string> run() {
    NamePattern pattern;
    do {
      Part part = peek() == '"' ? quoted() : plain();
      if (!part) return std::unexpected(std::move(part.error()));
      pattern.parts.push_back(std::move(*part));
    } while (take('.'));
    return pattern;
  }

 private:
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  bool take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  Part plain() {
    const auto begin = at_;
    while (at_ < text_.size() &&
           (is_name_byte(text_[at_]) || text_[at_] == '*' || text_[at_] == '?')) {
      ++at_;
    }
    if (at_ < text_.size() && text_[at_] != '.') return std::unexpected(unfit());
    return finish(fold_name(text_.substr(begin, at_ - begin)), true);
  }

  Part quoted() {
    std::string name;
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] != '"') {
        name += text_[at_];
      } else if (text_.substr(at_).starts_with("\"\"")) {
        name += text_[at_++];
      } else {
        ++at_;
        if (at_ < text_.size() && text_[at_] != '.') {
          return std::unexpected("has something behind a closing quote that is no '.'");
        }
        return finish(std::move(name), false);
      }
    }
    return std::unexpected("has a '\"' that is not closed");
  }

  static Part finish(std::string text, bool globs_count) {
    if (text.empty()) return std::unexpected("has an empty part");
    NamePart part;
    part.has_globs = globs_count && text.find_first_of("*?") != std::string::npos;
    if (!part.has_globs && text.size() > kNameBytesMax) {
      text = cut_name(text);
      part.was_cut = true;
    }
    part.text = std::move(text);
    return part;
  }

  std::string unfit() const {
    if (peek() == '%') return "holds a '%': globs are '*' (any characters) and '?' (exactly one)";
    return "holds a character that a name has only in double quotes: write '\"the name\"'";
  }

  string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

bool NamePart::matches(string_view name) const {
  if (!has_globs) return text == name;
  if (text == "*") return true;
  return Walk(symbols_of(*this), {name}).run();
}

bool NamePattern::matches(std::span<const string_view> names) const {
  if (parts.empty() || parts.size() > names.size()) return false;
  return std::ranges::equal(
      parts, names.last(parts.size()),
      [](const NamePart& part, string_view name) { return part.matches(name); });
}

bool NamePattern::matches(std::initializer_list<string_view> names) const {
  return matches(std::span(names.begin(), names.size()));
}

bool NamePattern::has_globs() const { return std::ranges::any_of(parts, &NamePart::has_globs); }

std::expected<NamePattern, std::string> parse_name_pattern(string_view text, NameKind kind) {
  if (text.empty()) return std::unexpected("is empty");
  if (text.size() > kPatternBytesMax) {
    return std::unexpected("is longer than " + std::to_string(kPatternBytesMax) + " bytes");
  }
  auto pattern = Parser(text).run();
  if (!pattern) return pattern;
  const Limits limits = limits_of(kind);
  const std::size_t count = pattern->parts.size();
  if (count < limits.least || count > limits.most) {
    return std::unexpected(
        (count < limits.least ? "has too few parts: write " : "has too many parts: write ") +
        std::string(limits.wanted));
  }
  return pattern;
}

bool covers(const NamePart& wide, const NamePart& narrow) {
  return Walk(symbols_of(wide), symbols_of(narrow)).run();
}

bool covers(const NamePattern& wide, const NamePattern& narrow) {
  const auto& w = wide.parts;
  const auto& n = narrow.parts;
  for (std::size_t i = 1; i <= w.size(); ++i) {
    const NamePart any{"*", true};
    const NamePart& part = i <= n.size() ? n[n.size() - i] : any;
    if (!covers(w[w.size() - i], part)) return false;
  }
  return true;
}

bool may_overlap(const NamePattern& a, const NamePattern& b) {
  const std::size_t count = std::min(a.parts.size(), b.parts.size());
  return std::ranges::equal(std::span(a.parts).last(count), std::span(b.parts).last(count),
                            [](const NamePart& x, const NamePart& y) { return may_overlap(x, y); });
}

std::string fold_name(string_view name) {
  std::string folded(name);
  for (char& c : folded) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return folded;
}

string_view cut_name(string_view name) {
  if (name.size() <= kNameBytesMax) return name;
  std::size_t end = kNameBytesMax;
  while (end > 0 && is_continuation(name[end])) --end;
  return name.substr(0, end);
}

}  // namespace policy::rules
