// SPDX-License-Identifier: Apache-2.0
#include "gateway/relay/recording.h"

#include <algorithm>
#include <utility>

#include "gateway/session/close_reason.h"

namespace gateway::relay {
namespace {

audit::EndStatus status_of(session::Outcome outcome) {
  switch (outcome) {
    case session::Outcome::Ok: return audit::EndStatus::Ok;
    case session::Outcome::Error: return audit::EndStatus::Error;
    case session::Outcome::Skipped: return audit::EndStatus::Skipped;
    case session::Outcome::Prepared: return audit::EndStatus::Prepared;
    case session::Outcome::Suspended: return audit::EndStatus::Suspended;
    case session::Outcome::Cancelled: return audit::EndStatus::Cancelled;
    case session::Outcome::Disconnected: return audit::EndStatus::Disconnected;
  }
  return audit::EndStatus::Error;
}

bool is_success(session::Outcome outcome) {
  return outcome == session::Outcome::Ok || outcome == session::Outcome::Prepared ||
         outcome == session::Outcome::Suspended;
}

using audit::CheckStatus;
using policy::Check;

// What a violation means: the statement is denied, or told about.
CheckStatus found_status(const session::Decision& decision) {
  return decision.allowed() ? CheckStatus::Warned : CheckStatus::Denied;
}

bool has(const session::Decision& decision, Check check) {
  return std::ranges::any_of(decision.violations, [check](const policy::Violation& violation) {
    return violation.check == check;
  });
}

// Of a check that only an access policy makes.
CheckStatus check_status(const session::Decision& decision, Check check) {
  if (has(decision, check)) return found_status(decision);
  return decision.facts == nullptr ? CheckStatus::Skipped : CheckStatus::Passed;
}

// What no other member stands for counts as the statement's own.
bool is_of_statement(const policy::Violation& violation) {
  return violation.check == Check::Statement || violation.check == Check::Text ||
         violation.check == Check::Setting || violation.check == Check::Resolve;
}

CheckStatus statement_status(const session::Decision& decision) {
  if (std::ranges::any_of(decision.violations, is_of_statement)) return found_status(decision);
  const bool is_refused_otherwise = !decision.allowed() && decision.violations.empty();
  return is_refused_otherwise ? CheckStatus::Denied : CheckStatus::Passed;
}

CheckStatus plan_status(const session::Decision& decision) {
  if (has(decision, Check::Plan)) return found_status(decision);
  if (!decision.allowed()) return CheckStatus::Skipped;  // for another reason, before it was asked
  switch (decision.plan) {
    case session::PlanCheck::Skipped: return CheckStatus::Skipped;
    case session::PlanCheck::Passed: return CheckStatus::Passed;
    case session::PlanCheck::Warned: return CheckStatus::Warned;
  }
  return CheckStatus::Skipped;
}

audit::PolicyChecks checks_of(const session::Decision& decision) {
  return {.statement = statement_status(decision),
          .schema_access = check_status(decision, Check::Schema),
          .table_access = check_status(decision, Check::Table),
          .column_access = check_status(decision, Check::Column),
          .function_access = check_status(decision, Check::Function),
          .explain_check = plan_status(decision)};
}

}  // namespace

void Recording::on_login_refused(const policy::Violation& violation) {
  const std::string why =
      violation.message + " (" + violation.resource + ", rule: " + violation.rule + ")";
  note({.event = audit::Event::AuthenticationFailed,
        .status = session::name(session::CloseReason::LoginRefused),
        .detail = why});
}

void Recording::begin(std::string session, std::size_t database_id) {
  session_ = std::move(session);
  database_id_ = database_id;
}

void Recording::on_decision(const session::Decision& decision) {
  const audit::PolicyChecks checks = checks_of(decision);
  if (audit_.is_enabled()) append(decision, checks);
  count_checks(decision, checks);
  auto& database = metrics_.database(database_id_);
  if (decision.allowed()) {
    ++database.requests_in_flight;
  } else {
    metrics_.count_request(database_id_, telemetry::RequestStatus::Denied,
                           metrics_.code_id(decision.error_code));
  }
}

void Recording::append(const session::Decision& decision, const audit::PolicyChecks& checks) {
  violations_.clear();
  for (const auto& violation : decision.violations) {
    violations_.push_back({name(violation.check), violation.resource, violation.rule});
  }
  objects_.clear();
  functions_.clear();
  if (decision.facts != nullptr && decision.snapshot != nullptr) {
    objects_.read(*decision.facts, *decision.snapshot);
    functions_.read(*decision.facts, *decision.snapshot);
  }
  audit_.append(session_, audit::Decision{
                              .event = decision.allowed() ? audit::Event::QueryAllowed
                                                          : audit::Event::QueryDenied,
                              .request_id = decision.request_id,
                              .sql = decision.sql,
                              .statement_class = decision.statement_class,
                              .fingerprint = decision.fingerprint,
                              .rewritten_sql = decision.rewritten_sql,
                              .objects = objects_.objects(),
                              .objects_truncated = objects_.truncated(),
                              .functions = functions_.names(),
                              .functions_truncated = functions_.truncated(),
                              .checks = checks,
                              .violations = violations_,
                              .error_code = decision.error_code,
                              .error_message = decision.error_message,
                              .sqlstate = decision.server_error.sqlstate,
                              .error_detail = decision.server_error.message,
                              .policy_epoch = decision.policy_epoch,
                          });
}

void Recording::count_checks(const session::Decision& decision, const audit::PolicyChecks& checks) {
  using telemetry::CheckResult;
  using telemetry::PolicyCheck;
  const auto count = [&](PolicyCheck check, CheckStatus status) {
    if (status == CheckStatus::Skipped) return;
    metrics_.count_policy_check(check, status == CheckStatus::Passed   ? CheckResult::Passed
                                       : status == CheckStatus::Warned ? CheckResult::Warned
                                                                       : CheckResult::Denied);
  };
  count(PolicyCheck::Statement, checks.statement);
  count(PolicyCheck::Schema, checks.schema_access);
  count(PolicyCheck::Table, checks.table_access);
  count(PolicyCheck::Column, checks.column_access);
  count(PolicyCheck::Function, checks.function_access);
  count(PolicyCheck::Plan, checks.explain_check);
  count(PolicyCheck::Setting, check_status(decision, Check::Setting));
  count(PolicyCheck::Resolve, check_status(decision, Check::Resolve));
}

void Recording::on_planned(std::chrono::nanoseconds elapsed) {
  metrics_.database(database_id_).plan_gate_duration.observe(elapsed);
}

void Recording::on_end(const session::End& end) {
  const auto code = end.error.error_code;
  audit_.append(session_, audit::End{.request_id = end.request_id,
                                     .status = status_of(end.outcome),
                                     .rows = end.rows,
                                     .elapsed = end.elapsed,
                                     .sqlstate = end.error.sqlstate,
                                     .error_message = end.error.message,
                                     .error_detail = end.error.detail,
                                     .error_code = code ? policy::face(*code).name : "",
                                     .truncated = end.truncated});
  auto& database = metrics_.database(database_id_);
  --database.requests_in_flight;
  database.request_duration.observe(end.elapsed);
  database.query_duration.observe(end.elapsed);
  metrics_.count_request(
      database_id_,
      is_success(end.outcome) ? telemetry::RequestStatus::Ok : telemetry::RequestStatus::Error, 0);
}

}  // namespace gateway::relay
