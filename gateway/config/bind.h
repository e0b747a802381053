// SPDX-License-Identifier: Apache-2.0
// A tree of values to a Config, by the table of keys: unknown keys, types and ranges are checked
// here.
#pragma once

#include <set>
#include <string>

#include "gateway/config/config.h"
#include "gateway/config/node.h"
#include "gateway/config/sources.h"

namespace gateway::config {

struct Bound {
  Config config;
  Places places;
  // Paths of secrets that stand in the file itself, neither in a variable nor in a file of their
  // own.
  std::set<std::string, std::less<>> literal_secrets;
};

Bound bind_keys(const Node& root, const Sources& sources, Diagnostics& diagnostics);

}  // namespace gateway::config
