// SPDX-License-Identifier: Apache-2.0
#include "policy/enforcement.h"

#include <algorithm>
#include <iterator>

namespace policy {
namespace {

// Their text is read by nobody: it may do what no configuration allows.
bool runs_unread_text(StatementClass statement_class) {
  return statement_class == StatementClass::Do || statement_class == StatementClass::Call;
}

}  // namespace

bool is_always_enforced(const Violation& violation) {
  switch (violation.check) {
    case Check::Text:
    case Check::Setting: return true;
    case Check::Statement:
      return violation.rule != "mode" && violation.rule != "where" &&
             violation.rule != "allow_explain";
    case Check::Schema:
    case Check::Table:
    case Check::Column:
    case Check::Function: return violation.rule == "never";
    // The server answers a name that is missing. What cannot be followed may hold anything.
    case Check::Resolve: return violation.code != ErrorCode::UndefinedObject;
    case Check::Plan: return false;
    case Check::Rate: return true;
  }
  return true;
}

void warn_only(Verdict& verdict) {
  for (auto& statement : verdict.statements) {
    if (runs_unread_text(statement.statement_class)) continue;
    auto& violations = statement.violations;
    const auto told =
        std::stable_partition(violations.begin(), violations.end(), is_always_enforced);
    std::move(told, violations.end(), std::back_inserter(statement.warnings));
    violations.erase(told, violations.end());
  }
}

}  // namespace policy
