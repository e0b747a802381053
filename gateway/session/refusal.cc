// SPDX-License-Identifier: Apache-2.0
#include "gateway/session/refusal.h"

#include <algorithm>
#include <utility>

#include "gateway/pgwire/sqlstate.h"
#include "policy/changed_schema.h"
#include "policy/rules/access.h"

namespace gateway::session {
namespace {

// A syntax error or an unknown name reads as PostgreSQL's own; what the policy refused names code,
// object and rule.
std::string detail_of(const policy::Violation& violation) {
  if (violation.code == policy::ErrorCode::SyntaxError ||
      violation.code == policy::ErrorCode::UndefinedObject) {
    return {};
  }
  std::string detail(policy::face(violation.code).name);
  if (!violation.resource.empty()) detail.append(": ").append(violation.resource);
  if (!violation.rule.empty()) detail.append(" (rule: ").append(violation.rule).append(")");
  return detail;
}

}  // namespace

Refusal refusal_of(const policy::Verdict& verdict) {
  const policy::Violation* first = verdict.refusal();
  if (first == nullptr) {
    return make_refusal(policy::ErrorCode::InternalError, "the statement was refused");
  }
  Refusal refusal = refusal_of(*first);
  const auto denied =
      std::ranges::find_if_not(verdict.statements, &policy::StatementVerdict::allowed);
  if (denied != verdict.statements.end()) {
    refusal.statement_class = policy::name(denied->statement_class);
    refusal.violations = denied->violations;
    refusal.facts = denied->facts.get();
    if (verdict.access != nullptr) refusal.snapshot = &verdict.access->snapshot();
  }
  return refusal;
}

Refusal refusal_of(const policy::Violation& violation) {
  Refusal refusal = make_refusal(violation.code, violation.message, violation.hint);
  if (!violation.sqlstate.empty()) refusal.sqlstate = violation.sqlstate;
  refusal.detail = detail_of(violation);
  refusal.position = violation.position;
  refusal.violations = {&violation, 1};
  return refusal;
}

Refusal make_refusal(policy::ErrorCode code, std::string message, std::string hint) {
  Refusal refusal;
  refusal.code = code;
  refusal.sqlstate = policy::face(code).sqlstate;
  refusal.message = std::move(message);
  refusal.hint = std::move(hint);
  return refusal;
}

Refusal server_like(std::string_view sqlstate, std::string message) {
  Refusal refusal = make_refusal(policy::ErrorCode::BadRequest, std::move(message));
  refusal.sqlstate = sqlstate;
  return refusal;
}

Refusal no_audit() {
  return make_refusal(policy::ErrorCode::AuditUnavailable,
                      "the audit log cannot be written, so nothing may run",
                      "Try again when the operator has mended it.");
}

Refusal no_catalog(std::string_view why) {
  Refusal refusal = make_refusal(
      policy::ErrorCode::ConnectionError,
      "the policy of this database cannot be applied, so nothing may run: " + std::string(why),
      "Try again later; the gateway goes on trying, and its /status has more.");
  refusal.sqlstate = pgwire::sqlstate::kConnectionFailure;
  return refusal;
}

Refusal cancelled() {
  Refusal refusal =
      make_refusal(policy::ErrorCode::ExecutionTimeout, "canceling statement due to user request");
  refusal.sqlstate = pgwire::sqlstate::kQueryCanceled;
  return refusal;
}

Refusal changed_schema() {
  static const policy::Violation violation = policy::changed_schema();
  return refusal_of(violation);
}

void write_refusal(std::string& out, const Refusal& refusal, pgwire::Severity severity) {
  pgwire::write_error(out, {.severity = severity,
                            .sqlstate = refusal.sqlstate,
                            .message = refusal.message,
                            .detail = refusal.detail,
                            .hint = refusal.hint,
                            .position = refusal.position});
}

}  // namespace gateway::session
