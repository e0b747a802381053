// SPDX-License-Identifier: Apache-2.0
// Functions in SQL that no rule names: their bodies are judged like the caller's own statements.
#pragma once

#include <vector>

#include "policy/rules/access.h"

namespace policy::rules {

// The OIDs, sorted, of the functions whose bodies only read what `access` lets everybody read, so
// that calling them tells nothing that a SELECT would not. SECURITY DEFINER, settings of their own,
// arguments with defaults, polymorphic and composite types are not followed: those are left out.
std::vector<catalog::Oid> harmless_functions(const Access& access);

}  // namespace policy::rules
