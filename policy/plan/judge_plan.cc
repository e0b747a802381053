// SPDX-License-Identifier: Apache-2.0
#include "policy/plan/judge_plan.h"

#include <algorithm>
#include <exception>
#include <iterator>
#include <utility>

#include "policy/facts.h"
#include "policy/plan/closure.h"
#include "policy/plan/known_relation.h"
#include "policy/plan/large_scans.h"
#include "policy/plan/number_text.h"
#include "policy/plan/plan_tree.h"
#include "policy/rules/access.h"
#include "policy/rules/words.h"

namespace policy {
namespace {

using plan::number_text;
using plan::PlanNode;
using plan::PlanRelation;
using plan::PlanTree;

// Of one plan. Partitions can be thousands.
constexpr std::size_t kViolationsMax = 20;

Violation of_plan(ErrorCode code, std::string rule, std::string message) {
  Violation violation;
  violation.check = Check::Plan;
  violation.code = code;
  violation.resource = "plan";
  violation.rule = "explain_policy" + std::move(rule);
  violation.message = std::move(message);
  return violation;
}

Violation unreadable(const std::string& why) {
  return of_plan(ErrorCode::QueryTooExpensive, "",
                 "the server's plan of the statement is not understood: " + why);
}

// "Nested Loop", "Insert"
std::string node_name(const PlanNode& node) {
  return node.operation.empty() || node.type != "ModifyTable" ? node.type : node.operation;
}

const PlanNode* top_of(const PlanTree& tree) {
  const auto top = std::ranges::max_element(
      tree.nodes, {}, [](const PlanNode& node) { return node.is_top() ? node.total_cost : -1; });
  return top == tree.nodes.end() ? nullptr : &*top;
}

double cost_of(const PlanTree& tree) {
  const PlanNode* top = top_of(tree);
  return top == nullptr ? 0 : top->total_cost;
}

bool changes_rows(const PlanNode& node) { return node.type == "ModifyTable"; }

// What the plan returns, and what it changes anywhere: ModifyTable itself is estimated at no rows
// where it returns none.
double rows_of(const PlanTree& tree) {
  double most = 0;
  for (const PlanNode& node : tree.nodes) {
    const bool is_changed =
        !node.is_top() && changes_rows(tree.nodes[static_cast<std::size_t>(node.parent)]);
    if (node.is_top() || is_changed) most = std::max(most, node.rows);
  }
  return most;
}

std::string over_limit(const PlanTree& tree, std::string_view what, double estimate, double limit) {
  return "query too expensive: its plan (" + node_name(*top_of(tree)) + ") is estimated at " +
         std::string(what) + number_text(estimate) + ", the limit is " + number_text(limit);
}

Violation too_many_rows(const PlanTree& tree, double rows, const PlanLimits& limits) {
  Violation violation = of_plan(ErrorCode::QueryTooExpensive, ".max_estimated_rows",
                                over_limit(tree, "a number of rows of ", rows, limits.rows_max));
  violation.hint = "Restrict the rows further, aggregate them, or add a LIMIT.";
  return violation;
}

Violation too_costly(const PlanTree& tree, double cost, const PlanLimits& limits) {
  Violation violation = of_plan(ErrorCode::QueryTooExpensive, ".max_estimated_cost",
                                over_limit(tree, "a cost of ", cost, limits.cost_max));
  violation.hint = "Restrict the rows by indexed columns, and join tables by their keys.";
  return violation;
}

// psql and drivers join catalogs as they like; a cartesian product of them is far above this.
constexpr double kCatalogCostMax = 1e6, kCatalogRowsMax = 1e6;

// It reads catalogs, and nothing else makes rows.
bool is_of_catalogs(const PlanTree& tree, const catalog::Snapshot& snapshot) {
  bool has_any = false;
  for (const PlanNode& node : tree.nodes) {
    if (node.type == "Function Scan" || node.type == "ProjectSet") return false;
    for (const PlanRelation& named : node.relations) {
      const auto* relation = known_relation(snapshot, named);
      if (relation == nullptr || !relation->is_built_in()) return false;
      has_any = true;
    }
  }
  return has_any;
}

PlanLimits limits_for(const PlanTree& tree, const Profile& profile) {
  PlanLimits limits = *profile.plan;
  if (!is_of_catalogs(tree, profile.access->snapshot())) return limits;
  limits.rows_max = std::max(limits.rows_max, kCatalogRowsMax);
  limits.cost_max = std::max(limits.cost_max, kCatalogCostMax);
  return limits;
}

void judge_estimates(const PlanTree& tree, const PlanLimits& limits, PlanVerdict& verdict) {
  verdict.rows = rows_of(tree);
  verdict.cost = cost_of(tree);
  auto& found = limits.on_cost_exceeded == OnCostExceeded::Deny ? verdict.violations  //
                                                                : verdict.warnings;
  // Not `>`: what cannot be compared is over it.
  if (!(verdict.rows <= limits.rows_max)) {
    found.push_back(too_many_rows(tree, verdict.rows, limits));
  }
  if (!(verdict.cost <= limits.cost_max)) {
    found.push_back(too_costly(tree, verdict.cost, limits));
  }
}

// "id, customer_id"
std::string indexed_columns(const catalog::Relation& table) {
  std::string names;
  for (const std::int16_t number : table.index_columns) {
    const catalog::Column* column = table.column(number);
    if (column == nullptr) continue;
    if (!names.empty()) names += ", ";
    names += rules::quoted_name(column->name);
  }
  return names;
}

Violation seq_scan(const plan::LargeScan& scan, const catalog::Snapshot& snapshot,
                   const PlanLimits& limits) {
  const std::string name = rules::relation_name(snapshot, *scan.table);
  Violation violation = of_plan(ErrorCode::SeqScanDenied, ".deny_seq_scan_on_large_tables",
                                "sequential scan of large table " + name + " denied: about " +
                                    number_text(scan.rows) + " rows, the limit is " +
                                    number_text(limits.large_table_rows));
  violation.resource = name;
  const std::string columns = indexed_columns(*scan.table);
  violation.hint = columns.empty() ? "Table " + name + " has no index that could be used."
                                   : "Restrict an indexed column of " + name + ": " + columns + ".";
  return violation;
}

void judge_scans(const PlanTree& tree, const catalog::Snapshot& snapshot, const PlanLimits& limits,
                 PlanVerdict& verdict) {
  if (!limits.denies_large_seq_scans) return;
  for (const auto& scan : large_scans(tree, snapshot, limits.large_table_rows)) {
    if (verdict.violations.size() >= kViolationsMax) return;
    verdict.violations.push_back(seq_scan(scan, snapshot, limits));
  }
}

Violation outside(const std::string& name, bool is_known) {
  Violation violation = of_plan(ErrorCode::AccessDenied, "",
                                "the statement's plan reads relation " + name +
                                    ", which nothing that the statement names leads to");
  violation.resource = name;
  violation.hint = is_known ? "Ask the administrator to look at the rules and policies of the "
                              "tables that the statement names."
                            : "Its catalog may have changed a moment ago: try again.";
  return violation;
}

// A plan may name one relation many times.
bool is_told(const PlanVerdict& verdict, const std::string& name) {
  return std::ranges::find(verdict.violations, name, &Violation::resource) !=
         verdict.violations.end();
}

std::string name_of(const PlanRelation& relation) {
  return rules::quoted_name(relation.schema) + '.' + rules::quoted_name(relation.name);
}

void judge_relations(const PlanTree& tree, const Facts& facts, const Profile& profile,
                     PlanVerdict& verdict) {
  plan::Closure closure(facts, profile);
  const auto& snapshot = profile.access->snapshot();
  for (const PlanNode& node : tree.nodes) {
    if (node.is_pushed_down && !closure.has_foreign_tables()) {
      verdict.violations.push_back(outside("of a foreign server", true));
    }
    for (const PlanRelation& named : node.relations) {
      if (verdict.violations.size() >= kViolationsMax) return;
      const auto* relation = known_relation(snapshot, named);
      if (relation != nullptr && closure.has(*relation)) continue;
      if (is_told(verdict, name_of(named))) continue;
      verdict.violations.push_back(outside(name_of(named), relation != nullptr));
    }
  }
}

PlanVerdict judge_tree(const PlanTree& tree, const Facts& facts, const Profile& profile) {
  PlanVerdict verdict;
  judge_relations(tree, facts, profile, verdict);
  judge_scans(tree, profile.access->snapshot(), *profile.plan, verdict);
  judge_estimates(tree, limits_for(tree, profile), verdict);
  return verdict;
}

PlanVerdict judge_text(std::string_view json, const StatementVerdict& statement,
                       const Profile& profile) {
  PlanVerdict verdict;
  const auto tree = plan::read_plan(json);
  if (!tree) {
    verdict.violations.push_back(unreadable(tree.error()));
  } else if (statement.facts == nullptr || profile.access == nullptr || !profile.plan) {
    verdict.violations.push_back(unreadable("nothing is known of the statement"));
  } else {
    verdict = judge_tree(*tree, *statement.facts, profile);
  }
  if (profile.enforcement == Enforcement::Warn) {
    std::ranges::move(verdict.violations, std::back_inserter(verdict.warnings));
    verdict.violations.clear();
  }
  return verdict;
}

}  // namespace

std::string explain_prefix(const StatementVerdict& statement) {
  return std::string(kExplain).append(statement.planned_prefix);
}

PlanVerdict judge_plan(std::string_view json, const StatementVerdict& statement,
                       const Profile& profile) {
  try {
    return judge_text(json, statement, profile);
  } catch (const std::exception&) {
    PlanVerdict verdict;
    verdict.violations.push_back(unreadable("out of memory"));
    return verdict;
  }
}

}  // namespace policy
