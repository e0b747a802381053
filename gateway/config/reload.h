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

// Taken are users and where they are looked up, unless that is a database that does not run; all of
// each database that runs, TLS towards clients and the limits under
// `listen`, whom a PROXY header is believed, and the level of the log.
Reload reload(const Config& running, const Config& fresh);

// Both are the same database of the same server, as the same role with the same search_path, so
// that what is known of one's catalogs is true of the other's. How one logs in there may differ.
bool is_same_place(const Database& left, const Database& right);

}  // namespace gateway::config
