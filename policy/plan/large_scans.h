// SPDX-License-Identifier: Apache-2.0
// Sequential scans of large tables in a plan.
#pragma once

#include <vector>

#include "policy/catalog/snapshot.h"
#include "policy/plan/plan_tree.h"

namespace policy::plan {

struct LargeScan {
  // What the statement names: of partitions and inheritance children the topmost parent.
  const catalog::Relation* table = nullptr;
  double rows = 0;  // that are scanned, of all its scanned partitions
};

// Tables of PostgreSQL's own are left out: clients look things up in them. The estimate is the
// larger one of the catalog's and the plan's. Of a table that was never analysed, or was empty
// then, it is as many rows as the scan's cost could be for. A scan that only LIMIT ends, with no
// filter, counts as the rows up to there.
std::vector<LargeScan> large_scans(const PlanTree& plan, const catalog::Snapshot& snapshot,
                                   double rows_max);

}  // namespace policy::plan
