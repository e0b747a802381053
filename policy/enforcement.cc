// SPDX-License-Identifier: Apache-2.0
#include "policy/enforcement.h"

#include <algorithm>
#include <iterator>

namespace policy {

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
    case Check::Resolve: return false;  // the server answers it
  }
  return true;
}

void warn_only(Verdict& verdict) {
  for (auto& statement : verdict.statements) {
    auto& violations = statement.violations;
    const auto told =
        std::stable_partition(violations.begin(), violations.end(), is_always_enforced);
    std::move(told, violations.end(), std::back_inserter(statement.warnings));
    violations.erase(told, violations.end());
  }
}

}  // namespace policy
