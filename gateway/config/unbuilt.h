// SPDX-License-Identifier: Apache-2.0
// Keys of parts that are designed but not built: an error, unless the value turns the part off.
#pragma once

#include <string>

#include "gateway/config/keys.h"
#include "gateway/config/node.h"

namespace gateway::config {

// Where a value stands: the path as in the table, and as written.
struct Spot {
  std::string pattern;  // "databases[].port"
  std::string path;     // "databases[0].port"

  Spot key(std::string_view name) const;
  Spot item(std::size_t index) const;
};

void check_unbuilt(const Key& key, const Entry& entry, const Spot& spot, Diagnostics& diagnostics);

}  // namespace gateway::config
