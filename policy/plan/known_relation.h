// SPDX-License-Identifier: Apache-2.0
// What a plan calls by name, in the catalog.
#pragma once

#include "policy/catalog/snapshot.h"
#include "policy/plan/plan_tree.h"

namespace policy::plan {

// Null: the catalog does not have it.
inline const catalog::Relation* known_relation(const catalog::Snapshot& snapshot,
                                               const PlanRelation& named) {
  const catalog::Schema* schema = snapshot.schema(named.schema);
  return schema == nullptr ? nullptr : snapshot.relation(schema->oid, named.name);
}

}  // namespace policy::plan
