// SPDX-License-Identifier: Apache-2.0
#include "gateway/listeners.h"

#include <utility>

#include "gateway/config/listen.h"

namespace gateway {
namespace {

// A port that is free on the first address may be taken on another one.
constexpr int kPortTriesMax = 10;

}  // namespace

std::expected<Listeners, std::string> Listeners::open(net::Loop& loop, const config::Listen& listen,
                                                      const Accept& accept) {
  Listeners listeners;
  auto opened = listeners.open_addresses(loop, listen, accept);
  for (int i = 1; !opened && listen.port == 0 && i < kPortTriesMax; ++i) {
    opened = listeners.open_addresses(loop, listen, accept);
  }
  if (opened) opened = listeners.open_socket(loop, listen, accept);
  if (!opened) return std::unexpected(std::move(opened.error()));
  return listeners;
}

Listeners::Outcome Listeners::open_addresses(net::Loop& loop, const config::Listen& listen,
                                             const Accept& accept) {
  listeners_.clear();
  port_ = listen.port;
  for (const auto& address : listen.address) {
    auto listener = net::Listener::open(loop, address, port_, accept);
    if (!listener) return std::unexpected(std::move(listener.error()));
    port_ = (*listener)->port();
    listeners_.push_back(std::move(*listener));
  }
  return {};
}

Listeners::Outcome Listeners::open_socket(net::Loop& loop, const config::Listen& listen,
                                          const Accept& accept) {
  if (listen.unix_socket_dir.empty()) return {};
  socket_path_ = config::socket_path(listen.unix_socket_dir, port_);
  const net::UnixSocket socket{.path = socket_path_,
                               .mode = config::parse_mode(listen.unix_socket_permissions).value()};
  auto listener = net::Listener::open_unix(loop, socket, accept);
  if (!listener) return std::unexpected(std::move(listener.error()));
  listeners_.push_back(std::move(*listener));
  return {};
}

void Listeners::close() { listeners_.clear(); }

}  // namespace gateway
