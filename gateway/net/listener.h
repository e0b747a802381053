// SPDX-License-Identifier: Apache-2.0
// Accepts connections on one address: TCP, or a Unix socket. Knows no protocol.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>

namespace gateway::net {

class Loop;

struct Peer {
  std::string ip;  // numeric; IPv4-mapped addresses are shown as IPv4
  std::uint16_t port = 0;
  bool is_loopback = false;
};

class Listener {
 public:
  // `fd` is non-blocking, with TCP_NODELAY and keep-alive set; the callee owns it.
  using Accept = std::move_only_function<void(int fd, const Peer& peer)>;

  // `address` is numeric IPv4 or IPv6, or "localhost"; port 0 picks a free one (see port()).
  // The error names address, port and the system's reason.
  static std::expected<std::unique_ptr<Listener>, std::string> open(Loop& loop,
                                                                    const std::string& address,
                                                                    std::uint16_t port,
                                                                    Accept accept);
  // A Unix socket that only the process's own user (and root) may connect to; its peers have no
  // address. The error names path and reason.
  static std::expected<std::unique_ptr<Listener>, std::string> open_unix(Loop& loop,
                                                                         const std::string& path,
                                                                         Accept accept);
  ~Listener();  // stops accepting and closes
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  std::uint16_t port() const;

 private:
  struct State;
  explicit Listener(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace gateway::net
