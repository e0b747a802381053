// SPDX-License-Identifier: Apache-2.0
#include "gateway/config/unserved.h"

#include <fmt/format.h>

#include <string_view>

#include "gateway/config/check.h"

namespace gateway::config {
namespace {

constexpr std::string_view kNoGate =
    "the plan gate is not built yet in this version: `postern serve` does not start with it; "
    "set enabled to false";

}  // namespace

Diagnostics unserved(const Config& config, const Places& places, Severity severity) {
  Diagnostics diagnostics;
  Findings findings(config, places, diagnostics);
  for (std::size_t i = 0; i < config.databases.size(); ++i) {
    const Database& database = config.databases[i];
    if (database.access.explain.enabled) {
      const std::string path = fmt::format("databases[{}].access_policy.explain_policy", i);
      findings.add(severity, path, std::string(kNoGate));
    }
    for (std::size_t j = 0; j < database.principals.size(); ++j) {
      if (!database.principals[j].access.explain.enabled || database.access.explain.enabled)
        continue;
      findings.add(severity,
                   fmt::format("databases[{}].principals[{}].access_policy.explain_policy", i, j),
                   std::string(kNoGate));
    }
  }
  return diagnostics;
}

}  // namespace gateway::config
