// SPDX-License-Identifier: Apache-2.0
// Puts the parts of each databases[].url into the tree, as if they had been written as keys.
#pragma once

#include "gateway/config/node.h"
#include "gateway/config/sources.h"

namespace gateway::config {

// A url together with host or port, or with any key that it gives itself, is an error.
void splice_urls(Node& root, const Sources& sources, Diagnostics& diagnostics);

}  // namespace gateway::config
