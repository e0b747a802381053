// SPDX-License-Identifier: Apache-2.0
#include "gateway/audit_tool/line_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace gateway::audit_tool {
namespace {

constexpr std::size_t kReadBytes = 256u << 10;

}  // namespace

std::optional<FileIdentity> identity_of(const std::string& path) {
  struct stat facts{};
  if (::stat(path.c_str(), &facts) != 0) return std::nullopt;
  return FileIdentity{.device = facts.st_dev, .inode = facts.st_ino};
}

std::expected<LineFile, std::string> LineFile::open(const std::string& path) {
  LineFile file;
  file.fd_ = audit::FileDescriptor{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY)};
  struct stat facts{};
  if (!file.fd_.is_open() || ::fstat(file.fd_.get(), &facts) != 0) {
    return std::unexpected(audit::describe("cannot open", path, errno));
  }
  if (S_ISDIR(facts.st_mode)) {
    return std::unexpected(audit::describe("cannot read", path, EISDIR));
  }
  file.identity_ = {.device = facts.st_dev, .inode = facts.st_ino};
  return file;
}

std::uint64_t LineFile::bytes() const {
  struct stat facts{};
  return ::fstat(fd_.get(), &facts) == 0 ? static_cast<std::uint64_t>(facts.st_size) : 0;
}

void LineFile::seek(std::uint64_t offset) {
  buffer_.clear();
  position_ = searched_ = 0;
  skips_line_ = offset > 0;
  ::lseek(fd_.get(), static_cast<off_t>(offset > 0 ? offset - 1 : 0), SEEK_SET);
}

bool LineFile::fill() {
  buffer_.erase(0, std::exchange(position_, 0));
  const std::size_t size = buffer_.size();
  buffer_.resize(size + kReadBytes);
  ssize_t count = 0;
  do {
    count = ::read(fd_.get(), buffer_.data() + size, kReadBytes);
  } while (count < 0 && errno == EINTR);
  if (count < 0) error_ = errno;
  buffer_.resize(size + (count > 0 ? static_cast<std::size_t>(count) : 0));
  searched_ = size;
  return count > 0;
}

std::optional<std::string_view> LineFile::next() {
  for (;;) {
    const std::size_t newline = buffer_.find('\n', searched_);
    if (newline == buffer_.npos) {
      if (!fill()) return std::nullopt;
      continue;
    }
    const auto line = std::string_view(buffer_).substr(position_, newline - position_);
    position_ = searched_ = newline + 1;
    if (!std::exchange(skips_line_, false)) return line;
  }
}

}  // namespace gateway::audit_tool
