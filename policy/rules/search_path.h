// SPDX-License-Identifier: Apache-2.0
// The schemas that names are looked up in, as the server would take a search_path setting.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "policy/catalog/snapshot.h"

namespace policy::rules {

// pg_catalog comes first unless it is named; schemas that do not exist are left out, as are "$user"
// (no schema of the gateway's role is meant) and pg_temp (no snapshot has it).
std::vector<catalog::Oid> bind_search_path(std::span<const std::string> names,
                                           const catalog::Snapshot& snapshot);

}  // namespace policy::rules
