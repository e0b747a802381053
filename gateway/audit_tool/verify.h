// SPDX-License-Identifier: Apache-2.0
// `postern audit verify`.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace gateway::audit_tool {

struct VerifyOptions {
  std::vector<std::string> files;  // in any order
  // Not empty: the files are this one and those that were rotated from it, whatever `files` says.
  std::string newest;
  std::string key;   // empty: only hashed
  std::string head;  // CHAIN:SEQ:MAC as the log has it, or the mac; empty: not asked
};

// A gateway may write and rotate the files meanwhile. 0: the chain verifies. 1: it does not. 2:
// files or options are unusable.
int run_verify(const VerifyOptions& options, std::ostream& out, std::ostream& err);

}  // namespace gateway::audit_tool
