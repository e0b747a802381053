// SPDX-License-Identifier: Apache-2.0
// Relations and columns of pg_catalog and information_schema under `system_catalogs`.
#pragma once

#include <cstdint>
#include <string_view>

#include "policy/rules/binding.h"

namespace policy::rules {

bool may_read_system_relation(const Binding& binding, const catalog::Relation& relation,
                              std::string_view schema);
// Source text is readable where functions.allowed lists the function that gives it, too:
// pg_get_viewdef, pg_get_ruledef, pg_get_functiondef of pg_catalog.
bool may_read_system_column(const Binding& binding, const catalog::Relation& relation,
                            std::string_view schema, const catalog::Column& column);

}  // namespace policy::rules
