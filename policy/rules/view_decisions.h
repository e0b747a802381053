// SPDX-License-Identifier: Apache-2.0
// What views read, and what of that is refused.
#pragma once

#include <unordered_map>

#include "policy/rules/access.h"
#include "policy/rules/column_decisions.h"
#include "policy/rules/relation_decisions.h"

namespace policy::rules {

struct TracedView {
  Lineage lineage{};
  ViewDecision decision{};
};
using TracedViews = std::unordered_map<catalog::Oid, TracedView>;

// All that is decided of a catalog but its views: in the order of the Snapshot's own lists.
struct BaseDecisions {
  const std::vector<RelationDecision>& relations;
  const std::vector<ColumnDecisions>& columns;
  const std::vector<const Refusal*>& functions;
};

// Of every view that may be read and does not count as a table.
TracedViews trace_views(const Binding& binding, const BaseDecisions& base,
                        const ViewTracer& tracer);

}  // namespace policy::rules
