// SPDX-License-Identifier: Apache-2.0
// Options and addresses of plain sockets. Knows no loop.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/net/listener.h"

namespace gateway::net {

// TCP_NODELAY and keep-alive probes; other kinds of socket are left alone.
void tune_connection(int fd);

Peer peer_of(const sockaddr_storage& address);

// The same of 4 or 16 bytes in network order, as a protocol carries them. Always of Kind::Network:
// it is what somebody says, not what the kernel saw.
Peer peer_told(std::string_view address, std::uint16_t port);

inline constexpr int kBacklog = 1024;  // the kernel lowers it to net.core.somaxconn

// A listening, non-blocking socket on a numeric address (or "localhost"). The error names the
// reason.
std::expected<int, std::string> open_listening_socket(const std::string& address,
                                                      std::uint16_t port);

// The same on a path of the file system. What is left there of a process that is gone is replaced.
std::expected<int, std::string> open_unix_socket(const UnixSocket& socket);

// Which file that is: removed is only this one, not what another process has put there since.
struct SocketFile {
  std::string path;
  std::uint64_t device = 0, inode = 0;
};
std::optional<SocketFile> socket_file(const std::string& path);
void remove(const SocketFile& file);

// A blocking, connected Unix socket. The error names the path and the reason.
std::expected<int, std::string> connect_unix(const std::string& path);
// Whose process is at the other end of a Unix socket.
std::optional<std::uint32_t> peer_uid(int fd);

std::string system_error_text(int error);

}  // namespace gateway::net
