// SPDX-License-Identifier: Apache-2.0
// What a running gateway takes over from a file that was read again, and what it cannot. Pure.
#pragma once

#include <string>
#include <vector>

#include "gateway/config/config.h"

namespace gateway::config {

struct Reload {
  // What is in force after it: the databases are those that run, in their order.
  Config config;
  // Paths of keys that differ and keep their old values until a restart, databases by name:
  // "listen.port", "databases[shop].host", "databases[new]". In the order of the table of keys.
  std::vector<std::string> kept;
};

// Users, the level of the log, and of each database that runs: mode, enforcement, settings that
// clients may SET, time limits of statements, catalog_refresh, access policy and principals.
Reload reload(const Config& running, const Config& fresh);

}  // namespace gateway::config
