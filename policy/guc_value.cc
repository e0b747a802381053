// SPDX-License-Identifier: Apache-2.0
#include "policy/guc_value.h"

#include <array>
#include <charconv>
#include <cmath>
#include <system_error>
#include <utility>

namespace policy {
namespace {

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

std::optional<double> milliseconds_of(std::string_view unit) {
  constexpr std::array<std::pair<std::string_view, double>, 7> kUnits{{{"", 1},
                                                                       {"us", 0.001},
                                                                       {"ms", 1},
                                                                       {"s", 1000},
                                                                       {"min", 60'000},
                                                                       {"h", 3'600'000},
                                                                       {"d", 86'400'000}}};
  for (const auto& [name, factor] : kUnits) {
    if (name == unit) return factor;
  }
  return std::nullopt;
}

// Takes one name off the front of `rest`. Nothing: malformed.
std::optional<std::string> take_name(std::string_view& rest) {
  std::string name;
  if (!rest.starts_with('"')) {
    while (!rest.empty() && rest.front() != ',' && !is_space(rest.front())) {
      name += lower(rest.front());
      rest.remove_prefix(1);
    }
    return name.empty() ? std::nullopt : std::optional(name);
  }
  rest.remove_prefix(1);
  while (!rest.empty()) {
    const bool is_quote = rest.front() == '"';
    if (is_quote && !rest.substr(1).starts_with('"')) {
      rest.remove_prefix(1);
      return name;
    }
    name += rest.front();
    rest.remove_prefix(is_quote ? 2 : 1);
  }
  return std::nullopt;
}

}  // namespace

std::string ascii_lower(std::string_view text) {
  std::string folded(text);
  for (char& c : folded) c = lower(c);
  return folded;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return ascii_lower(a) == ascii_lower(b);
}

std::optional<bool> parse_boolean(std::string_view text) {
  const std::string value = ascii_lower(text);
  if (value.empty()) return std::nullopt;
  const auto begins = [&value](std::string_view word) { return word.starts_with(value); };
  if (value == "1" || value == "on" || begins("true") || begins("yes")) return true;
  if (value == "0" || value == "of" || value == "off" || begins("false") || begins("no"))
    return false;
  return std::nullopt;
}

std::optional<double> parse_milliseconds(std::string_view text) {
  text = trimmed(text);
  double number = 0;
  const auto* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, number, std::chars_format::fixed);
  if (parsed.ec != std::errc() || !std::isfinite(number)) return std::nullopt;
  const auto factor = milliseconds_of(trimmed(std::string_view(parsed.ptr, end)));
  if (!factor) return std::nullopt;
  return number * *factor;
}

std::optional<std::vector<std::string>> split_names(std::string_view text) {
  std::vector<std::string> names;
  text = trimmed(text);
  if (text.empty()) return names;
  while (true) {
    text = trimmed(text);
    auto name = take_name(text);
    if (!name) return std::nullopt;
    names.push_back(*std::move(name));
    text = trimmed(text);
    if (text.empty()) return names;
    if (text.front() != ',') return std::nullopt;
    text.remove_prefix(1);
  }
}

bool is_utf8_name(std::string_view text) {
  std::string cleaned;
  for (const char c : text) {
    const char folded = lower(c);
    if ((folded >= 'a' && folded <= 'z') || (folded >= '0' && folded <= '9')) cleaned += folded;
  }
  return cleaned == "utf8" || cleaned == "unicode";
}

}  // namespace policy
