// SPDX-License-Identifier: Apache-2.0
#include "gateway/audit/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace gateway::audit {
namespace {

constexpr mode_t kMode = 0640;

// When the last byte cannot be read it counts as torn: an empty line is better than a lost record.
bool ends_inside_line(const std::string& path, std::uint64_t bytes) {
  if (bytes == 0) return false;
  const FileDescriptor reader{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY)};
  char last = 0;
  return ::pread(reader.get(), &last, 1, static_cast<off_t>(bytes - 1)) != 1 || last != '\n';
}

iovec view_of(std::string_view bytes) {
  return {const_cast<char*>(bytes.data()), bytes.size()};  // writev does not write into it
}

}  // namespace

FileDescriptor::~FileDescriptor() {
  if (fd_ >= 0) ::close(fd_);
}

std::expected<AppendFile, std::string> open_append(const std::string& path) {
  // O_NONBLOCK does nothing for a file, and keeps a FIFO from blocking the loop.
  constexpr int kFlags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
  AppendFile file;
  file.fd = FileDescriptor{::open(path.c_str(), kFlags, kMode)};
  struct stat facts{};
  if (!file.fd.is_open() || ::fstat(file.fd.get(), &facts) != 0) {
    return std::unexpected(describe("cannot open", path, errno));
  }
  file.device = facts.st_dev;
  file.inode = facts.st_ino;
  file.changed = std::chrono::seconds(facts.st_mtim.tv_sec);
  file.is_regular = S_ISREG(facts.st_mode);
  if (file.is_regular) {
    file.bytes = static_cast<std::uint64_t>(facts.st_size);
    file.ends_inside_line = ends_inside_line(path, file.bytes);
  }
  return file;
}

Written write_lines(int fd, std::string_view prefix, std::string_view lines) {
  const std::size_t total = prefix.size() + lines.size();
  std::size_t done = 0;
  while (done < total) {
    const std::size_t in_prefix = done < prefix.size() ? done : prefix.size();
    const std::array<iovec, 2> pieces = {view_of(prefix.substr(in_prefix)),
                                         view_of(lines.substr(done - in_prefix))};
    const ssize_t count = ::writev(fd, pieces.data(), static_cast<int>(pieces.size()));
    if (count > 0) {
      done += static_cast<std::size_t>(count);
    } else if (count == 0 || errno != EINTR) {
      const int error = count == 0 ? EIO : errno;
      return {done < prefix.size() ? 0 : done - prefix.size(), error};
    }
  }
  return {lines.size(), 0};
}

int sync_data(int fd) {
  // A FIFO or a device has nothing to sync.
  return ::fdatasync(fd) == 0 || errno == EINVAL || errno == EROFS ? 0 : errno;
}

int sync_folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::string folder = slash == path.npos ? "." : path.substr(0, slash + 1);
  const FileDescriptor fd{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!fd.is_open()) return errno;
  return ::fsync(fd.get()) == 0 || errno == EINVAL ? 0 : errno;
}

std::string describe(std::string_view what, std::string_view path, int error) {
  std::string text{what};
  text.append(" ").append(path).append(": ").append(std::generic_category().message(error));
  return text;
}

}  // namespace gateway::audit
