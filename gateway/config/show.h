// SPDX-License-Identifier: Apache-2.0
// A Config as YAML, defaults included: it parses again to the same Config, secrets aside.
#pragma once

#include <string>

#include "gateway/config/config.h"

namespace gateway::config {

// Secrets that are set are "***".
std::string show(const Config& config);

}  // namespace gateway::config
