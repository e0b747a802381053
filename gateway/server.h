// SPDX-License-Identifier: Apache-2.0
// The gateway as a process: owns the loop, the listeners, the pools and the relays; starts, drains
// and stops them. Everything is built from one configuration, checked before.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <string>

#include "gateway/config/config.h"
#include "gateway/reloader.h"

namespace gateway {

class Server {
 public:
  // `reread` is asked at SIGHUP. The error is a sentence that names what could not be opened and
  // why.
  static std::expected<std::unique_ptr<Server>, std::string> open(const config::Config& config,
                                                                  Reread reread);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Serves until SIGTERM or SIGINT, then stops accepting and lets transactions finish. What is open
  // after shutdown_timeout, or at a second signal, is cut off, told and recorded.
  void run();
  std::uint16_t port() const;

 private:
  struct State;
  explicit Server(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace gateway
