// SPDX-License-Identifier: Apache-2.0
#include "gateway/relay/recording.h"

#include <utility>
#include <vector>

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

}  // namespace

void Recording::begin(std::string session, std::size_t database_id) {
  session_ = std::move(session);
  database_id_ = database_id;
}

void Recording::on_decision(const session::Decision& decision) {
  std::vector<audit::Violation> violations;
  for (const auto& violation : decision.violations) {
    violations.push_back({name(violation.check), violation.resource, violation.rule});
  }
  const bool allowed = decision.allowed();
  audit_.append(session_,
                audit::Decision{
                    .event = allowed ? audit::Event::QueryAllowed : audit::Event::QueryDenied,
                    .request_id = decision.request_id,
                    .sql = decision.sql,
                    .statement_class = decision.statement_class,
                    .fingerprint = decision.fingerprint,
                    .violations = violations,
                    .error_code = decision.error_code,
                    .error_message = decision.error_message,
                    .policy_epoch = decision.policy_epoch,
                });
  using telemetry::CheckResult;
  using telemetry::PolicyCheck;
  metrics_.count_policy_check(PolicyCheck::Statement,
                              allowed ? CheckResult::Passed : CheckResult::Denied);
  auto& database = metrics_.database(database_id_);
  if (allowed) {
    ++database.requests_in_flight;
  } else {
    metrics_.count_request(database_id_, telemetry::RequestStatus::Denied,
                           metrics_.code_id(decision.error_code));
  }
}

void Recording::on_end(const session::End& end) {
  audit_.append(session_, audit::End{.request_id = end.request_id,
                                     .status = status_of(end.outcome),
                                     .rows = end.rows,
                                     .elapsed = end.elapsed,
                                     .sqlstate = end.error.sqlstate,
                                     .error_message = end.error.message,
                                     .error_detail = end.error.detail});
  auto& database = metrics_.database(database_id_);
  --database.requests_in_flight;
  database.request_duration.observe(end.elapsed);
  database.query_duration.observe(end.elapsed);
  metrics_.count_request(
      database_id_,
      is_success(end.outcome) ? telemetry::RequestStatus::Ok : telemetry::RequestStatus::Error, 0);
}

}  // namespace gateway::relay
