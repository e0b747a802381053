// SPDX-License-Identifier: Apache-2.0
// Reads the cells of one row from left to right. The first that is not what was asked for fails the
// row; what is read after that is empty.
#pragma once

#include <charconv>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policy/catalog/loader.h"
#include "policy/catalog/text_array.h"

namespace policy::catalog {

class Loader::Cells {
 public:
  Cells(std::span<const std::string_view> cells, Rows& rows) : cells_(cells), rows_(rows) {}

  bool is_good() const { return is_good_; }
  bool is_read() const { return at_ == cells_.size(); }
  std::size_t position() const { return at_; }  // of the last one read, from 1

  template <class Number>
  Number number() {
    return parsed<Number>(raw());
  }
  Oid oid() { return number<Oid>(); }
  std::int16_t number16() { return number<std::int16_t>(); }
  // Of a NULL or a zero: none.
  Oid optional_oid() {
    const auto text = raw();
    return text.data() == nullptr ? 0 : parsed<Oid>(text);
  }
  bool flag() {
    const auto text = raw();
    if (text != "t" && text != "f") is_good_ = false;
    return text == "t";
  }
  char letter() {
    const auto text = raw();
    if (text.size() != 1) is_good_ = false;
    return is_good_ ? text[0] : '\0';
  }
  std::string_view text() { return rows_.keep(raw()); }

  // oidvector, int2vector: "23 25".
  template <class Number>
  std::vector<Number> vector() {
    std::vector<Number> numbers;
    std::string_view rest = raw();
    while (is_good_ && !rest.empty()) {
      const auto end = rest.find(' ');
      numbers.push_back(parsed<Number>(rest.substr(0, end)));
      rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
    }
    return numbers;
  }

  // NULL is an empty one.
  std::vector<std::string> strings() {
    const auto text = raw();
    if (text.data() == nullptr) return {};
    auto elements = parse_array(text);
    if (!elements) is_good_ = false;
    return elements ? std::move(*elements) : std::vector<std::string>{};
  }
  template <class Number>
  std::vector<Number> array() {
    std::vector<Number> numbers;
    for (const auto& element : strings()) numbers.push_back(parsed<Number>(element));
    return numbers;
  }

  std::string_view keep(std::string_view value) { return rows_.keep(value); }

 private:
  std::string_view raw() {
    if (!is_good_ || at_ >= cells_.size()) {
      is_good_ = false;
      return {};
    }
    return cells_[at_++];
  }

  template <class Number>
  Number parsed(std::string_view text) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) is_good_ = false;
    return is_good_ ? value : Number{};
  }

  std::span<const std::string_view> cells_;
  Rows& rows_;
  std::size_t at_ = 0;
  bool is_good_ = true;
};

}  // namespace policy::catalog
