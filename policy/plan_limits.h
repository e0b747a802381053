// SPDX-License-Identifier: Apache-2.0
// What a statement may cost by PostgreSQL's own estimate: `access_policy.explain_policy`.
#pragma once

#include <chrono>
#include <cstddef>

namespace policy {

enum class OnCostExceeded : unsigned char { Warn, Deny };
enum class OnPlanError : unsigned char { Deny, Allow };

struct PlanLimits {
  double rows_max = 100'000;  // that the statement returns or changes
  double cost_max = 10'000;   // in PostgreSQL's cost units
  OnCostExceeded on_cost_exceeded = OnCostExceeded::Warn;
  // Sequential scans of tables with more rows than this by pg_class.reltuples are refused.
  bool denies_large_seq_scans = true;
  double large_table_rows = 10'000;
  OnPlanError on_error = OnPlanError::Deny;
  std::chrono::milliseconds timeout{5'000};  // of one EXPLAIN
  std::chrono::milliseconds cache_ttl{60'000};
  std::size_t cache_entries_max = 1'000;
  bool operator==(const PlanLimits&) const = default;
};

}  // namespace policy
