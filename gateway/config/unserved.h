// SPDX-License-Identifier: Apache-2.0
// What a valid configuration asks for that the wire door cannot enforce yet. `postern serve`
// refuses to start with it; `postern check` and the other commands use it. The one place to change
// when the door learns it.
#pragma once

#include "gateway/config/config.h"
#include "gateway/config/diagnostic.h"

namespace gateway::config {

// In the order of the databases. Empty: it can be served.
Diagnostics unserved(const Config& config, const Places& places, Severity severity);

}  // namespace gateway::config
