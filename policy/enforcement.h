// SPDX-License-Identifier: Apache-2.0
// `enforcement: warn`: which violations are only told.
#pragma once

#include "policy/judge.h"

namespace policy {

// True for what no configuration allows, what cannot be read or followed, reserved names, and
// settings: refused whatever the enforcement.
bool is_always_enforced(const Violation& violation);

// Moves the other violations of each statement to its warnings. DO and CALL keep theirs.
void warn_only(Verdict& verdict);

}  // namespace policy
