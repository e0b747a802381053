// SPDX-License-Identifier: Apache-2.0
#include "gateway/config/scalar.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <span>

#include "gateway/config/text.h"

namespace gateway::config {
namespace {

struct Unit {
  std::string_view suffix;
  std::int64_t factor;
};

// From large to small: formatting takes the first that divides.
constexpr std::array<Unit, 4> kSizes{
    {{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"B", 1}}};
constexpr std::array<Unit, 4> kDurations{
    {{"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};
constexpr std::int64_t kSecond = 1'000;
constexpr std::size_t kFractionDigitsMax = 9;

bool is_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<std::int64_t> whole(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::int64_t> multiply(std::int64_t a, std::int64_t b) {
  std::int64_t product = 0;
  if (__builtin_mul_overflow(a, b, &product)) return std::nullopt;
  return product;
}

// `text` ("2", "0.5") times `factor`, when that is a whole number.
std::optional<std::int64_t> scaled(std::string_view text, std::int64_t factor) {
  const auto dot = text.find('.');
  const auto before = text.substr(0, dot);
  if (!is_digits(before)) return std::nullopt;
  const auto units = whole(before);
  if (!units) return std::nullopt;
  const auto base = multiply(*units, factor);
  if (!base || dot == std::string_view::npos) return base;
  const auto after = text.substr(dot + 1);
  if (!is_digits(after) || after.size() > kFractionDigitsMax) return std::nullopt;
  std::int64_t power = 1;
  for (std::size_t i = 0; i < after.size(); ++i) power *= 10;
  const std::int64_t fraction = *whole(after) * factor;  // < 10^9 * 3.6 * 10^6
  std::int64_t sum = 0;
  if (fraction % power != 0 || __builtin_add_overflow(*base, fraction / power, &sum)) {
    return std::nullopt;
  }
  return sum;
}

std::string_view number_part(std::string_view text) {
  const auto end = text.find_first_not_of("0123456789.");
  return text.substr(0, end);
}

std::string in_unit(std::int64_t value, std::span<const Unit> units) {
  if (value == 0) return "0";
  const auto unit =
      std::ranges::find_if(units, [value](const Unit& u) { return value % u.factor == 0; });
  return fmt::format("{}{}", value / unit->factor, unit->suffix);
}

template <class Format>
std::string out_of_range(std::string_view text, Range range, Format format) {
  if (range.most == INT64_MAX) {
    return fmt::format("must be at least {}, is '{}'", format(range.least), printable(text));
  }
  return fmt::format("must be between {} and {}, is '{}'", format(range.least), format(range.most),
                     printable(text));
}

bool contains(Range range, std::int64_t value) {
  return value >= range.least && value <= range.most;
}

}  // namespace

Scalar<bool> parse_boolean(std::string_view text) {
  const std::string word = lower(text);
  if (word == "true") return true;
  if (word == "false") return false;
  return std::unexpected(fmt::format("must be true or false, is '{}'", printable(text)));
}

Scalar<std::int64_t> parse_integer(std::string_view text, Range range) {
  const auto digits = text.substr(text.starts_with('-') ? 1 : 0);
  if (!is_digits(digits)) {
    return std::unexpected(fmt::format("must be a whole number, is '{}'", printable(text)));
  }
  const auto value = whole(text);
  if (value && contains(range, *value)) return *value;
  return std::unexpected(out_of_range(text, range, [](auto n) { return std::to_string(n); }));
}

Scalar<std::int64_t> parse_size(std::string_view text, Range range) {
  const auto number = number_part(text);
  const auto suffix = text.substr(number.size());
  const auto unit = std::ranges::find(kSizes, suffix.empty() ? "B" : suffix, &Unit::suffix);
  if (!is_digits(number) || unit == kSizes.end()) {
    return std::unexpected(fmt::format(
        "must be a size such as 1MiB, 64KiB or a number of bytes, is '{}'", printable(text)));
  }
  const auto value = scaled(number, unit->factor);
  if (value && contains(range, *value)) return *value;
  return std::unexpected(out_of_range(text, range, format_size));
}

Scalar<Duration> parse_duration(std::string_view text, Range range) {
  const auto number = number_part(text);
  const auto suffix = text.substr(number.size());
  const auto unit = std::ranges::find(kDurations, suffix, &Unit::suffix);
  if (number.empty() || (!suffix.empty() && unit == kDurations.end())) {
    return std::unexpected(fmt::format(
        "must be a duration such as 500ms, 30s, 10m, 1h or a number of seconds, is '{}'",
        printable(text)));
  }
  const auto value = scaled(number, suffix.empty() ? kSecond : unit->factor);
  const auto format = [](std::int64_t ms) { return format_duration(Duration(ms)); };
  if (!value && is_digits(number)) return std::unexpected(out_of_range(text, range, format));
  if (!value) {
    return std::unexpected(
        fmt::format("must be a whole number of milliseconds, is '{}'", printable(text)));
  }
  if (contains(range, *value)) return Duration(*value);
  return std::unexpected(out_of_range(text, range, format));
}

std::string format_size(std::int64_t bytes) { return in_unit(bytes, kSizes); }
std::string format_duration(Duration duration) { return in_unit(duration.count(), kDurations); }

}  // namespace gateway::config
