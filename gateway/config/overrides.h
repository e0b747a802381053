// SPDX-License-Identifier: Apache-2.0
// POSTERN_DATABASES__0__HOST=db: values that variables put in place of the file's.
#pragma once

#include "gateway/config/node.h"
#include "gateway/config/sources.h"

namespace gateway::config {

// Changes the tree. POSTERN_CONFIG is no override, and neither are the variables that Kubernetes
// and Docker links make for a service named postern (POSTERN_SERVICE_HOST, POSTERN_PORT=tcp://…,
// …). A list grows by one item at a time: an index beyond its end is an error.
void apply_overrides(Node& root, const Environment& environment, Diagnostics& diagnostics);

}  // namespace gateway::config
