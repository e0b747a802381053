// SPDX-License-Identifier: Apache-2.0
#include "gateway/http/server.h"

#include <algorithm>
#include <chrono>
#include <list>
#include <map>
#include <utility>

#include "gateway/net/listener.h"
#include "gateway/net/loop.h"
#include "gateway/net/stream.h"

namespace gateway::http {

struct Server::State final : ConnectionOwner {
  net::Loop& loop;
  ServerLimits limits;
  std::map<std::string, std::map<std::string, Handler>> routes;  // path -> method -> handler
  std::list<Connection> connections;
  net::Timer reaper;
  std::unique_ptr<net::Listener> listener;

  State(net::Loop& on, ServerLimits limits_given) : loop(on), limits(limits_given), reaper(on) {}

  void accept(int fd) {
    if (connections.size() >= limits.connections_max) {
      const net::Stream closes_it(loop, fd, net::Stream::Ownership::Owned);
      return;
    }
    connections.emplace_back(loop, fd, limits.connection, *this);
  }

  // Never from inside a connection's own call.
  void on_closed() override {
    if (reaper.active()) return;
    reaper.start(std::chrono::milliseconds(0),
                 [this] { std::erase_if(connections, [](auto& each) { return each.closed(); }); });
  }

  Response respond(const Request& request) override {
    const auto methods = routes.find(request.path);
    if (methods == routes.end()) return plain_response(404);
    auto handler = methods->second.find(request.method);
    if (handler == methods->second.end() && request.method == "HEAD") {
      handler = methods->second.find("GET");
    }
    return handler == methods->second.end() ? not_allowed(methods->second)
                                            : handler->second(request);
  }

  static Response not_allowed(const std::map<std::string, Handler>& methods) {
    std::string allowed;
    for (const auto& [method, handler] : methods) {
      if (!allowed.empty()) allowed.append(", ");
      allowed.append(method);
      if (method == "GET") allowed.append(", HEAD");
    }
    Response response = plain_response(405);
    response.headers.push_back({"Allow", std::move(allowed)});
    return response;
  }
};

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}
Server::~Server() = default;

std::expected<std::unique_ptr<Server>, std::string> Server::open(net::Loop& loop,
                                                                 const std::string& address,
                                                                 std::uint16_t port,
                                                                 ServerLimits limits) {
  auto state = std::make_unique<State>(loop, limits);
  auto accept = [raw = state.get()](int fd, const net::Peer&) { raw->accept(fd); };
  auto listener = net::Listener::open(loop, address, port, std::move(accept));
  if (!listener) return std::unexpected(std::move(listener.error()));
  state->listener = std::move(*listener);
  return std::unique_ptr<Server>(new Server(std::move(state)));
}

void Server::route(std::string method, std::string path, Handler handler) {
  state_->routes[std::move(path)][std::move(method)] = std::move(handler);
}

std::uint16_t Server::port() const { return state_->listener->port(); }

std::size_t Server::connection_count() const { return state_->connections.size(); }

}  // namespace gateway::http
