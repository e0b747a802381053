// SPDX-License-Identifier: Apache-2.0
#include "gateway/demo/ports.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace gateway::demo {
namespace {

// The port that it was bound to (a chosen one for 0), or 0 with errno set.
std::uint16_t try_bind(std::uint16_t port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return 0;
  const int yes = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  const bool bound = bind(fd, generic, length) == 0 && listen(fd, 1) == 0 &&
                     getsockname(fd, generic, &length) == 0;
  const int reason = errno;
  close(fd);
  errno = reason;
  return bound ? ntohs(address.sin_port) : std::uint16_t{0};
}

}  // namespace

Result<std::uint16_t> free_port() {
  const std::uint16_t port = try_bind(0);
  if (port == 0) return fail_errno("no free port on 127.0.0.1");
  return port;
}

bool is_port_free(std::uint16_t port) { return try_bind(port) == port; }

}  // namespace gateway::demo
