// SPDX-License-Identifier: Apache-2.0
#include "gateway/telemetry/log.h"

#include <spdlog/async.h>
#include <spdlog/async_logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <atomic>
#include <cstdio>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace gateway::telemetry {
namespace {

// spdlog brings the queue, its thread and the sink; the lines are ours.
struct Output {
  std::shared_ptr<spdlog::details::thread_pool> queue;
  std::shared_ptr<spdlog::async_logger> logger;
};

Output output;
LogFormat log_format = LogFormat::Console;
std::atomic<LogLevel> log_level = LogLevel::Info;

// Lines that wait to be handed to the queue together.
struct Gathered {
  std::mutex mutex;
  std::vector<std::string> lines;
  std::atomic<bool> is_on = false, holds_lines = false;
};
Gathered gathered;

Output make_output() {
  Output made;
  made.queue = std::make_shared<spdlog::details::thread_pool>(kLogQueueMax, 1);
  made.logger = std::make_shared<spdlog::async_logger>(
      "postern", std::make_shared<spdlog::sinks::stderr_sink_mt>(), made.queue,
      spdlog::async_overflow_policy::overrun_oldest);
  made.logger->set_pattern("%v");
  made.logger->flush_on(spdlog::level::info);
  return made;
}

void gather(std::string line, LogLevel level) {
  bool is_due = level >= LogLevel::Warn;
  {
    const std::lock_guard lock(gathered.mutex);
    gathered.lines.push_back(std::move(line));
    gathered.holds_lines.store(true, std::memory_order_relaxed);
    is_due = is_due || gathered.lines.size() >= kLogGatheredMax;
  }
  if (is_due) flush_log();
}

}  // namespace

std::expected<void, std::string> start_log(LogFormat format, LogLevel level) {
  try {
    output = make_output();
  } catch (const std::exception& error) {  // no thread, no memory
    return std::unexpected(std::string("cannot start the log: ") + error.what());
  }
  log_format = format;
  set_log_level(level);
  return {};
}

void gather_log() { gathered.is_on.store(true, std::memory_order_relaxed); }

void stop_gathering() {
  gathered.is_on.store(false, std::memory_order_relaxed);
  if (output.logger) flush_log();
}

bool holds_log_lines() { return gathered.holds_lines.load(std::memory_order_relaxed); }

void flush_log() {
  const std::lock_guard lock(gathered.mutex);  // held on: lines keep their order
  for (const std::string& line : gathered.lines) output.logger->log(spdlog::level::info, line);
  gathered.lines.clear();
  gathered.holds_lines.store(false, std::memory_order_relaxed);
}

void stop_log() {
  stop_gathering();
  output.logger.reset();
  output.queue.reset();  // joins its thread, which first writes what is queued
}

void set_log_level(LogLevel level) { log_level.store(level, std::memory_order_relaxed); }

bool is_logged(LogLevel level) { return level >= log_level.load(std::memory_order_relaxed); }

std::uint64_t dropped_log_lines() { return output.queue ? output.queue->overrun_counter() : 0; }

void log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) {
  if (!is_logged(level)) return;
  const LogEntry entry{.time = std::chrono::system_clock::now(),
                       .level = level,
                       .message = message,
                       .fields = {fields.begin(), fields.size()}};
  if (!output.logger) {
    std::fprintf(stderr, "%s\n", format_log_line(LogFormat::Console, entry).c_str());
  } else if (gathered.is_on.load(std::memory_order_relaxed)) {
    gather(format_log_line(log_format, entry), level);
  } else {
    output.logger->log(spdlog::level::info, format_log_line(log_format, entry));
  }
}

}  // namespace gateway::telemetry
