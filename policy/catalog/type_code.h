// SPDX-License-Identifier: Apache-2.0
// Which functions of users run inside PostgreSQL's own: by comparing values of a type, by making
// JSON of them. Elements of arrays, columns of rows and subtypes of ranges count with their type.
#pragma once

#include <vector>

#include "policy/catalog/snapshot.h"

namespace policy::catalog {

// A type that cannot be told, record included, may be any. Each function once.
std::vector<Oid> comparing_functions(const Snapshot& snapshot, Oid type);
std::vector<Oid> json_functions(const Snapshot& snapshot, Oid type);

}  // namespace policy::catalog
