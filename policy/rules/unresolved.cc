// SPDX-License-Identifier: Apache-2.0
// What PostgreSQL would not find, said as it says it; and what cannot be decided.
#include "policy/rules/hints.h"
#include "policy/rules/rule.h"
#include "policy/rules/words.h"

namespace policy::rules {
namespace {

constexpr std::string_view kUndefinedTable = "42P01";
constexpr std::string_view kUndefinedColumn = "42703";

std::string hint_for(const Access& access, const Unresolved& unresolved) {
  if (!unresolved.hint.empty()) return unresolved.hint;
  if (unresolved.sqlstate == kUndefinedTable) {
    return nearest_relation_hint(access, unresolved.name, unresolved.schema);
  }
  if (unresolved.sqlstate != kUndefinedColumn || unresolved.relation == nullptr) return {};
  return columns_hint(access, *unresolved.relation);
}

// What a refused schema lacks is not told: the server, too, refuses the schema first.
Violation refuse_schema(const Access& access, const Unresolved& unresolved,
                        const Refusal& refusal) {
  return {.check = Check::Schema,
          .code = refusal.code,
          .resource = quoted_name(unresolved.schema),
          .rule = refusal.rule,
          .message = "schema " + quoted_name(unresolved.schema) + " may not be used",
          .hint = schemas_hint(access)};
}

Violation refuse(const Access& access, const Unresolved& unresolved) {
  const bool is_schema_known =
      !unresolved.schema.empty() && access.snapshot().schema(unresolved.schema) != nullptr;
  if (is_schema_known) {
    const Refusal* refusal = access.schema(unresolved.schema);
    if (refusal != nullptr) return refuse_schema(access, unresolved, *refusal);
  }
  return {.check = Check::Resolve,
          .code = ErrorCode::UndefinedObject,
          .resource = unresolved.name,
          .rule = "resolve",
          .message = unresolved.message,
          .hint = hint_for(access, unresolved),
          .sqlstate = unresolved.sqlstate};
}

Violation refuse(const Uncertain& uncertain) {
  return {.check = Check::Resolve,
          .code = ErrorCode::AccessDenied,
          .resource = uncertain.construct,
          .rule = "resolve",
          .message = "what the statement reads cannot be decided: " + uncertain.construct,
          .hint = "Write it in another way; what cannot be decided is refused."};
}

}  // namespace

void check_unresolved(const Case& statement, Finds& finds) {
  const Facts& facts = statement.facts;
  if (facts.unresolved) {
    finds.push_back({refuse(statement.access, *facts.unresolved), facts.unresolved->offset});
  }
  if (facts.uncertain) finds.push_back({refuse(*facts.uncertain), facts.uncertain->offset});
}

}  // namespace policy::rules
