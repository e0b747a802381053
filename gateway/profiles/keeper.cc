// SPDX-License-Identifier: Apache-2.0
#include "gateway/profiles/keeper.h"

#include <algorithm>
#include <random>
#include <utility>

#include "gateway/telemetry/log.h"

namespace gateway::profiles {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr const char* kBeingRead = "the catalog is being read";

milliseconds between(Clock::time_point from, Clock::time_point to) {
  return std::chrono::ceil<milliseconds>(std::max(to - from, Clock::duration::zero()));
}

void call_all(std::vector<std::move_only_function<void()>> callers) {
  for (auto& caller : callers) caller();
}

}  // namespace

// Filled on the loop, worked on by the thread, and read on the loop again.
struct Keeper::Job {
  Task task;
  std::shared_ptr<const config::Database> database;
  config::Listen listen;
  Catalog catalog;  // the known one, or the one that was read

  std::expected<void, std::string> outcome{};
  bool has_rows = false;
  std::shared_ptr<const ProfileSet> set{};
  TimePoint started_at{}, ended_at{};

  void work(Look& look, const std::atomic<bool>& stopped) {
    started_at = Clock::now();
    if (task == Task::Read) read(look, stopped);
    if (task == Task::Bind || has_rows) {
      set = std::make_shared<const ProfileSet>(database, listen, catalog);
    }
    ended_at = Clock::now();
  }

  void read(Look& look, const std::atomic<bool>& stopped) {
    auto rows = look(stopped);
    if (!rows) {
      outcome = std::unexpected(rows.error());
    } else if (*rows) {
      has_rows = true;
      catalog = std::make_shared<const policy::catalog::Snapshot>(**std::move(rows));
    }
  }
};

Keeper::Keeper(net::Loop& loop, std::shared_ptr<const config::Database> database,
               config::Listen listen, Look look, Pace pace)
    : loop_(loop),
      database_(std::move(database)),
      listen_(std::move(listen)),
      pace_(pace),
      schedule_(this->pace(), std::random_device()()),
      timer_(loop),
      current_(std::make_shared<const ProfileSet>(database_, listen_, nullptr, kBeingRead)),
      look_(std::move(look)) {
  if (is_needed()) unavailable_ = kBeingRead;
  advance();
}

Keeper::~Keeper() { stopped_ = true; }

Pace Keeper::pace() const {
  Pace pace = pace_;
  pace.refresh = database_->catalog_refresh;
  return pace;
}

bool Keeper::is_bound() const {
  return bound_ != nullptr && &bound_->database() == database_.get();
}

void Keeper::refresh(Reason reason, std::move_only_function<void()> done) {
  constexpr std::string_view kReasons[] = {"missing name", "seen change", "operator"};
  telemetry::log_debug(
      "catalog look asked for",
      {{"database", database_->name}, {"reason", kReasons[static_cast<std::size_t>(reason)]}});
  asked_.push_back(std::move(done));
  schedule_next();
}

void Keeper::use(std::shared_ptr<const config::Database> database, config::Listen listen,
                 std::move_only_function<void()> done) {
  database_ = std::move(database);
  listen_ = std::move(listen);
  schedule_.set(pace());
  in_force_.push_back(std::move(done));
  if (!is_needed()) {
    unavailable_.clear();
    become(std::make_shared<const ProfileSet>(database_, listen_, nullptr));
  } else if (catalog_ == nullptr || schedule_.believed_until() <= Clock::now()) {
    become_unavailable(last_error_.empty() ? kBeingRead : last_error_);
  } else if (running_ == Task::Read) {
    interrupt();
  }
  schedule_next();
}

void Keeper::read_by(Look look, Belief belief) {
  next_look_ = std::move(look);
  if (running_) interrupt();
  if (belief == Belief::Dropped) {
    catalog_ = nullptr;
    bound_ = nullptr;
    is_outcome_known_ = false;
    last_error_.clear();
  }
  schedule_next();
}

void Keeper::interrupt() {
  is_interrupted_ = true;
  stopped_ = true;
}

// Jobs and callbacks start here, from the timer: never inside a call from outside.
void Keeper::schedule_next() {
  const auto now = Clock::now();
  auto next = TimePoint::max();
  if (!running_) {
    const bool is_pressing = !in_force_.empty() || (!asked_.empty() && !is_needed()) ||
                             (is_needed() && catalog_ != nullptr && !is_bound());
    const auto demand = asked_.empty() ? upstream::Demand::Warmth : upstream::Demand::Waiter;
    if (is_needed()) next = schedule_.due(demand);
    if (is_pressing) next = now;
  }
  if (is_needed() && unavailable_.empty()) next = std::min(next, schedule_.believed_until());
  if (next == TimePoint::max()) return timer_.stop();
  timer_.start(next <= now ? milliseconds(0) : between(now, next), [this] { advance(); });
}

void Keeper::advance() {
  doubt();
  if (!running_) {
    const auto demand = asked_.empty() ? upstream::Demand::Warmth : upstream::Demand::Waiter;
    if (!is_needed()) {
      call_all(std::exchange(asked_, {}));
    } else if (catalog_ != nullptr && !is_bound()) {
      start(Task::Bind);
    } else if (schedule_.due(demand) <= Clock::now()) {
      start(Task::Read);
    }
  }
  tell_in_force();
  schedule_next();
}

void Keeper::start(Task task) {
  if (!worker_) worker_.emplace(loop_);
  running_ = task;
  if (next_look_) look_ = *std::exchange(next_look_, std::nullopt);
  if (task == Task::Read) served_ = std::exchange(asked_, {});
  auto job = std::make_shared<Job>(
      Job{.task = task, .database = database_, .listen = listen_, .catalog = catalog_});
  worker_->submit([this, job] { job->work(look_, stopped_); }, [this, job] { finish(*job); });
}

void Keeper::finish(Job& job) {
  running_.reset();
  stopped_ = false;
  // What was read otherwise than now counts no more, though it may have succeeded.
  const bool is_outdated = next_look_.has_value();
  const bool was_interrupted =
      std::exchange(is_interrupted_, false) && (!job.outcome || is_outdated);
  auto served = std::exchange(served_, {});
  if (was_interrupted) {
    std::ranges::move(asked_, std::back_inserter(served));
    asked_ = std::exchange(served, {});
  } else if (!job.outcome) {
    schedule_.looked(LookResult::Failed, job.started_at, job.ended_at);
    on_failure(job.outcome.error());
  } else {
    if (job.task == Task::Read) on_rows(job);
    take_bound(job);
  }
  call_all(std::move(served));
  advance();
}

void Keeper::on_rows(Job& job) {
  schedule_.looked(job.has_rows ? LookResult::Changed : LookResult::Unchanged, job.started_at,
                   job.ended_at);
  ++(job.has_rows ? changed_ : unchanged_);
  is_outcome_known_ = true;
  if (!std::exchange(last_error_, {}).empty()) {
    telemetry::log_info("catalog can be read again", {{"database", database_->name}});
  }
  if (!job.has_rows) return;
  catalog_ = job.catalog;
  ++catalog_epoch_;
  telemetry::log_info(catalog_epoch_ == 1 ? "catalog loaded" : "catalog changed",
                      {{"database", database_->name},
                       {"epoch", catalog_epoch_},
                       {"relations", catalog_->relations().size()},
                       {"ms", between(job.started_at, job.ended_at).count()}});
}

// Rules that were replaced meanwhile are bound anew; a set that was doubted is believed again.
void Keeper::take_bound(Job& job) {
  if (job.set != nullptr) bound_ = std::move(job.set);
  if (!is_needed() || !is_bound() || bound_->catalog() != catalog_) return;
  if (schedule_.believed_until() <= Clock::now()) return;
  unavailable_.clear();
  if (current_ != bound_) become(bound_);
}

void Keeper::on_failure(const std::string& why) {
  ++failed_;
  is_outcome_known_ = true;
  if (std::exchange(last_error_, why) != why) {
    telemetry::log_warn("catalog cannot be read", {{"database", database_->name}, {"why", why}});
  }
  if (is_needed() && catalog_ == nullptr) become_unavailable(why);
}

void Keeper::doubt() {
  if (!is_needed() || !unavailable_.empty() || Clock::now() < schedule_.believed_until()) return;
  const auto age =
      std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - schedule_.confirmed_at());
  telemetry::log_error("catalog is out of date",
                       {{"database", database_->name}, {"age_seconds", age.count()}});
  become_unavailable("the catalog could not be confirmed for too long: " +
                     (last_error_.empty() ? "the server does not answer" : last_error_));
}

void Keeper::become(std::shared_ptr<const ProfileSet> set) {
  current_ = std::move(set);
  if (on_change_) on_change_();
}

void Keeper::become_unavailable(const std::string& why) {
  if (unavailable_ == why && &current_->database() == database_.get()) return;
  unavailable_ = why;
  become(std::make_shared<const ProfileSet>(database_, listen_, nullptr, why));
}

void Keeper::tell_in_force() {
  if (&current_->database() == database_.get()) call_all(std::exchange(in_force_, {}));
}

KeeperStatus Keeper::status() const {
  using State = KeeperStatus::State;
  const auto now = Clock::now();
  KeeperStatus status{.why = unavailable_,
                      .epoch = catalog_epoch_,
                      .last_error = last_error_,
                      .changed = changed_,
                      .unchanged = unchanged_,
                      .failed = failed_};
  if (catalog_ != nullptr) {
    status.relations = catalog_->relations().size();
    status.age = between(schedule_.confirmed_at(), now);
  }
  if (!is_needed()) return status;
  status.state = is_starting()          ? State::Starting
                 : unavailable_.empty() ? State::Ready
                                        : State::Unavailable;
  const auto due =
      schedule_.due(asked_.empty() ? upstream::Demand::Warmth : upstream::Demand::Waiter);
  if (!running_ && due != TimePoint::max()) status.next_look = between(now, std::max(due, now));
  return status;
}

}  // namespace gateway::profiles
