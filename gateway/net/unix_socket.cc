// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "gateway/net/socket.h"

namespace gateway::net {
namespace {

std::expected<sockaddr_un, std::string> unix_address(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path || path.contains('\0')) {
    return std::unexpected("a socket's path has 1 to " +
                           std::to_string(sizeof address.sun_path - 1) + " bytes");
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

std::unexpected<std::string> fail_and_close(int fd) {
  const int error = errno;
  ::close(fd);
  return std::unexpected(system_error_text(error));
}

std::unexpected<std::string> taken(int fd, const sockaddr_un& address) {
  ::close(fd);
  return std::unexpected<std::string>(
      socket_file(address.sun_path)
          ? "another process listens on it; stop it, or choose another place"
          : "a file that is no socket has this name; remove it");
}

int connect_to(int fd, const sockaddr_un& address) {
  return ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

// A socket that nobody listens on; anything else stays, and bind() says so.
void remove_stale(const sockaddr_un& address) {
  struct stat status{};
  if (::lstat(address.sun_path, &status) != 0 || !S_ISSOCK(status.st_mode)) return;
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return;
  if (connect_to(fd, address) != 0 && errno == ECONNREFUSED) ::unlink(address.sun_path);
  ::close(fd);
}

}  // namespace

std::expected<int, std::string> open_unix_socket(const UnixSocket& socket) {
  const auto address = unix_address(socket.path);
  if (!address) return std::unexpected(address.error());
  remove_stale(*address);
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return std::unexpected(system_error_text(errno));
  // On Linux the file that bind() makes has the socket's own mode, less what the umask takes: there
  // is no moment in which others could connect.
  if (::fchmod(fd, socket.mode) != 0) return fail_and_close(fd);
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&*address), sizeof *address) != 0) {
    return errno == EADDRINUSE ? taken(fd, *address) : fail_and_close(fd);
  }
  if (::chmod(address->sun_path, socket.mode) != 0 || ::listen(fd, kBacklog) != 0) {
    return fail_and_close(fd);
  }
  return fd;
}

std::optional<SocketFile> socket_file(const std::string& path) {
  struct stat status{};
  if (::lstat(path.c_str(), &status) != 0 || !S_ISSOCK(status.st_mode)) return std::nullopt;
  return SocketFile{path, status.st_dev, status.st_ino};
}

void remove(const SocketFile& file) {
  const auto now = socket_file(file.path);
  if (now && now->device == file.device && now->inode == file.inode) ::unlink(file.path.c_str());
}

std::expected<int, std::string> connect_unix(const std::string& path) {
  const auto name = [&path](const std::string& why) {
    return "cannot connect to " + path + ": " + why;
  };
  const auto address = unix_address(path);
  if (!address) return std::unexpected(name(address.error()));
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return std::unexpected(name(system_error_text(errno)));
  if (connect_to(fd, *address) == 0) return fd;
  return std::unexpected(name(fail_and_close(fd).error()));
}

std::optional<std::uint32_t> peer_uid(int fd) {
  ucred credentials{};
  socklen_t length = sizeof credentials;
  if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &length) != 0) return std::nullopt;
  return credentials.uid;
}

}  // namespace gateway::net
