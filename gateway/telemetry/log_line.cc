// SPDX-License-Identifier: Apache-2.0
#include "gateway/telemetry/log_line.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

namespace gateway::telemetry {
namespace {

using nlohmann::ordered_json;

std::string dump(const ordered_json& value) {
  return value.dump(-1, ' ', /*ensure_ascii=*/false, ordered_json::error_handler_t::replace);
}

// With leading zeros.
void append_digits(std::string& out, unsigned number, std::size_t width) {
  const std::string digits = std::to_string(number);
  out.append(width - std::min(width, digits.size()), '0').append(digits);
}

// RFC 3339, UTC, milliseconds.
void append_time(std::string& out, std::chrono::system_clock::time_point time) {
  using namespace std::chrono;
  const auto day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(floor<milliseconds>(time - day));
  append_digits(out, static_cast<unsigned>(static_cast<int>(date.year())), 4);
  append_digits(out.append("-"), static_cast<unsigned>(date.month()), 2);
  append_digits(out.append("-"), static_cast<unsigned>(date.day()), 2);
  append_digits(out.append("T"), static_cast<unsigned>(clock.hours().count()), 2);
  append_digits(out.append(":"), static_cast<unsigned>(clock.minutes().count()), 2);
  append_digits(out.append(":"), static_cast<unsigned>(clock.seconds().count()), 2);
  append_digits(out.append("."), static_cast<unsigned>(clock.subseconds().count()), 3);
  out.append("Z");
}

ordered_json to_json(const LogField& field) {
  return std::visit([](const auto& value) { return ordered_json(value); }, field.value);
}

// JSON takes it between quotes as it is.
bool is_plain(std::string_view text) {
  return std::ranges::all_of(text,
                             [](char c) { return c >= ' ' && c < 0x7f && c != '"' && c != '\\'; });
}

bool is_word(std::string_view text) {
  return !text.empty() && is_plain(text) && text.find_first_of(" =") == text.npos;
}

void append_json(std::string& out, std::string_view text) {
  if (is_plain(text)) {
    out.append("\"").append(text).append("\"");
  } else {
    out.append(dump(text));
  }
}

std::string console_value(const LogField& field) {
  const auto* text = std::get_if<std::string_view>(&field.value);
  return text != nullptr && is_word(*text) ? std::string(*text) : dump(to_json(field));
}

// The message as it is, but for what would break the line.
std::string console_message(std::string_view message) {
  const std::string quoted = dump(ordered_json(message));
  const bool unchanged = quoted.size() == message.size() + 2;
  return unchanged ? std::string(message) : quoted;
}

std::string console_line(const LogEntry& entry) {
  std::string out;
  append_time(out, entry.time);
  out.append(" ").append(name(entry.level)).append(" ").append(console_message(entry.message));
  for (const LogField& field : entry.fields) {
    out.append(" ").append(field.key).append("=").append(console_value(field));
  }
  return out;
}

std::string json_line(const LogEntry& entry) {
  std::string out = R"({"ts":")";
  append_time(out, entry.time);
  out.append(R"(","level":")").append(name(entry.level)).append(R"(","msg":)");
  append_json(out, entry.message);
  for (const LogField& field : entry.fields) {
    append_json(out.append(","), field.key);
    out.append(":");
    if (const auto* text = std::get_if<std::string_view>(&field.value)) {
      append_json(out, *text);
    } else {
      out.append(dump(to_json(field)));
    }
  }
  return out.append("}");
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
