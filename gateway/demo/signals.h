// SPDX-License-Identifier: Apache-2.0
// The supervisor's own signals, taken one at a time instead of by interruption: "stop" (SIGINT,
// SIGTERM, SIGHUP) and "a child ended". While it lives these are blocked, and SIGPIPE is ignored,
// so that a closed terminal or pipe cannot keep us from cleaning up. One per process, one thread.
#pragma once

#include <chrono>
#include <csignal>

namespace gateway::demo {

class Signals {
 public:
  Signals();
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  // Returns early when a child ended or a stop was asked for.
  void wait(std::chrono::milliseconds at_most);
  // True from the first SIGINT, SIGTERM or SIGHUP on that wait() took.
  bool stopping() const { return stopping_; }

 private:
  sigset_t before_{};
  struct sigaction pipe_before_{};
  bool stopping_ = false;
};

}  // namespace gateway::demo
