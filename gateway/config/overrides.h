// SPDX-License-Identifier: Apache-2.0
// POSTERN_DATABASES__0__HOST=db: values that variables put in place of the file's.
#pragma once

#include "gateway/config/node.h"
#include "gateway/config/sources.h"

namespace gateway::config {

// Changes the tree. A name that has no "__" and does not begin with a section's is no override:
// POSTERN_CONFIG, or what Kubernetes makes for a service named postern. A list grows by one item at
// a time: an index beyond its end is an error.
void apply_overrides(Node& root, const Environment& environment, Diagnostics& diagnostics);

}  // namespace gateway::config
