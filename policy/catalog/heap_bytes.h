// SPDX-License-Identifier: Apache-2.0
// What rows take on the heap, about: capacities, without the allocator's own.
#pragma once

#include <cstddef>

#include "policy/catalog/snapshot.h"

namespace policy::catalog {

std::size_t heap_bytes(const Rows& rows);

}  // namespace policy::catalog
