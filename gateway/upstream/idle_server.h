// SPDX-License-Identifier: Apache-2.0
// A clean server that waits for its next user, watched: whatever it says or does makes it unusable.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "gateway/upstream/connected_server.h"

namespace gateway::upstream {

class IdleServer final : private net::StreamEvents {
 public:
  // `spoilt` is called when the server has said something or is gone. It must not destroy this
  // object.
  IdleServer(std::unique_ptr<ConnectedServer> server, std::function<void()> spoilt)
      : server_(std::move(server)), spoilt_(std::move(spoilt)) {
    server_->stream().set_events(this);
    server_->stream().resume();
  }

  const ConnectedServer& server() const { return *server_; }
  bool is_spoilt() const { return is_spoilt_; }

  // Null when the server is not as it was left: the pool tries the next one.
  std::unique_ptr<ConnectedServer> take() {
    server_->stream().set_events(nullptr);
    if (is_spoilt_ || !server_->is_quiet()) server_.reset();
    return std::move(server_);
  }

 private:
  void on_read(std::string_view) noexcept override { spoil(); }
  void on_writable() noexcept override {}
  void on_end(net::StreamEnd) noexcept override { spoil(); }
  void spoil() {
    is_spoilt_ = true;
    spoilt_();
  }

  std::unique_ptr<ConnectedServer> server_;
  std::function<void()> spoilt_;
  bool is_spoilt_ = false;
};

}  // namespace gateway::upstream
