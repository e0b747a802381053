// SPDX-License-Identifier: Apache-2.0
#include "policy/changed_schema.h"

#include <algorithm>

#include "policy/facts.h"

namespace policy {

bool uses_catalog(const StatementVerdict& statement) {
  return statement.facts != nullptr && !changes_catalog(statement.statement_class) &&
         (!statement.facts->relations.empty() || !statement.facts->calls.empty());
}

bool changes_catalog(const Verdict& verdict) {
  return std::ranges::any_of(verdict.statements, [](const StatementVerdict& statement) {
    return changes_catalog(statement.statement_class);
  });
}

Violation changed_schema() {
  return {.check = Check::Resolve,
          .code = ErrorCode::AccessDenied,
          .resource = "statement",
          .rule = "resolve",
          .message =
              "the schema was changed before it in the same transaction, so what this "
              "statement reads is not known",
          .hint = "Commit the change first."};
}

}  // namespace policy
