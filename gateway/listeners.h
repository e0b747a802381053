// SPDX-License-Identifier: Apache-2.0
// Where clients connect: each listen.address, all on one port, and the Unix socket. Knows no
// protocol.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "gateway/config/config.h"
#include "gateway/net/listener.h"

namespace gateway {

class Listeners {
 public:
  using Accept = std::function<void(int fd, const net::Peer& peer)>;

  // All of them or none. Port 0 takes one that is free on every address. The error names the
  // address and the port, or the path, and the system's reason.
  static std::expected<Listeners, std::string> open(net::Loop& loop, const config::Listen& listen,
                                                    const Accept& accept);
  std::uint16_t port() const { return port_; }
  const std::string& socket_path() const { return socket_path_; }  // empty: none
  void close();  // the socket's file is gone after it

 private:
  using Outcome = std::expected<void, std::string>;
  Outcome open_addresses(net::Loop& loop, const config::Listen& listen, const Accept& accept);
  Outcome open_socket(net::Loop& loop, const config::Listen& listen, const Accept& accept);

  std::vector<std::unique_ptr<net::Listener>> listeners_;
  std::uint16_t port_ = 0;
  std::string socket_path_;
};

}  // namespace gateway
