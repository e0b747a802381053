// SPDX-License-Identifier: Apache-2.0
// The Pool. Calls from outside only change its books and arm the next turn(); turn() acts on them:
// that is why no callback is ever called from inside a call.
#pragma once

#include <deque>
#include <map>
#include <set>

#include "gateway/net/deferred.h"
#include "gateway/net/loop.h"
#include "gateway/upstream/backoff.h"
#include "gateway/upstream/cancel_exchange.h"
#include "gateway/upstream/connector.h"
#include "gateway/upstream/idle_server.h"
#include "gateway/upstream/pool.h"
#include "gateway/upstream/reset_exchange.h"
#include "gateway/upstream/silent_places.h"

namespace gateway::upstream {

class ServerPool final : public Pool {
 public:
  static constexpr std::size_t kCancelsMax = 16;  // connections for cancels at once; more wait

  ServerPool(net::Loop& loop, PoolSettings settings);

  std::uint64_t acquire(Ready ready, Failed failed) override;
  void withdraw(std::uint64_t ticket) override;
  void reset(std::unique_ptr<Server> server) override;
  void discard(std::unique_ptr<Server> server) override;
  void cancel(const Server& server, std::move_only_function<void()> done) override;
  void use(PoolSettings settings) override;
  const Parameters* known_parameters() const override { return known_ ? &*known_ : nullptr; }
  int known_version_major() const override { return known_version_major_; }
  PoolCounts counts() const override;
  bool reachable() const override { return reachable_; }
  const std::string& last_error() const override { return last_error_; }
  void drain() override;

 private:
  struct Waiter {
    Ready ready;
    Failed failed;
    Clock::time_point asked_at;
    Clock::time_point deadline;
    bool has_attempt = false;  // a connection was started for it
  };
  struct Refusal {
    Failed failed;
    PoolFailure failure;
  };
  struct Attempt {
    std::unique_ptr<Connector> connector;
    std::uint64_t ticket = 0;  // the waiter that it was started for; 0: only to be warm
  };
  struct Cancel {
    std::unique_ptr<CancelExchange> exchange;
    std::move_only_function<void()> done;
  };
  using Waiters = std::map<std::uint64_t, Waiter>;  // tickets grow: in order of arrival

  void arm_turn();
  void turn();
  void retire_servers();
  void close_unusable(Clock::time_point now);
  bool is_unusable(const IdleServer& idle, Clock::time_point now) const;
  void serve_waiters();
  void expire_waiters(Clock::time_point now);
  void tell_refusals();
  void tell_dropped_cancels();
  void schedule(Clock::time_point now);
  void refuse(Waiters::iterator waiter, PoolFailure failure);
  void refuse_all(const PoolFailure& failure);

  // pool_connects.cc
  Demand demand() const;
  void connect_as_needed(Clock::time_point now);
  void start_attempt();
  void on_attempt_done(std::uint64_t id, Connector::Outcome outcome);
  void on_connected(std::unique_ptr<ConnectedServer> server);
  void on_unreachable(std::uint64_t ticket, const std::string& why);
  std::size_t live_count() const;   // servers that are or may become available again
  std::size_t total_count() const;  // what counts against max_size
  std::size_t warm_size() const { return std::min(settings_.min_size, settings_.max_size); }

  std::unique_ptr<ConnectedServer> take_back(std::unique_ptr<Server> server);
  void start_reset(std::unique_ptr<ConnectedServer> server);
  void on_reset_done(std::uint64_t id, std::unique_ptr<ConnectedServer> server);
  void make_idle(std::unique_ptr<ConnectedServer> server);

  // pool_cancels.cc
  void start_cancels();
  void on_cancel_done(std::uint64_t id, CancelOutcome outcome);
  void drop_waiting_cancel(std::uint64_t id);

  net::Loop& loop_;
  PoolSettings settings_;
  std::uint64_t generation_ = 0;  // of the connection parameters and pins in settings_
  net::Deferred turn_;
  net::Timer timer_;
  Backoff backoff_;
  SilentPlaces silent_;
  std::minstd_rand random_;
  std::uint64_t last_ticket_ = 0, last_attempt_ = 0;

  Waiters waiters_;
  std::map<std::uint64_t, Refusal> refusals_;  // by ticket: told in the next turn
  std::map<std::uint64_t, Attempt> attempts_;
  std::deque<std::unique_ptr<IdleServer>> idle_;  // the most recently used last
  std::set<std::uint64_t> busy_;                  // server ids, as in all that follow
  std::map<std::uint64_t, std::unique_ptr<ConnectedServer>> fenced_;  // released during a cancel
  std::map<std::uint64_t, std::unique_ptr<ResetExchange>> resets_;
  std::map<std::uint64_t, Cancel> cancels_;
  std::deque<std::uint64_t> waiting_cancels_;  // of cancels_: not started yet
  std::set<std::uint64_t> doubtful_;           // busy, and a cancel may still hit them
  std::vector<std::move_only_function<void()>> dropped_cancels_;

  Clock::time_point retry_at_ = Clock::time_point::max();
  std::optional<Parameters> known_;
  int known_version_major_ = 0;
  bool reachable_ = false;
  bool has_lost_server_ = false;  // one ended by itself since the last attempt to connect
  bool draining_ = false;
  std::string last_error_;
};

}  // namespace gateway::upstream
