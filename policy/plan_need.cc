// SPDX-License-Identifier: Apache-2.0
#include "policy/plan_need.h"

#include <algorithm>

#include "policy/planned_text.h"
#include "policy/reader/reader.h"

namespace policy {
namespace {

// PostgreSQL's cost of one row that is looked at, at most: a page is read for each.
constexpr double kCostPerRow = 1;

using Planned = CostBound::Planned;

TextRange range_of(std::string_view sql, const StatementVerdict& verdict) {
  const TextRange whole{.offset = verdict.offset, .bytes = verdict.bytes};
  const CostBound& bound = verdict.facts->bound;
  switch (bound.planned) {
    case Planned::Nothing:
    case Planned::Later: return {};
    case Planned::Statement: return whole;
    case Planned::Inside: return text_inside(sql, whole);
    case Planned::Table: return name_at(sql, bound.table_at);
  }
  return {};
}

}  // namespace

bool is_bounded(const CostBound& bound, const PlanLimits& limits) {
  const bool has_no_large_scan =
      !limits.denies_large_seq_scans || bound.largest_scan <= limits.large_table_rows;
  return bound.rows <= limits.rows_max && bound.work * kCostPerRow <= limits.cost_max &&
         has_no_large_scan;
}

void set_plan_need(std::string_view sql, const Profile& profile, bool runs_inside,
                   StatementVerdict& verdict) {
  if (!profile.plan) return;
  if (verdict.facts == nullptr) {
    verdict.needs_plan = reads_or_writes_rows(verdict.statement_class);
    return;
  }
  const CostBound& bound = verdict.facts->bound;
  const bool is_inside = bound.planned == Planned::Inside;
  if (bound.planned == Planned::Nothing || (is_inside && !runs_inside)) return;
  if (is_bounded(bound, *profile.plan)) return;
  const TextRange range = range_of(sql, verdict);
  verdict.needs_plan = true;
  verdict.planned_offset = range.offset;
  verdict.planned_bytes = range.bytes;
  if (bound.planned == Planned::Table) verdict.planned_prefix = "TABLE ONLY ";
}

void confirm_planned(std::string_view sql, Verdict& verdict) {
  for (auto& statement : verdict.statements) {
    const bool is_inside =
        statement.facts != nullptr && statement.facts->bound.planned == Planned::Inside;
    if (!is_inside || statement.planned_bytes == 0 || !statement.allowed()) continue;
    const auto inside = read(sql.substr(statement.planned_offset, statement.planned_bytes));
    if (!inside || inside->size() != 1) statement.planned_bytes = 0;
  }
}

}  // namespace policy
