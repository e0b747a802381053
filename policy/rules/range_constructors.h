// SPDX-License-Identifier: Apache-2.0
// The functions that come with a range type: CREATE TYPE … AS RANGE makes them of the server's
// code.
#pragma once

#include "policy/catalog/snapshot.h"

namespace policy::rules {

// True: a constructor of a range or multirange of which nothing else is code of users: neither its
// canonical function nor its comparison.
bool is_range_constructor(const catalog::Snapshot& snapshot, const catalog::Function& function);

}  // namespace policy::rules
