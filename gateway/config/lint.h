// SPDX-License-Identifier: Apache-2.0
// What is legal but hardly meant: rules without effect, rules that are too wide, an unsigned audit.
// Only warnings, for `postern config validate`. Knows no catalog (lint_catalog.h).
#pragma once

#include "gateway/config/check.h"

namespace gateway::config {

void lint_access_policies(Findings& findings);
void lint_audit(Findings& findings);

}  // namespace gateway::config
