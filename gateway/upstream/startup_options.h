// SPDX-License-Identifier: Apache-2.0
// The `options` of a start-up packet, which pin settings so that RESET and DISCARD ALL return to
// them. Pure text.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gateway::upstream {

using Settings = std::vector<std::pair<std::string, std::string>>;

// `-c name=value …`, with what pg_split_opts() of PostgreSQL reads as a separator escaped.
std::string startup_options(const Settings& pinned);

// What the caller pins, and what every connection has to have: statements must be lexed by the
// server as the policy's parser lexes them.
Settings with_required_pins(Settings pinned);

const std::string* find_setting(const Settings& settings, std::string_view name);

}  // namespace gateway::upstream
