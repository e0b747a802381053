// SPDX-License-Identifier: Apache-2.0
// Loads a catalog over a connection of its own. Blocks: for command lines, never on a loop.
#pragma once

#include <chrono>
#include <expected>
#include <string>

#include "gateway/upstream/startup_options.h"
#include "policy/catalog/snapshot.h"

namespace gateway::upstream {

struct CatalogSource {
  Settings connection;  // as PoolSettings has them
  Settings pinned;
  std::chrono::milliseconds connect_timeout{5'000};
};

// The error is one sentence, without passwords.
std::expected<policy::catalog::Rows, std::string> load_catalog(const CatalogSource& source);

}  // namespace gateway::upstream
