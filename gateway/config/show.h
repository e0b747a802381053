// SPDX-License-Identifier: Apache-2.0
// A Config as YAML, defaults included: it parses again to the same Config, secrets aside.
#pragma once

#include <string>
#include <string_view>

#include "gateway/config/config.h"

namespace gateway::config {

// Secrets that are set are "***".
std::string show(const Config& config);

// One scalar: in double quotes, as YAML 1.2, 7.3.1; a `$` before `{` is doubled, so that it is not
// expanded.
std::string quoted(std::string_view text);

}  // namespace gateway::config
