// SPDX-License-Identifier: Apache-2.0
// Why a statement does not pass the plan gate, where it is not its plan that says so.
#pragma once

#include <chrono>
#include <string_view>

#include "policy/judge.h"

namespace gateway::session {

policy::Violation cannot_ask(std::string_view obstacle);
policy::Violation too_many_plans();
policy::Violation too_long_values();
policy::Violation planning_timed_out(std::chrono::milliseconds timeout);
policy::Violation planning_failed();  // the server says why

}  // namespace gateway::session
