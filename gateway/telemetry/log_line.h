// SPDX-License-Identifier: Apache-2.0
// One log line from a message and its fields. Pure; knows no sink.
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace gateway::telemetry {

enum class LogLevel : std::uint8_t { Debug, Info, Warn, Error };
enum class LogFormat : std::uint8_t { Json, Console };

// {"session", id}, {"rows", 5}. Borrows its text: until the call it was made for returns.
struct LogField {
  std::string_view key;
  std::variant<std::string_view, std::int64_t, std::uint64_t, double, bool> value;

  LogField(std::string_view name, std::string_view text) : key(name), value(text) {}
  LogField(std::string_view name, const char* text) : key(name), value(std::string_view(text)) {}
  LogField(std::string_view name, const std::string& text)
      : key(name), value(std::string_view(text)) {}
  LogField(std::string_view name, std::same_as<bool> auto flag) : key(name), value(flag) {}
  LogField(std::string_view name, std::floating_point auto number)
      : key(name), value(static_cast<double>(number)) {}
  LogField(std::string_view name, std::signed_integral auto number)
      : key(name), value(static_cast<std::int64_t>(number)) {}
  template <std::unsigned_integral Number>
    requires(!std::same_as<Number, bool>)
  LogField(std::string_view name, Number number)
      : key(name), value(static_cast<std::uint64_t>(number)) {}
};

struct LogEntry {
  std::chrono::system_clock::time_point time;
  LogLevel level = LogLevel::Info;
  std::string_view message;
  std::span<const LogField> fields;
};

std::string_view name(LogLevel level);  // "debug", "info", "warn", "error"

// Without a newline, and without one inside: no text of a client can forge a second line. Bytes
// that are not UTF-8 become U+FFFD. A JSON line has the members ts, level, msg and the fields, in
// order.
std::string format_log_line(LogFormat format, const LogEntry& entry);

}  // namespace gateway::telemetry
