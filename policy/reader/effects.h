// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "policy/judge.h"

namespace policy {

// What `node`, the PostgreSQL Node of a top-level statement, does to the session when it succeeds.
Effect effect_of(const void* node);

}  // namespace policy
