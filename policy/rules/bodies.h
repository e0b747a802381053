// SPDX-License-Identifier: Apache-2.0
// Functions in SQL that no rule names: their bodies are judged like the caller's own statements.
#pragma once

#include <vector>

#include "policy/judge.h"
#include "policy/rules/access.h"

namespace policy::rules {

// What the body of a function in SQL does, judged as a text of its own. Its body is not empty.
Verdict judge_body(const catalog::Function& function, const Profile& profile);

// The OIDs, sorted, of the functions whose bodies only read what `access` lets everybody read, so
// that calling them tells nothing that a SELECT would not. SECURITY DEFINER, settings of their own,
// arguments with defaults, polymorphic and composite types are not followed: those are left out.
std::vector<catalog::Oid> harmless_functions(const Access& access);

}  // namespace policy::rules
