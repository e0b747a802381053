// SPDX-License-Identifier: Apache-2.0
// The type that several expressions are brought to: select_common_type() and verify_common_type().
#pragma once

#include <optional>
#include <span>

#include "policy/catalog/snapshot.h"

namespace policy::catalog {

// None: they have no common type, an error. kCannotTell: one of them is, and the others do not
// decide. Else as typing.h says of common_type().
std::optional<Oid> select_common_type(const Snapshot& snapshot, std::span<const Oid> types);

bool all_convert(const Snapshot& snapshot, std::span<const Oid> types, Oid target);

}  // namespace policy::catalog
