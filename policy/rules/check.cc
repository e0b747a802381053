// SPDX-License-Identifier: Apache-2.0
#include "policy/rules/rule.h"

namespace policy::rules {

Finds check(const Case& statement) {
  Finds finds;
  check_relations(statement, finds);
  if (finds.empty()) check_unresolved(statement, finds);
  check_columns(statement, finds);
  check_views(statement, finds);
  check_functions(statement, finds);
  check_settings(statement, finds);
  check_writes(statement, finds);
  check_built_values(statement, finds);
  return finds;
}

}  // namespace policy::rules
