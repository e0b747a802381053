// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "policy/catalog/snapshot.h"

namespace policy::catalog {

// What no server says of itself, and look-ups rely on: an OID or a name that is there twice, a row
// in no schema. Empty: none.
std::optional<std::string> inconsistency(const Rows& rows);

}  // namespace policy::catalog
