// SPDX-License-Identifier: Apache-2.0
// A Server as the pool knows it: with libpq's connection behind it, its age, and where to send a
// cancel.
#pragma once

#include <sys/socket.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "gateway/upstream/connection.h"
#include "gateway/upstream/server.h"
#include "gateway/upstream/verification.h"

namespace gateway::net {
class Loop;
}

namespace gateway::upstream {

struct CancelTarget {
  sockaddr_storage address{};
  socklen_t address_bytes = 0;
  std::int32_t process_id = 0;
  std::int32_t key = 0;
};

using Clock = std::chrono::steady_clock;

class ConnectedServer final : public Server {
 public:
  // `connection` is idle and `verified`. `key`: of BackendKeyData, if the server sent one.
  ConnectedServer(net::Loop& loop, Connection connection, std::optional<std::int32_t> key,
                  Verified verified);
  ~ConnectedServer() override;  // the stream first, then PQfinish

  const std::optional<CancelTarget>& cancel_target() const { return cancel_target_; }
  const Verified& verified() const { return verified_; }
  // True when nothing was read since, nothing waits to be read or written, and the peer is there.
  bool is_quiet();
  void note_parameters(Parameters parameters) { parameters_ = std::move(parameters); }
  // By whom it was taken: it had been idle before that one asked.
  void note_wait(bool has_waited) { has_waited_ = has_waited; }

  Clock::time_point expires_at = Clock::time_point::max();
  Clock::time_point idle_since{};
  std::string passed_over;       // of the hosts that were tried before: why they are not it
  std::uint64_t generation = 0;  // of its pool, when it was connected

 private:
  Connection connection_;
  std::optional<CancelTarget> cancel_target_;
  const Verified verified_;
};

}  // namespace gateway::upstream
