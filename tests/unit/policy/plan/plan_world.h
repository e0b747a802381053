// SPDX-License-Identifier: Apache-2.0
// The catalog and the plans that servers gave over tests/corpus/plan/schema.sql.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "policy/judge.h"

namespace policy {

// Permissive, with no rule but the limits.
Profile plan_profile(const PlanLimits& limits = {});

// The plan of `sql` as PostgreSQL 15 made it, or 18; empty: none was recorded.
std::string recorded_plan(std::string_view sql, int major = 15);
// Every statement that has one.
std::vector<std::string> recorded_statements();

// Of the first statement.
StatementVerdict verdict_of(std::string_view sql, const Profile& profile);

}  // namespace policy
