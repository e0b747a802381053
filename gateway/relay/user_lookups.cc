// SPDX-License-Identifier: Apache-2.0
#include "gateway/relay/user_lookups.h"

#include <memory>
#include <utility>
#include <variant>

#include "gateway/telemetry/log.h"

namespace gateway::relay {
namespace {

constexpr std::size_t kKnownMax = 10'000;

bool is_unreachable(const auth::DirectoryAnswer& answer) {
  const auto* failure = std::get_if<auth::DirectoryFailure>(&answer);
  return failure != nullptr && failure->kind == auth::DirectoryFailure::Kind::Unreachable;
}

}  // namespace

struct UserLookups::Job {
  LookUp look_up;
  std::shared_ptr<const std::atomic<bool>> stopped;
  std::uint64_t epoch;
  std::string user;
  std::vector<std::uint64_t> relay_ids;
  Time asked_at;
  auth::DirectoryAnswer answer;
};

UserLookups::UserLookups(net::Loop& loop, Directory directory, IsWaiting is_waiting, Tell tell)
    : loop_(loop),
      directory_(std::move(directory)),
      is_waiting_(std::move(is_waiting)),
      tell_(std::move(tell)),
      stopped_(std::make_shared<std::atomic<bool>>(false)),
      worker_(loop) {}

UserLookups::~UserLookups() { *stopped_ = true; }

void UserLookups::use(Directory directory) {
  *stopped_ = true;
  stopped_ = std::make_shared<std::atomic<bool>>(false);
  directory_ = std::move(directory);
  ++epoch_;
  known_.clear();
}

const auth::DirectoryAnswer* UserLookups::known(const std::string& user) {
  const auto found = known_.find(user);
  if (found == known_.end()) return nullptr;
  if (loop_.now() < found->second.until) return &found->second.answer;
  known_.erase(found);
  return nullptr;
}

void UserLookups::join(std::uint64_t relay_id, const std::string& user) {
  auto& relay_ids = waiting_[user];
  if (relay_ids.empty()) order_.push_back(user);
  relay_ids.push_back(relay_id);
  if (!is_looking_) look_up_next();
}

void UserLookups::look_up_next() {
  auto job = std::make_shared<Job>();
  while (!order_.empty() && job->relay_ids.empty()) {
    job->user = std::move(order_.front());
    order_.pop_front();
    job->relay_ids = std::move(waiting_.extract(job->user).mapped());
    std::erase_if(job->relay_ids, [this](std::uint64_t id) { return !is_waiting_(id); });
  }
  is_looking_ = !job->relay_ids.empty();
  if (!is_looking_) return;
  job->asked_at = loop_.now();
  job->look_up = directory_.look_up;
  job->stopped = stopped_;
  job->epoch = epoch_;
  worker_.submit(
      [job] {
        if (job->look_up) job->answer = job->look_up(job->user, *job->stopped);
      },
      [this, job] {
        finish(*job);
        look_up_next();
      });
}

void UserLookups::finish(Job& job) {
  if (job.epoch != epoch_) return ask_again(job);
  if (const auto* found = std::get_if<auth::FoundUser>(&job.answer)) {
    usual_iterations_ = found->verifier.iterations;
  }
  log(job);
  keep(job);
  for (const auto id : job.relay_ids) tell_(id, job.answer);
  if (is_unreachable(job.answer)) tell_waiting(job.answer);
}

// Of another directory than the one that answered. They have waited longest.
void UserLookups::ask_again(Job& job) {
  auto& relay_ids = waiting_[job.user];
  if (relay_ids.empty()) order_.push_front(job.user);
  relay_ids.insert(relay_ids.end(), job.relay_ids.begin(), job.relay_ids.end());
}

// Whoever asks for such a user gets a line: once a second at most.
void UserLookups::log(const Job& job) {
  const auto* failure = std::get_if<auth::DirectoryFailure>(&job.answer);
  const auto* nobody = std::get_if<auth::NoSuchUser>(&job.answer);
  if (failure == nullptr && (nobody == nullptr || nobody->why.empty())) return;
  const auto skipped = log_limit_.pass(job.asked_at);
  if (!skipped) return;
  if (failure != nullptr) {
    telemetry::log_error("auth_query failed",
                         {{"user", job.user}, {"why", failure->why}, {"skipped", *skipped}});
  } else {
    telemetry::log_warn("auth_query found a user who cannot log in",
                        {{"user", job.user}, {"why", nobody->why}, {"skipped", *skipped}});
  }
}

void UserLookups::keep(const Job& job) {
  if (directory_.time_to_live.count() == 0) return;
  if (std::holds_alternative<auth::DirectoryFailure>(job.answer)) return;
  if (known_.size() >= kKnownMax) {
    std::erase_if(known_, [&](const auto& entry) { return entry.second.until <= loop_.now(); });
  }
  if (known_.size() < kKnownMax) {
    known_.insert_or_assign(job.user, Known{job.answer, job.asked_at + directory_.time_to_live});
  }
}

// Else each of many users would wait for one time limit after the other.
void UserLookups::tell_waiting(const auth::DirectoryAnswer& failure) {
  order_.clear();
  for (const auto& [user, relay_ids] : std::exchange(waiting_, {})) {
    for (const auto id : relay_ids) tell_(id, failure);
  }
}

}  // namespace gateway::relay
