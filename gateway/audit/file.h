// SPDX-License-Identifier: Apache-2.0
// File descriptors for the sinks: owned, opened for appending, written to the end. Knows no record.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace gateway::audit {

class FileDescriptor {
 public:
  explicit FileDescriptor(int fd = -1) : fd_(fd) {}
  ~FileDescriptor();
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  int get() const { return fd_; }
  bool is_open() const { return fd_ >= 0; }

 private:
  int fd_;
};

struct AppendFile {
  FileDescriptor fd;
  std::uint64_t bytes = 0;
  dev_t device = 0;
  ino_t inode = 0;
  std::chrono::microseconds changed{0};  // since the Unix epoch
  bool is_regular = false;
  bool ends_inside_line = false;  // somebody was interrupted while writing its last line
};

// Created with mode 0640. Neither this nor a later write blocks, whatever the path is.
std::expected<AppendFile, std::string> open_append(const std::string& path);

struct Written {
  std::size_t bytes = 0;
  int error = 0;  // errno; 0: all of it is out
};

// Goes on after EINTR and after a short write; stops at the first error. `prefix` comes before
// `lines` in the same write(2) and does not count.
Written write_lines(int fd, std::string_view prefix, std::string_view lines);

// The data of a file, or the entries of the folder of `path`. 0, or errno.
int sync_data(int fd);
int sync_folder_of(const std::string& path);

// "what path: reason"
std::string describe(std::string_view what, std::string_view path, int error);

}  // namespace gateway::audit
