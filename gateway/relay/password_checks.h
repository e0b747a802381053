// SPDX-License-Identifier: Apache-2.0
// Passwords in clear text are hashed on a thread of its own, one after the other: that is slow on
// purpose. Those of clients that have gone meanwhile are left out.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>

#include "gateway/net/loop.h"
#include "gateway/net/worker.h"
#include "gateway/session/handshake.h"

namespace gateway::relay {

class PasswordChecks {
 public:
  using Outcome = session::Handshake::PasswordCheck;
  // Of a relay that asked; it may be gone.
  using Tell = std::function<void(std::uint64_t relay_id, Outcome outcome)>;

  using IsWaiting = std::function<bool(std::uint64_t relay_id)>;

  PasswordChecks(net::Loop& loop, IsWaiting is_waiting, Tell tell);
  void join(std::uint64_t relay_id, session::PasswordQuestion question);

 private:
  struct Job {
    std::uint64_t relay_id = 0;
    session::PasswordQuestion question;
    Outcome outcome = Outcome::Wrong;
  };
  void check_next();

  IsWaiting is_waiting_;
  Tell tell_;
  std::deque<std::shared_ptr<Job>> waiting_;
  bool is_checking_ = false;
  net::Worker worker_;  // last: its end waits for what it does
};

}  // namespace gateway::relay
