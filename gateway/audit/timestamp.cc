// SPDX-License-Identifier: Apache-2.0
#include "gateway/audit/timestamp.h"

#include <array>

namespace gateway::audit {
namespace {

// Exactly `width` digits.
void append_padded(std::string& out, std::int64_t number, std::size_t width) {
  std::array<char, 8> digits;
  for (std::size_t at = width; at > 0; --at) {
    digits[at - 1] = static_cast<char>('0' + number % 10);
    number /= 10;
  }
  out.append(digits.data(), width);
}

std::string format_second(std::chrono::seconds second) {
  const std::chrono::sys_seconds time{second};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{time - day};
  std::string out;
  append_padded(out, static_cast<int>(date.year()), 4);
  out.push_back('-');
  append_padded(out, static_cast<unsigned>(date.month()), 2);
  out.push_back('-');
  append_padded(out, static_cast<unsigned>(date.day()), 2);
  out.push_back('T');
  append_padded(out, clock.hours().count(), 2);
  out.push_back(':');
  append_padded(out, clock.minutes().count(), 2);
  out.push_back(':');
  append_padded(out, clock.seconds().count(), 2);
  out.push_back('.');
  return out;
}

}  // namespace

void TimestampFormat::append(std::string& out, std::chrono::microseconds since_epoch) {
  const auto second = std::chrono::floor<std::chrono::seconds>(since_epoch);
  if (second.count() != second_) {
    second_ = second.count();
    prefix_ = format_second(second);
  }
  out.append(prefix_);
  append_padded(out, (since_epoch - second).count(), 6);
  out.push_back('Z');
}

}  // namespace gateway::audit
