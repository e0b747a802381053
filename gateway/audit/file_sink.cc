// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <utility>

#include "gateway/audit/file.h"
#include "gateway/audit/sink.h"

namespace gateway::audit {
namespace {

// How long lines may go into a file that somebody has renamed or removed.
constexpr std::chrono::microseconds kIdentityCheckInterval = std::chrono::seconds(1);

std::string numbered(const std::string& path, unsigned number) {
  return path + '.' + std::to_string(number);
}

bool exists(const std::string& path) {
  struct stat facts{};
  return ::lstat(path.c_str(), &facts) == 0;
}

// Moves only up to the first gap, so that a rotation that failed half-way and is tried again does
// not push the oldest file out for nothing.
std::expected<void, std::string> shift_files(const std::string& path, unsigned files_max) {
  unsigned gap = 1;
  while (gap < files_max && exists(numbered(path, gap))) ++gap;
  for (unsigned number = gap; number > 0; --number) {
    const std::string from = number == 1 ? path : numbered(path, number - 1);
    if (std::rename(from.c_str(), numbered(path, number).c_str()) != 0) {
      return std::unexpected(describe("cannot rotate", from, errno));
    }
  }
  return {};
}

// Of the bytes that were written, those of whole lines. A line that lacks only its newline is one:
// what is written next begins with that.
std::size_t whole_bytes(std::string_view lines, std::size_t written) {
  if (written > 0 && lines.substr(written).starts_with('\n')) return written + 1;
  const std::size_t newline = lines.substr(0, written).rfind('\n');
  return newline == lines.npos ? 0 : newline + 1;
}

class FileSink final : public Sink {
 public:
  FileSink(std::string path, FileSettings settings, AppendFile file)
      : path_(std::move(path)), rotation_(settings.rotation), durability_(settings.durability) {
    period_ = period_of(file.changed);
    adopt(std::move(file));
  }

  std::expected<Place, std::string> make_ready(std::size_t bytes,
                                               std::chrono::microseconds now) override {
    if (auto same = check_identity(now); !same) return std::unexpected(std::move(same.error()));
    if (auto rotated = rotate_if_due(bytes, now); !rotated) {
      return std::unexpected(std::move(rotated.error()));
    }
    period_ = period_of(now);
    return std::exchange(is_new_, false) ? Place::New : Place::Same;
  }

  Result write(std::string_view lines, std::chrono::microseconds) override {
    if (lines.empty() && !has_backlog()) return {};
    auto appended = append(lines);
    if (!appended || durability_ == Durability::Write) return appended;
    return sync(lines.size());
  }

  bool has_backlog() const override { return is_unsynced_ || owes_newline_; }

  std::string_view complaint() const override { return complaint_; }

 private:
  void adopt(AppendFile file) {
    file_ = std::move(file);
    rotate_above_ = rotation_.bytes_max;
    is_folder_synced_ = owes_newline_ = false;
  }

  std::int64_t period_of(std::chrono::microseconds time) const {
    return rotation_.every.count() > 0 ? time / rotation_.every : 0;
  }

  std::expected<void, std::string> reopen() {
    next_check_ = {};  // if opening fails, the next write tries again at once
    auto file = open_append(path_);
    if (!file) return std::unexpected(std::move(file.error()));
    adopt(std::move(*file));
    is_new_ = true;
    return {};
  }

  // logrotate, or a hand, may have moved the file away.
  std::expected<void, std::string> check_identity(std::chrono::microseconds now) {
    if (now < next_check_ && now >= next_check_ - kIdentityCheckInterval) return {};
    struct stat facts{};
    const bool same = ::stat(path_.c_str(), &facts) == 0 && facts.st_dev == file_.device &&
                      facts.st_ino == file_.inode;
    if (!same) {
      if (auto reopened = reopen(); !reopened) return reopened;
    }
    next_check_ = now + kIdentityCheckInterval;
    return {};
  }

  bool is_full(std::size_t more) const {
    return rotation_.bytes_max != 0 && file_.bytes + more > rotate_above_;
  }

  std::expected<void, std::string> rotate_if_due(std::size_t more, std::chrono::microseconds now) {
    if (!file_.is_regular || file_.bytes == 0) return {};
    if (!is_full(more) && period_of(now) == period_) return {};
    if (auto shifted = shift_files(path_, rotation_.files_max); !shifted) {
      // Going on in a file that is too large loses nothing; the next try is one file size away.
      complaint_ = std::move(shifted.error());
      rotate_above_ = file_.bytes + rotation_.bytes_max;
      return {};
    }
    complaint_.clear();
    return reopen();
  }

  Result append(std::string_view lines) {
    const std::string_view prefix = file_.ends_inside_line ? "\n" : "";
    const Written written = write_lines(file_.fd.get(), prefix, lines);
    file_.bytes += written.bytes;
    if (written.error == 0) {
      file_.ends_inside_line = owes_newline_ = false;
      return {};
    }
    const std::size_t whole = whole_bytes(lines, written.bytes);
    // With nothing written the prefix may be out or not: an empty line at worst.
    if (written.bytes > 0) {
      file_.ends_inside_line = whole != written.bytes;
      owes_newline_ = whole > written.bytes;
    }
    const std::size_t torn = written.bytes - std::min(whole, written.bytes);
    return std::unexpected(
        WriteFailure{describe("cannot write", path_, written.error), whole, torn});
  }

  Result sync(std::size_t taken) {
    is_unsynced_ = true;
    int error = sync_data(file_.fd.get());
    if (error == 0 && !is_folder_synced_) error = sync_folder_of(path_);
    if (error != 0) {
      return std::unexpected(WriteFailure{describe("cannot sync", path_, error), taken, 0});
    }
    is_folder_synced_ = true;
    is_unsynced_ = false;
    return {};
  }

  std::string path_;
  RotationSettings rotation_;
  Durability durability_;
  AppendFile file_;
  std::uint64_t rotate_above_ = 0;
  std::int64_t period_ = 0;  // of the last write
  bool is_new_ = false;      // the file, since the last make_ready()
  bool is_folder_synced_ = false, is_unsynced_ = false;
  bool owes_newline_ = false;  // of the last line that was taken
  std::chrono::microseconds next_check_{};
  std::string complaint_;
};

}  // namespace

std::expected<std::unique_ptr<Sink>, std::string> open_file_sink(std::string path,
                                                                 FileSettings settings) {
  if (settings.rotation.files_max == 0) {
    return std::unexpected("cannot rotate " + path + ": at least one old file must be kept");
  }
  auto file = open_append(path);
  if (!file) return std::unexpected(std::move(file.error()));
  return std::make_unique<FileSink>(std::move(path), settings, std::move(*file));
}

}  // namespace gateway::audit
