// SPDX-License-Identifier: Apache-2.0
#include "policy/plan/large_scans.h"

#include <algorithm>

#include "policy/plan/known_relation.h"

namespace policy::plan {
namespace {

using catalog::Relation;
using catalog::Snapshot;

// cpu_tuple_cost as PostgreSQL has it: each row of a scan costs at least this.
constexpr double kTupleCost = 0.01;

const Relation& topmost(const Snapshot& snapshot, const Relation& relation) {
  const Relation* top = &relation;
  while (!top->parents.empty()) {
    const Relation* parent = snapshot.relation(top->parents.front());
    if (parent == nullptr) break;
    top = parent;
  }
  return *top;
}

// All pages of a table, or as many as no index bounds: BERNOULLI reads each, and a range of ctid
// may be the whole table.
bool scans_pages(const PlanNode& node) {
  return node.type == "Seq Scan" || node.type == "Sample Scan" || node.type == "Tid Range Scan";
}

// That it reads at most.
double rows_of(const PlanNode& scan, const Relation& table) {
  const double by_cost = scan.total_cost / kTupleCost;
  if (scan.type != "Seq Scan" && table.row_estimate > 0) {
    return std::max(scan.rows, std::min(table.row_estimate, by_cost));
  }
  return std::max({table.row_estimate, scan.rows, table.row_estimate > 0 ? 0 : by_cost});
}

// The part of the node's rows that its reader takes, of 1. LIMIT's own estimate has OFFSET in it.
double part_taken(const PlanNode& node, const PlanNode& limit) {
  const double whole = node.total_cost - node.startup_cost;
  if (whole <= 0) return 1;
  return std::clamp((limit.total_cost - node.startup_cost) / whole, 0.0, 1.0);
}

double part_scanned(const PlanTree& plan, const PlanNode& scan) {
  if (scan.has_filter || scan.is_top()) return 1;
  const PlanNode& reader = plan.nodes[static_cast<std::size_t>(scan.parent)];
  return reader.type == "Limit" ? part_taken(scan, reader) : 1;
}

}  // namespace

std::vector<LargeScan> large_scans(const PlanTree& plan, const Snapshot& snapshot,
                                   double rows_max) {
  std::vector<LargeScan> scans;
  for (const PlanNode& node : plan.nodes) {
    if (!scans_pages(node) || node.relations.empty()) continue;
    const Relation* scanned = known_relation(snapshot, node.relations.front());
    if (scanned == nullptr || scanned->is_built_in()) continue;
    const Relation* table = &topmost(snapshot, *scanned);
    const double rows = rows_of(node, *scanned) * part_scanned(plan, node);
    const auto found = std::ranges::find(scans, table, &LargeScan::table);
    if (found == scans.end()) {
      scans.push_back({.table = table, .rows = rows});
    } else {
      found->rows += rows;
    }
  }
  std::erase_if(scans, [&](const LargeScan& scan) { return scan.rows <= rows_max; });
  return scans;
}

}  // namespace policy::plan
