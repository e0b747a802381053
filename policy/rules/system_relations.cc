// SPDX-License-Identifier: Apache-2.0
#include "policy/rules/system_relations.h"

#include "policy/catalog/known_relations.h"

namespace policy::rules {

bool may_read_system_relation(const Binding& binding, const catalog::Relation& relation,
                              std::string_view schema) {
  switch (binding.policy.system_catalogs) {
    case SystemCatalogs::All: return true;
    case SystemCatalogs::None: return false;
    case SystemCatalogs::Safe:
      return catalog::decide_system_relation(schema, relation.name) ==
             catalog::SystemDecision::Allowed;
  }
  return false;
}

bool may_read_system_column(const Binding& binding, const catalog::Relation& relation,
                            std::string_view schema, const catalog::Column& column) {
  return binding.policy.system_catalogs == SystemCatalogs::All ||
         !catalog::is_refused_system_column(schema, relation.name, column.name);
}

}  // namespace policy::rules
