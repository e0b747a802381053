// SPDX-License-Identifier: Apache-2.0
#include "gateway/demo/signals.h"

namespace gateway::demo {
namespace {

sigset_t watched() {
  sigset_t set;
  sigemptyset(&set);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGCHLD}) sigaddset(&set, number);
  return set;
}

}  // namespace

Signals::Signals() {
  const sigset_t set = watched();
  sigprocmask(SIG_BLOCK, &set, &before_);
  struct sigaction ignore{};
  ignore.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &ignore, &pipe_before_);
}

Signals::~Signals() {
  // What is still pending was meant for us and has been dealt with: it must not kill us now.
  const sigset_t set = watched();
  const timespec now{};
  while (sigtimedwait(&set, nullptr, &now) > 0) {
  }
  sigaction(SIGPIPE, &pipe_before_, nullptr);
  sigprocmask(SIG_SETMASK, &before_, nullptr);
}

void Signals::wait(std::chrono::milliseconds at_most) {
  if (at_most.count() < 0) at_most = std::chrono::milliseconds{0};
  const sigset_t set = watched();
  const timespec timeout{at_most.count() / 1000, (at_most.count() % 1000) * 1'000'000};
  const int number = sigtimedwait(&set, nullptr, &timeout);
  if (number == SIGINT || number == SIGTERM || number == SIGHUP) stopping_ = true;
}

}  // namespace gateway::demo
