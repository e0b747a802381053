// SPDX-License-Identifier: Apache-2.0
// Options and addresses of plain sockets. Knows no loop.
#pragma once

#include <sys/socket.h>

#include <expected>
#include <string>

#include "gateway/net/listener.h"

namespace gateway::net {

// TCP_NODELAY and keep-alive probes; other kinds of socket are left alone.
void tune_connection(int fd);

Peer peer_of(const sockaddr_storage& address);

// A listening, non-blocking socket on a numeric address (or "localhost"). The error names the
// reason.
std::expected<int, std::string> open_listening_socket(const std::string& address,
                                                      std::uint16_t port);

std::string system_error_text(int error);

}  // namespace gateway::net
