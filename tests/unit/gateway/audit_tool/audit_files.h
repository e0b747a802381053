// SPDX-License-Identifier: Apache-2.0
// Real audit files, made by a real log, and their lines to tamper with.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/audit/log.h"
#include "tests/unit/gateway/audit/temporary_folder.h"

namespace gateway::audit_tool {

using audit::read_file;
using audit::TemporaryFolder;
using audit::write_file;

inline constexpr std::string_view kKey = "a key of the audit";

inline audit::Clock seconds_from(std::int64_t start) {
  return [now = std::chrono::seconds(1'795'246'800 + start)]() mutable {
    return now += std::chrono::seconds(1);
  };
}

struct Process {
  std::string key{kKey};
  std::int64_t start = 0;
  std::uint64_t max_bytes = 0;
};

inline std::unique_ptr<audit::Log> started(const std::string& path, const Process& process = {}) {
  audit::LogSettings settings;
  settings.file_path = path;
  settings.max_bytes = process.max_bytes;
  settings.key = process.key;
  return std::move(audit::Log::open(settings, seconds_from(process.start)).value());
}

// One batch of records; their texts are "SELECT n".
inline void write_batch(audit::Log& log, std::uint64_t first, std::uint64_t count) {
  for (std::uint64_t id = first; id < first + count; ++id) {
    const std::string sql = "SELECT " + std::to_string(id);
    audit::Decision decision;
    decision.request_id = id;
    decision.sql = sql;
    log.append({}, decision);
  }
  log.flush();
}

inline std::vector<std::string> lines_of(const std::string& path) {
  std::vector<std::string> lines;
  std::istringstream text(read_file(path));
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

inline void write_lines(const std::string& path, const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text.append(line).push_back('\n');
  write_file(path, text);
}

}  // namespace gateway::audit_tool
