// SPDX-License-Identifier: Apache-2.0
#include "gateway/relay/password_checks.h"

#include <memory>
#include <utility>

namespace gateway::relay {

PasswordChecks::PasswordChecks(net::Loop& loop, IsWaiting is_waiting, Tell tell)
    : is_waiting_(std::move(is_waiting)), tell_(std::move(tell)), worker_(loop) {}

void PasswordChecks::join(std::uint64_t relay_id, session::PasswordQuestion question) {
  waiting_.push_back(std::make_shared<Job>(relay_id, std::move(question)));
  if (!is_checking_) check_next();
}

void PasswordChecks::check_next() {
  while (!waiting_.empty() && !is_waiting_(waiting_.front()->relay_id)) waiting_.pop_front();
  is_checking_ = !waiting_.empty();
  if (!is_checking_) return;
  const auto job = std::move(waiting_.front());
  waiting_.pop_front();
  worker_.submit(
      [job] {
        if (auth::is_password_of(job->question.verifier, job->question.password)) {
          job->outcome = Outcome::Right;
        }
      },
      [this, job] {
        tell_(job->relay_id, job->outcome);
        check_next();
      });
}

}  // namespace gateway::relay
