// SPDX-License-Identifier: Apache-2.0
// Whether one access policy, or set of limits, allows no more than another, by their texts alone.
// Knows no catalog.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/config/config.h"

namespace gateway::config {

// The first key, as under a principal ("mode", "access_policy.tables.denied"), by which `narrow`
// may allow something that `wide` does not; nothing where it surely allows no more.
std::optional<std::string_view> widening(Mode narrow, Mode wide);
// `search_path`: of the database that both are of.
std::optional<std::string_view> widening(const AccessRules& narrow, const AccessRules& wide,
                                         const std::vector<std::string>& search_path);
std::optional<std::string_view> widening(const UsageLimits& narrow, const UsageLimits& wide);

}  // namespace gateway::config
