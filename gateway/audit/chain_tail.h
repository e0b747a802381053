// SPDX-License-Identifier: Apache-2.0
// Where the chain of an earlier process ended.
#pragma once

#include <optional>
#include <string>

#include "gateway/audit/chain.h"

namespace gateway::audit {

// Reads `path`, and while no seal is in it `path`.1, from their ends. A file that cannot be read,
// or that has no seal in its last 64 MiB, gives an empty tail: the new chain then names none.
ChainTail read_chain_tail(const std::string& path);

// Of this file alone.
std::optional<MacBytes> last_seal_of(const std::string& path);

}  // namespace gateway::audit
