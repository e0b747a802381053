// SPDX-License-Identifier: Apache-2.0
// The process log, to stderr:   log_info("session opened", {{"session", id}, {"user", user}});
// The only global of the gateway. Safe from any thread; never blocks the caller: lines go through a
// bounded queue whose oldest are dropped, and counted, while stderr takes none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <initializer_list>
#include <string>
#include <string_view>

#include "gateway/telemetry/log_line.h"

namespace gateway::telemetry {

inline constexpr std::size_t kLogQueueMax = 8192;  // lines

// Between them, from one thread. Before and after, lines go to stderr directly, as for a console.
std::expected<void, std::string> start_log(LogFormat format, LogLevel level);
void stop_log();  // writes what is queued

// To wake the log's thread for each line of each connection costs more than the line. From
// gather_log() on, lines below Warn wait for flush_log(), for one of Warn or above, or for
// kLogGatheredMax of them, up to stop_gathering(). Whoever calls it calls flush_log() soon after
// holds_log_lines().
inline constexpr std::size_t kLogGatheredMax = 64;
void gather_log();
void stop_gathering();
bool holds_log_lines();
void flush_log();

void set_log_level(LogLevel level);
bool is_logged(LogLevel level);
std::uint64_t dropped_log_lines();

void log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields = {});

inline void log_debug(std::string_view message, std::initializer_list<LogField> fields = {}) {
  if (is_logged(LogLevel::Debug)) log(LogLevel::Debug, message, fields);
}
inline void log_info(std::string_view message, std::initializer_list<LogField> fields = {}) {
  log(LogLevel::Info, message, fields);
}
inline void log_warn(std::string_view message, std::initializer_list<LogField> fields = {}) {
  log(LogLevel::Warn, message, fields);
}
inline void log_error(std::string_view message, std::initializer_list<LogField> fields = {}) {
  log(LogLevel::Error, message, fields);
}

}  // namespace gateway::telemetry
