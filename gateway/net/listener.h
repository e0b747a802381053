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
  enum class Kind : std::uint8_t { Network, Loopback, UnixSocket };

  std::string ip;  // numeric; IPv4-mapped addresses are shown as IPv4; empty: a Unix socket
  std::uint16_t port = 0;
  Kind kind = Kind::Network;
};

// A socket in the file system. `mode` is what chmod(2) takes; whoever may write may connect.
struct UnixSocket {
  std::string path;
  unsigned mode = 0600;
};

class Listener {
 public:
  // `fd` is non-blocking, over TCP with TCP_NODELAY and keep-alive; the callee owns it.
  using Accept = std::move_only_function<void(int fd, const Peer& peer)>;

  // `address` is numeric IPv4 or IPv6, or "localhost"; port 0 picks a free one (see port()). "::"
  // takes no IPv4, so that it stands beside "0.0.0.0".
  // The error names address, port and the system's reason.
  static std::expected<std::unique_ptr<Listener>, std::string> open(Loop& loop,
                                                                    const std::string& address,
                                                                    std::uint16_t port,
                                                                    Accept accept);
  // What a process that is gone left at the path is replaced; one that lives is an error. The error
  // names path and reason.
  static std::expected<std::unique_ptr<Listener>, std::string> open_unix(Loop& loop,
                                                                         const UnixSocket& socket,
                                                                         Accept accept);
  ~Listener();  // stops accepting, closes, and removes its Unix socket
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  std::uint16_t port() const;  // 0 of a Unix socket

 private:
  struct State;
  explicit Listener(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace gateway::net
