// SPDX-License-Identifier: Apache-2.0
#include "gateway/upstream/pool.h"

#include <algorithm>
#include <utility>

#include "gateway/upstream/server_pool.h"

namespace gateway::upstream {
namespace {

PoolSettings with_pins(PoolSettings settings) {
  settings.pinned = with_required_pins(std::move(settings.pinned));
  return settings;
}

// Zero means no limit.
Clock::time_point after(Clock::time_point from, std::chrono::milliseconds duration) {
  return duration.count() <= 0 ? Clock::time_point::max() : from + duration;
}

}  // namespace

std::unique_ptr<Pool> make_pool(net::Loop& loop, PoolSettings settings) {
  return std::make_unique<ServerPool>(loop, std::move(settings));
}

ServerPool::ServerPool(net::Loop& loop, PoolSettings settings)
    : loop_(loop),
      settings_(with_pins(std::move(settings))),
      turn_(loop),
      timer_(loop),
      backoff_(std::random_device()()),
      random_(std::random_device()()) {
  arm_turn();
}

void ServerPool::arm_turn() {
  if (!turn_.armed()) turn_.arm([this] { turn(); });
}

void ServerPool::turn() {
  const auto now = loop_.now();
  close_unusable(now);
  serve_waiters();
  expire_waiters(now);
  connect_as_needed(now);
  tell_refusals();
  tell_dropped_cancels();
  schedule(now);
}

std::uint64_t ServerPool::acquire(Ready ready, Failed failed) {
  const std::uint64_t ticket = ++last_ticket_;
  arm_turn();
  if (draining_) {
    refusals_.emplace(ticket, Refusal{std::move(failed), {PoolError::Draining, "shutting down"}});
  } else if (waiters_.size() >= settings_.waiters_max) {
    std::string detail = "more than " + std::to_string(settings_.waiters_max) +
                         " clients wait for a server connection";
    refusals_.emplace(ticket,
                      Refusal{std::move(failed), {PoolError::TooManyWaiters, std::move(detail)}});
  } else {
    waiters_.emplace(ticket, Waiter{.ready = std::move(ready),
                                    .failed = std::move(failed),
                                    .asked_at = loop_.now(),
                                    .deadline = after(loop_.now(), settings_.wait_timeout)});
  }
  return ticket;
}

void ServerPool::withdraw(std::uint64_t ticket) {
  waiters_.erase(ticket);
  refusals_.erase(ticket);
}

void ServerPool::refuse(Waiters::iterator waiter, PoolFailure failure) {
  refusals_.emplace(waiter->first, Refusal{std::move(waiter->second.failed), std::move(failure)});
  waiters_.erase(waiter);
  arm_turn();
}

void ServerPool::refuse_all(const PoolFailure& failure) {
  while (!waiters_.empty()) refuse(waiters_.begin(), failure);
}

// Refusals added by the callbacks wait for the next turn: they carry later tickets.
void ServerPool::tell_refusals() {
  const std::uint64_t last = last_ticket_;
  while (!refusals_.empty() && refusals_.begin()->first <= last) {
    auto refusal = refusals_.extract(refusals_.begin());
    refusal.mapped().failed(std::move(refusal.mapped().failure));
  }
}

void ServerPool::expire_waiters(Clock::time_point now) {
  while (!waiters_.empty() && waiters_.begin()->second.deadline <= now) {
    refuse(waiters_.begin(),
           {PoolError::WaitTimeout, "no server connection became free within " +
                                        std::to_string(settings_.wait_timeout.count()) + " ms"});
  }
}

void ServerPool::serve_waiters() {
  while (!waiters_.empty() && !idle_.empty()) {
    auto server = idle_.back()->take();
    idle_.pop_back();
    if (!server) continue;
    auto waiter = waiters_.extract(waiters_.begin());
    busy_.insert(server->id());
    server->note_wait(server->idle_since < waiter.mapped().asked_at);
    waiter.mapped().ready(std::move(server));
  }
}

bool ServerPool::is_unusable(const IdleServer& idle, Clock::time_point now) const {
  if (idle.is_spoilt() || idle.server().expires_at <= now) return true;
  return total_count() > warm_size() &&
         after(idle.server().idle_since, settings_.idle_timeout) <= now;
}

// The least recently used are in front: they go first.
void ServerPool::close_unusable(Clock::time_point now) {
  for (auto each = idle_.begin(); each != idle_.end();) {
    if ((*each)->is_spoilt()) has_lost_server_ = true;
    each = is_unusable(**each, now) ? idle_.erase(each) : std::next(each);
  }
  while (total_count() > settings_.max_size && !idle_.empty()) idle_.pop_front();
}

void ServerPool::schedule(Clock::time_point now) {
  auto next = retry_at_;
  if (!waiters_.empty()) next = std::min(next, waiters_.begin()->second.deadline);
  for (const auto& idle : idle_) {
    next = std::min(next, idle->server().expires_at);
    if (total_count() > warm_size()) {
      next = std::min(next, after(idle->server().idle_since, settings_.idle_timeout));
    }
  }
  if (next == Clock::time_point::max()) return timer_.stop();
  timer_.start(std::chrono::ceil<std::chrono::milliseconds>(next - now), [this] { turn(); });
}

std::unique_ptr<ConnectedServer> ServerPool::take_back(std::unique_ptr<Server> server) {
  arm_turn();
  if (!server) return nullptr;
  std::unique_ptr<ConnectedServer> ours(static_cast<ConnectedServer*>(server.release()));
  ours->stream().set_events(nullptr);
  if (ours->stream().ended()) has_lost_server_ = true;
  busy_.erase(ours->id());
  drop_waiting_cancel(ours->id());
  return ours;
}

void ServerPool::discard(std::unique_ptr<Server> server) {
  const auto closed = take_back(std::move(server));
  if (closed) doubtful_.erase(closed->id());
}

void ServerPool::reset(std::unique_ptr<Server> given) {
  auto server = take_back(std::move(given));
  if (!server) return;
  const bool may_be_hit = doubtful_.erase(server->id()) > 0;
  if (server->generation != generation_ || draining_ || may_be_hit || !server->is_quiet() ||
      server->expires_at <= loop_.now())
    return;
  if (cancels_.contains(server->id())) {
    const std::uint64_t id = server->id();
    fenced_.emplace(id, std::move(server));
  } else {
    start_reset(std::move(server));
  }
}

void ServerPool::start_reset(std::unique_ptr<ConnectedServer> server) {
  const std::uint64_t id = server->id();
  auto exchange = std::make_unique<ResetExchange>(
      loop_, std::move(server),
      [this, id](std::unique_ptr<ConnectedServer> clean) { on_reset_done(id, std::move(clean)); });
  exchange->start(settings_.connect_timeout);
  resets_.emplace(id, std::move(exchange));
}

void ServerPool::on_reset_done(std::uint64_t id, std::unique_ptr<ConnectedServer> server) {
  resets_.erase(id);
  if (server && server->generation == generation_) make_idle(std::move(server));
  arm_turn();
}

void ServerPool::make_idle(std::unique_ptr<ConnectedServer> server) {
  server->idle_since = loop_.now();
  known_ = server->parameters();  // it is the next to be taken
  known_version_major_ = server->version_major();
  idle_.push_back(std::make_unique<IdleServer>(std::move(server), [this] { arm_turn(); }));
}

void ServerPool::use(PoolSettings given) {
  PoolSettings settings = with_pins(std::move(given));
  const bool is_elsewhere = settings.connection != settings_.connection;
  if (is_elsewhere || settings.pinned != settings_.pinned) retire_servers();
  if (is_elsewhere) {
    reachable_ = false;
    last_error_.clear();
    backoff_.succeeded();  // what failed was another place
  }
  settings_ = std::move(settings);
  arm_turn();
}

// Attempts under way have the old settings: who waits for one gets another.
void ServerPool::retire_servers() {
  ++generation_;
  known_.reset();
  idle_.clear();
  attempts_.clear();
  for (auto& [ticket, waiter] : waiters_) waiter.has_attempt = false;
}

PoolCounts ServerPool::counts() const {
  return {.connecting = attempts_.size(),
          .idle = idle_.size(),
          .busy = busy_.size(),
          .resetting = resets_.size() + fenced_.size(),
          .waiting = waiters_.size(),
          .cancelling = cancels_.size()};
}

void ServerPool::drain() {
  draining_ = true;
  idle_.clear();
  attempts_.clear();
  resets_.clear();
  fenced_.clear();
  refuse_all({PoolError::Draining, "shutting down"});
  arm_turn();
}

}  // namespace gateway::upstream
