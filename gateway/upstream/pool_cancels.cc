// SPDX-License-Identifier: Apache-2.0
// Cancels, and the fence: a server that a cancel may still hit is not used again.
#include <algorithm>
#include <utility>

#include "gateway/upstream/server_pool.h"

namespace gateway::upstream {

void ServerPool::cancel(const Server& server, std::move_only_function<void()> done) {
  const auto& target = static_cast<const ConnectedServer&>(server).cancel_target();
  const std::uint64_t id = server.id();
  if (!target || !busy_.contains(id) || cancels_.contains(id)) {
    dropped_cancels_.push_back(std::move(done));
    return arm_turn();
  }
  auto exchange = std::make_unique<CancelExchange>(
      loop_, *target, [this, id](CancelOutcome outcome) { on_cancel_done(id, outcome); });
  cancels_.emplace(id, Cancel{std::move(exchange), std::move(done)});
  waiting_cancels_.push_back(id);
  start_cancels();
}

void ServerPool::start_cancels() {
  while (!waiting_cancels_.empty() && cancels_.size() - waiting_cancels_.size() < kCancelsMax) {
    const std::uint64_t id = waiting_cancels_.front();
    waiting_cancels_.pop_front();
    cancels_.at(id).exchange->start(settings_.connect_timeout);
  }
}

// What it was meant for is over: sent now, it could only hit the wrong statement.
void ServerPool::drop_waiting_cancel(std::uint64_t id) {
  if (std::erase(waiting_cancels_, id) == 0) return;
  dropped_cancels_.push_back(std::move(cancels_.extract(id).mapped().done));
}

void ServerPool::on_cancel_done(std::uint64_t id, CancelOutcome outcome) {
  auto cancel = cancels_.extract(id);
  auto fenced = fenced_.extract(id);
  if (outcome == CancelOutcome::InDoubt && busy_.contains(id)) doubtful_.insert(id);
  if (outcome == CancelOutcome::Settled && fenced) start_reset(std::move(fenced.mapped()));
  start_cancels();
  arm_turn();
  cancel.mapped().done();
}

void ServerPool::tell_dropped_cancels() {
  for (auto& done : std::exchange(dropped_cancels_, {})) done();
}

}  // namespace gateway::upstream
