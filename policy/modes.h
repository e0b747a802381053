// SPDX-License-Identifier: Apache-2.0
// Which statement classes a mode allows, and what to tell whom it refuses.
#pragma once

#include <optional>
#include <string_view>

#include "policy/judge.h"

namespace policy {

std::string_view name(Mode mode);  // as in the configuration: "read_only"

bool allows(Mode mode, StatementClass statement_class);

// May `statement_class` run for `profile`? Nothing: yes.
std::optional<Violation> judge_class(StatementClass statement_class, const Profile& profile);

// The same for a statement that EXPLAIN only plans: writing rows and locking them do not happen.
std::optional<Violation> judge_planned(StatementClass statement_class, const Profile& profile);

}  // namespace policy
