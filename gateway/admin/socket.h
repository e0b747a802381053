// SPDX-License-Identifier: Apache-2.0
// The admin socket: lines in, answers out, from the gateway's own user and root alone. Knows no
// command. Each answer ends with a line that begins with OK or ERROR.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace gateway::net {
class Loop;
}

namespace gateway::admin {

inline constexpr std::size_t kAdminConnectionsMax = 8;  // one more is closed at once

// Called on the loop with a line and who sent it; it neither blocks nor throws. The answer has its
// line ends.
using Answer = std::function<std::string(std::string_view line, std::uint32_t uid)>;

class Socket {
 public:
  // As net::Listener::open_unix.
  static std::expected<std::unique_ptr<Socket>, std::string> open(net::Loop& loop,
                                                                  const std::string& path,
                                                                  Answer answer);
  ~Socket();
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

 private:
  struct State;
  explicit Socket(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace gateway::admin
