// SPDX-License-Identifier: Apache-2.0
// A new directory that is removed, with all that is in it, when this goes away.
#pragma once

#include <filesystem>

#include "gateway/demo/account.h"
#include "gateway/demo/failure.h"

namespace gateway::demo {

class TempDir {
 public:
  // In $TMPDIR or /tmp. Others may pass through it (mode 0711) but see nothing.
  static Result<TempDir> make();
  TempDir(TempDir&& other) noexcept;
  TempDir& operator=(TempDir&&) = delete;
  ~TempDir();

  const std::filesystem::path& path() const { return path_; }

  // A subdirectory of mode 0700 that belongs to `account`, or to us.
  Result<std::filesystem::path> make_private(std::string_view name,
                                             const std::optional<Account>& account) const;

 private:
  explicit TempDir(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

// A new file of mode 0600 with that text.
Result<void> write_private_file(const std::filesystem::path& path, std::string_view text);

// The last `lines_max` lines of a file, for error messages; empty if it cannot be read.
std::string tail(const std::filesystem::path& path, std::size_t lines_max);

std::string read_file(const std::filesystem::path& path);

}  // namespace gateway::demo
