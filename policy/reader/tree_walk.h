// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "policy/reader/facts.h"
#include "policy/reader/reader.h"

namespace policy {

// Every node below `root`, a PostgreSQL Node, into class, parts, settings and fingerprint of
// `facts`, whose byte range is known. Iterative; a node type that it does not know is a failure.
std::optional<ReadFailure> walk_tree(const void* root, StatementFacts& facts);

}  // namespace policy
