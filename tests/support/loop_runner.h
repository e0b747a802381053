// SPDX-License-Identifier: Apache-2.0
// Runs a loop until a condition holds, instead of sleeping. Header only.
#pragma once

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <functional>

#include "gateway/net/loop.h"
#include "gateway/net/stream.h"

namespace tests {

constexpr std::chrono::seconds kConditionTimeout{20};

class LoopRunner {
 public:
  LoopRunner() {
    loop.on_check([this] {
      if (condition_ && condition_()) {
        met_ = true;
        loop.stop();
      }
    });
  }
  ~LoopRunner() {
    alive_.reset();
    ::close(ends_[1]);
  }

  // True when `condition` held at the end of an iteration; false when it did not in time.
  bool run_until(std::move_only_function<bool()> condition,
                 std::chrono::milliseconds timeout = kConditionTimeout) {
    condition_ = std::move(condition);
    met_ = false;
    gateway::net::Timer limit(loop);
    limit.start(timeout, [this] { loop.stop(); });
    loop.wake();
    loop.run();
    condition_ = nullptr;
    return met_;
  }

  // At least `count` whole iterations: what is deferred to the next one has happened.
  void run_iterations(int count) {
    run_until([this, left = count]() mutable {
      loop.wake();
      return --left < 0;
    });
  }

  gateway::net::Loop loop;

 private:
  // Timers do not keep a loop alive; a socket that never says anything does.
  struct Silent final : gateway::net::StreamEvents {
    void on_read(std::string_view) noexcept override {}
    void on_writable() noexcept override {}
    void on_end(gateway::net::StreamEnd) noexcept override {}
  };
  std::unique_ptr<gateway::net::Stream> watch_silent_socket() {
    ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends_.data());
    auto stream = std::make_unique<gateway::net::Stream>(loop, ends_[0],
                                                         gateway::net::Stream::Ownership::Owned);
    stream->set_events(&silent_);
    stream->resume();
    return stream;
  }

  std::array<int, 2> ends_{};
  Silent silent_;
  std::unique_ptr<gateway::net::Stream> alive_ = watch_silent_socket();
  std::move_only_function<bool()> condition_;
  bool met_ = false;
};

}  // namespace tests
