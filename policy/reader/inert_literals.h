// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "policy/literal_offsets.h"

namespace policy {

// Adds the integer constants that `node`, any PostgreSQL Node but a List, holds immediately and
// only computes with (StatementFacts::inert_literals), where the parser places them.
void note_inert_literals(const void* node, LiteralOffsets& literals);

}  // namespace policy
