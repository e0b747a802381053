// SPDX-License-Identifier: Apache-2.0
// Rules that name nothing in a database's catalog: mistyped, or the object is gone. Only warnings.
#pragma once

#include "gateway/config/check.h"
#include "policy/catalog/snapshot.h"

namespace gateway::config {

// Of the access policies of databases[database] and of its principals.
void lint_catalog(Findings& findings, std::size_t database,
                  const policy::catalog::Snapshot& snapshot);

}  // namespace gateway::config
