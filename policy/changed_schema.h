// SPDX-License-Identifier: Apache-2.0
// A statement behind one that changes the schema, before that was committed: no catalog shows what
// it reads.
#pragma once

#include "policy/judge.h"

namespace policy {

// What it reads or calls is told by the catalog, and it changes nothing there itself.
bool uses_catalog(const StatementVerdict& statement);
bool changes_catalog(const Verdict& verdict);

// Why it is refused where a policy needs the catalog.
Violation changed_schema();

}  // namespace policy
