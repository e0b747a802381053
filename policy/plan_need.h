// SPDX-License-Identifier: Apache-2.0
// Whether the server has to be asked what a statement costs, and by which of its bytes. Knows no
// plan.
#pragma once

#include <string_view>

#include "policy/facts.h"
#include "policy/judge.h"

namespace policy {

// False: only the server's plan tells whether the statement stays under the limits.
bool is_bounded(const CostBound& bound, const PlanLimits& limits);

// Fills needs_plan, planned_offset and planned_bytes. `runs_inside`: what EXPLAIN or COPY holds is
// run. Where the bytes cannot be told, there are none: such a statement is to be refused.
void set_plan_need(std::string_view sql, const Profile& profile, bool runs_inside,
                   StatementVerdict& verdict);

// Once no parse tree is left: what stands inside another statement is one statement by itself, else
// it has no bytes.
void confirm_planned(std::string_view sql, Verdict& verdict);

}  // namespace policy
