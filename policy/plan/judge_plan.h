// SPDX-License-Identifier: Apache-2.0
// The plan gate's two pure halves: what to ask of the server, and what its answer means. Asking is
// the session's business (gateway/session/plan_gate.cc).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policy/judge.h"
#include "policy/plan_limits.h"

namespace policy {

// Its answer is rows of one text column, which joined by newlines are one JSON document.
inline constexpr std::string_view kExplain = "EXPLAIN (VERBOSE, FORMAT JSON) ";
// Of the answer; a longer one is a refusal.
inline constexpr std::size_t kPlanBytesMax = 4u << 20;

// What stands before the planned bytes of `statement` when the server is asked.
std::string explain_prefix(const StatementVerdict& statement);

struct PlanVerdict {
  double rows = 0, cost = 0;            // the estimates, as far as they could be read
  std::vector<Violation> violations{};  // empty: allowed
  std::vector<Violation> warnings{};    // over a limit, with OnCostExceeded::Warn
  bool allowed() const { return violations.empty(); }
};

// `json` is the answer for `statement`, whose facts point into the catalog of `profile.access`. Of
// EXECUTE that is the statement that was prepared.
// Relations of the plan that the facts do not lead to (partitions, children, views, row security,
// bodies of functions in SQL) are a refusal, and so is what cannot be read. Never throws.
PlanVerdict judge_plan(std::string_view json, const StatementVerdict& statement,
                       const Profile& profile);

}  // namespace policy
