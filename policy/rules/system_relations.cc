// SPDX-License-Identifier: Apache-2.0
#include "policy/rules/system_relations.h"

namespace policy::rules {

bool may_read_system_relation(const Binding& binding, const catalog::Relation&, std::string_view) {
  return binding.policy.system_catalogs == SystemCatalogs::All;
}

bool may_read_system_column(const Binding&, const catalog::Relation&, std::string_view,
                            const catalog::Column&) {
  return true;
}

}  // namespace policy::rules
