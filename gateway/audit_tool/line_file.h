// SPDX-License-Identifier: Apache-2.0
// A file line by line, from the beginning or from near its end, while others write it.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/audit/file.h"

namespace gateway::audit_tool {

// Which file a path stands for now.
struct FileIdentity {
  dev_t device = 0;
  ino_t inode = 0;
  bool operator==(const FileIdentity&) const = default;
};

std::optional<FileIdentity> identity_of(const std::string& path);

class LineFile {
 public:
  // The error names the path and the system's reason.
  static std::expected<LineFile, std::string> open(const std::string& path);

  // Without its newline. Borrowed: until the next call. Nothing: the end, for now; what comes later
  // is then found by asking again. A last line without a newline stays until rest().
  std::optional<std::string_view> next();
  std::string_view rest() const { return std::string_view(buffer_).substr(position_); }

  // Goes to the beginning of the line in which the byte at `offset` is, or of the next one.
  void seek(std::uint64_t offset);
  std::uint64_t bytes() const;  // the size now

  const FileIdentity& identity() const { return identity_; }
  int error() const { return error_; }  // errno of a read that failed

 private:
  bool fill();

  audit::FileDescriptor fd_;
  FileIdentity identity_;
  std::string buffer_;
  std::size_t position_ = 0, searched_ = 0;
  bool skips_line_ = false;
  int error_ = 0;
};

}  // namespace gateway::audit_tool
