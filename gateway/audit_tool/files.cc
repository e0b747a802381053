// SPDX-License-Identifier: Apache-2.0
#include "gateway/audit_tool/files.h"

#include <sys/stat.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>

#include "gateway/audit/chain_line.h"
#include "gateway/audit/chain_tail.h"
#include "gateway/audit_tool/line_file.h"

namespace gateway::audit_tool {
namespace {

using audit::MacBytes;

// A file of ours begins with a header; one of an earlier version may have it further on.
constexpr int kLinesBeforeHeaderMax = 100'000;
// As many as audit.max_files may ask for. One that is missing among them is to be noticed.
constexpr unsigned kRotatedMax = 1000;
constexpr std::string_view kTimestamp = "\"timestamp\":\"";
constexpr std::size_t kTimestampBytes = 27;

struct WrittenFile {
  std::string path, timestamp;
  std::uint64_t segment = 0;
  std::optional<MacBytes> previous, last;
  bool is_placed = false;
};

bool exists(const std::string& path) {
  struct stat facts{};
  return ::stat(path.c_str(), &facts) == 0;
}

std::expected<WrittenFile, std::string> look_at(const std::string& path) {
  auto lines = LineFile::open(path);
  if (!lines) return std::unexpected(lines.error());
  WrittenFile file{.path = path, .timestamp = {}, .previous = {}, .last = {}};
  for (int count = 0; count < kLinesBeforeHeaderMax; ++count) {
    const auto line = lines->next();
    if (!line) break;
    const std::size_t time = line->substr(0, 64).find(kTimestamp);
    if (file.timestamp.empty() && time != line->npos) {
      file.timestamp = line->substr(time + kTimestamp.size(), kTimestampBytes);
    }
    const auto header = audit::parse_header(*line);
    if (!header) continue;
    file.segment = header->segment;
    file.previous = header->previous;
    break;
  }
  if (lines->error() != 0) {
    return std::unexpected(audit::describe("cannot read", path, lines->error()));
  }
  file.last = audit::last_seal_of(path);
  return file;
}

using Files = std::vector<WrittenFile>;

bool is_behind(const WrittenFile& later, const WrittenFile& earlier) {
  return later.previous && earlier.last && *later.previous == *earlier.last;
}

WrittenFile* next_behind(Files& files, const WrittenFile& last) {
  const auto found = std::ranges::find_if(
      files, [&](const WrittenFile& file) { return !file.is_placed && is_behind(file, last); });
  return found == files.end() ? nullptr : &*found;
}

// One that is behind no other: the earliest of them. In a ring, which only forgery makes, any.
WrittenFile* next_first(Files& files) {
  WrittenFile* any = nullptr;
  for (WrittenFile& file : files) {
    if (file.is_placed) continue;
    if (any == nullptr) any = &file;
    const bool follows = std::ranges::any_of(files, [&](const WrittenFile& other) {
      return &other != &file && !other.is_placed && is_behind(file, other);
    });
    if (!follows) return &file;
  }
  return any;
}

}  // namespace

std::vector<std::string> rotated_files(const std::string& path) {
  std::vector<std::string> files;
  for (unsigned number = kRotatedMax; number > 0; --number) {
    std::string rotated = path + '.' + std::to_string(number);
    if (exists(rotated)) files.push_back(std::move(rotated));
  }
  if (exists(path)) files.push_back(path);
  return files;
}

std::expected<std::vector<std::string>, std::string> in_written_order(
    const std::vector<std::string>& paths) {
  Files files;
  for (const std::string& path : paths) {
    auto file = look_at(path);
    if (!file) return std::unexpected(file.error());
    files.push_back(std::move(*file));
  }
  std::ranges::stable_sort(files, [](const WrittenFile& left, const WrittenFile& right) {
    return std::tie(left.timestamp, left.segment) < std::tie(right.timestamp, right.segment);
  });
  std::vector<std::string> order;
  while (WrittenFile* file = next_first(files)) {
    for (; file != nullptr; file = next_behind(files, *file)) {
      file->is_placed = true;
      order.push_back(file->path);
    }
  }
  return order;
}

}  // namespace gateway::audit_tool
