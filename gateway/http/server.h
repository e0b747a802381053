// SPDX-License-Identifier: Apache-2.0
// A small HTTP/1.1 server on one loop: exact paths, answers made at once. Knows no endpoint.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>

#include "gateway/http/connection.h"
#include "gateway/http/message.h"

namespace gateway::net {
class Loop;
}

namespace gateway::http {

struct ServerLimits {
  ConnectionLimits connection{};
  std::size_t connections_max = 64;  // one more is closed at once
};

// Called on the loop: it neither blocks nor throws.
using Handler = std::function<Response(const Request&)>;

class Server {
 public:
  // As net::Listener::open: numeric address or "localhost"; port 0 picks a free one.
  static std::expected<std::unique_ptr<Server>, std::string> open(net::Loop& loop,
                                                                  const std::string& address,
                                                                  std::uint16_t port,
                                                                  ServerLimits limits = {});
  ~Server();  // closes every connection at once
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // A handler for GET also answers HEAD. The same path and method again replaces the handler.
  void route(std::string method, std::string path, Handler handler);

  std::uint16_t port() const;
  std::size_t connection_count() const;

 private:
  struct State;
  explicit Server(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace gateway::http
