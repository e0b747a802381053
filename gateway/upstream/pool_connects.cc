// SPDX-License-Identifier: Apache-2.0
// When the pool connects, and what a failure means for those who wait.
#include <algorithm>
#include <utility>

#include "gateway/upstream/server_pool.h"

namespace gateway::upstream {
namespace {

constexpr double kLifetimeJitter = 0.1;  // servers that were made together do not end together

}  // namespace

std::size_t ServerPool::live_count() const {
  return idle_.size() + busy_.size() + resets_.size() + fenced_.size();
}

std::size_t ServerPool::total_count() const { return live_count() + attempts_.size(); }

Demand ServerPool::demand() const {
  if (draining_ || total_count() >= settings_.max_size) return Demand::None;
  if (waiters_.size() > attempts_.size()) return Demand::Waiter;
  if (total_count() < warm_size()) return Demand::Warmth;
  // The last one that is lost is replaced even by a pool that keeps none warm: else nobody would
  // know that the whole server is gone.
  return has_lost_server_ && total_count() == 0 ? Demand::Warmth : Demand::None;
}

// After a failure one attempt at a time probes, not earlier than the backoff allows.
void ServerPool::connect_as_needed(Clock::time_point now) {
  retry_at_ = Clock::time_point::max();
  for (Demand wanted = demand(); wanted != Demand::None; wanted = demand()) {
    if (backoff_.is_failing()) {
      if (!attempts_.empty()) return;
      if (const auto earliest = backoff_.retry_at(wanted); now < earliest) {
        retry_at_ = earliest;
        return;
      }
    }
    start_attempt();
  }
}

void ServerPool::start_attempt() {
  const std::uint64_t id = ++last_attempt_;
  has_lost_server_ = false;
  Attempt attempt;
  const auto waiter =
      std::ranges::find_if(waiters_, [](const auto& each) { return !each.second.has_attempt; });
  if (waiter != waiters_.end()) {
    waiter->second.has_attempt = true;
    attempt.ticket = waiter->first;
  }
  attempt.connector = std::make_unique<Connector>(
      loop_, settings_, silent_,
      [this, id](Connector::Outcome outcome) { on_attempt_done(id, std::move(outcome)); });
  attempts_.emplace(id, std::move(attempt));
}

void ServerPool::on_attempt_done(std::uint64_t id, Connector::Outcome outcome) {
  const std::uint64_t ticket = attempts_.extract(id).mapped().ticket;
  reachable_ = outcome.has_value();
  if (reachable_) {
    on_connected(std::move(*outcome));
  } else {
    on_unreachable(ticket, outcome.error());
  }
  arm_turn();
}

void ServerPool::on_connected(std::unique_ptr<ConnectedServer> server) {
  backoff_.succeeded();
  last_error_ = std::move(server->passed_over);
  server->generation = generation_;
  if (settings_.lifetime.count() > 0) {
    std::uniform_real_distribution<double> share(1.0 - kLifetimeJitter, 1.0);
    const auto lifetime =
        std::chrono::duration_cast<std::chrono::milliseconds>(settings_.lifetime * share(random_));
    server->expires_at = loop_.now() + lifetime;
  }
  make_idle(std::move(server));
}

// The waiter of the attempt hears of it at once; all others too when no server is left that they
// could wait for.
void ServerPool::on_unreachable(std::uint64_t ticket, const std::string& why) {
  backoff_.failed(loop_.now());
  last_error_ = why;
  const PoolFailure failure{PoolError::Unreachable, why};
  if (live_count() == 0) return refuse_all(failure);
  if (const auto waiter = waiters_.find(ticket); waiter != waiters_.end()) refuse(waiter, failure);
}

}  // namespace gateway::upstream
