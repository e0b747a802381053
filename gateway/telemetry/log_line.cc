// SPDX-License-Identifier: Apache-2.0
#include "gateway/telemetry/log_line.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <nlohmann/json.hpp>
#include <utility>

namespace gateway::telemetry {
namespace {

using nlohmann::ordered_json;

std::string dump(const ordered_json& value) {
  return value.dump(-1, ' ', /*ensure_ascii=*/false, ordered_json::error_handler_t::replace);
}

// RFC 3339, UTC, milliseconds.
std::string format_time(std::chrono::system_clock::time_point time) {
  const auto second = std::chrono::floor<std::chrono::seconds>(time);
  const auto rest = std::chrono::floor<std::chrono::milliseconds>(time - second).count();
  const std::time_t seconds = std::chrono::system_clock::to_time_t(second);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::array<char, 32> text;
  const std::size_t length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S.", &parts);
  std::string out(text.data(), length);
  const std::string digits = std::to_string(rest);
  return out.append(3 - digits.size(), '0').append(digits).append("Z");
}

ordered_json to_json(const LogField& field) {
  return std::visit([](const auto& value) { return ordered_json(value); }, field.value);
}

bool is_plain(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return c > ' ' && c < 0x7f && c != '"' && c != '\\' && c != '=';
  });
}

std::string console_value(const LogField& field) {
  const auto* text = std::get_if<std::string_view>(&field.value);
  return text != nullptr && is_plain(*text) ? std::string(*text) : dump(to_json(field));
}

// The message as it is, but for what would break the line.
std::string console_message(std::string_view message) {
  const std::string quoted = dump(ordered_json(message));
  const bool unchanged = quoted.size() == message.size() + 2;
  return unchanged ? std::string(message) : quoted;
}

std::string console_line(const LogEntry& entry) {
  std::string out = format_time(entry.time);
  out.append(" ").append(name(entry.level)).append(" ").append(console_message(entry.message));
  for (const LogField& field : entry.fields) {
    out.append(" ").append(field.key).append("=").append(console_value(field));
  }
  return out;
}

std::string json_line(const LogEntry& entry) {
  ordered_json line = {
      {"ts", format_time(entry.time)}, {"level", name(entry.level)}, {"msg", entry.message}};
  for (const LogField& field : entry.fields) line[std::string(field.key)] = to_json(field);
  return dump(line);
}

}  // namespace

std::string_view name(LogLevel level) {
  switch (level) {
    case LogLevel::Debug: return "debug";
    case LogLevel::Info: return "info";
    case LogLevel::Warn: return "warn";
    case LogLevel::Error: return "error";
  }
  std::unreachable();
}

std::string format_log_line(LogFormat format, const LogEntry& entry) {
  return format == LogFormat::Json ? json_line(entry) : console_line(entry);
}

}  // namespace gateway::telemetry
