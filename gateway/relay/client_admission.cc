// SPDX-License-Identifier: Apache-2.0
#include "gateway/relay/client_admission.h"

#include <fmt/format.h>

#include <utility>

namespace gateway::relay {
namespace {

using policy::Violation;
using telemetry::LimitType;

Violation over_limit(std::string resource, std::string_view key, std::string message) {
  return {.check = policy::Check::Rate,
          .code = policy::ErrorCode::RateLimitExceeded,
          .resource = std::move(resource),
          .rule = fmt::format("limits.{}", key),
          .message = std::move(message)};
}

Violation violation_of(const admin::Denial& denial) {
  const std::string because = denial.reason.empty() ? "" : ": " + denial.reason;
  return {.check = policy::Check::Rate,
          .code = policy::ErrorCode::AccessDenied,
          .resource = admin::text_of(denial.target),
          .rule = "denied at run time",
          .message = "an operator has denied this for now" + because,
          .hint = "Ask the operator of the gateway."};
}

}  // namespace

ClientAdmission::ClientAdmission(AdmissionSources sources, std::string database, std::string user)
    : sources_(sources), database_(std::move(database)), user_(std::move(user)) {}

std::optional<Violation> ClientAdmission::denial_of_login() {
  const admin::Denial* found = sources_.denials.find_client(database_, user_);
  if (found == nullptr) return std::nullopt;
  return violation_of(*found);
}

std::optional<Violation> ClientAdmission::denial(std::uint64_t fingerprint) {
  const admin::Denials& denials = sources_.denials;
  if (denials_epoch_ != denials.epoch()) {
    denials_epoch_ = denials.epoch();
    is_denied_ = denials.find_client(database_, user_) != nullptr;
  }
  if (is_denied_) return denial_of_login();
  const admin::Denial* found = denials.find_statement(fingerprint);
  if (found == nullptr) return std::nullopt;
  return violation_of(*found);
}

std::optional<Violation> ClientAdmission::start(const Start& start) {
  if (account_ == nullptr) account_ = sources_.accounts.open(database_, user_, start.now);
  if (account_ == nullptr) {
    return over_limit("users", "statements_per_minute", "too many users are active to count more");
  }
  auto violation = too_many_running(start);
  if (!violation) violation = too_many_started(start);
  if (violation) return violation;
  if (start.profile.running_max > 0 && !is_running_) {
    is_running_ = true;
    ++account_->running;
  }
  account_->started.add(start.statements, start.now);
  return std::nullopt;
}

void ClientAdmission::stop() {
  if (!std::exchange(is_running_, false)) return;
  --account_->running;
}

std::optional<Violation> ClientAdmission::too_many_started(const Start& start) {
  const std::uint64_t most = start.profile.statements_per_minute_max;
  if (most == 0) return std::nullopt;
  const auto wait = account_->started.wait_for(start.statements, most, start.now);
  if (wait && wait->count() == 0) return std::nullopt;
  ++sources_.metrics.limits_exceeded[LimitType::StatementsPerMinute];
  Violation violation = over_limit(
      fmt::format("{} statements a minute", most), "statements_per_minute",
      fmt::format("too many statements: user \"{}\" may start {} a minute", user_, most));
  violation.hint = wait ? fmt::format("Retry after {} s.", wait->count())
                        : "Send fewer statements in one message.";
  return violation;
}

// A session that runs something already may send more.
std::optional<Violation> ClientAdmission::too_many_running(const Start& start) {
  const std::uint64_t most = start.profile.running_max;
  if (most == 0 || is_running_ || account_->running < most) return std::nullopt;
  ++sources_.metrics.limits_exceeded[LimitType::RunningStatements];
  Violation violation = over_limit(
      fmt::format("{} running at one time", most), "running_statements",
      fmt::format("too many sessions of user \"{}\" run a statement: {} may", user_, most));
  violation.hint = "Retry after 1 s, or when one of its statements has ended.";
  return violation;
}

}  // namespace gateway::relay
