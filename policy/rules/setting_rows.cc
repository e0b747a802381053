// SPDX-License-Identifier: Apache-2.0
#include "policy/rules/setting_rows.h"

namespace policy::rules {

bool reads_named_settings(const Access& access, const RelationUse& use) {
  if (!use.chosen || use.relation == nullptr || !use.relation->is_built_in()) return false;
  if (use.relation->name != "pg_settings") return false;
  if (access.snapshot().schema_name(use.relation->schema) != "pg_catalog") return false;
  const auto* column = use.relation->column(use.chosen->column);
  return column != nullptr && column->name == "name";
}

}  // namespace policy::rules
