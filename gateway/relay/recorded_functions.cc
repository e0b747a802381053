// SPDX-License-Identifier: Apache-2.0
#include "gateway/relay/recorded_functions.h"

#include <algorithm>
#include <utility>

#include "gateway/audit/record.h"
#include "policy/rules/words.h"

namespace gateway::relay {

void RecordedFunctions::clear() {
  names_.clear();
  truncated_ = false;
}

void RecordedFunctions::read(const policy::Facts& facts,
                             const policy::catalog::Snapshot& snapshot) {
  clear();
  for (const auto& call : facts.calls) {
    for (const auto* candidate : call.candidates) add(*candidate, snapshot);
  }
}

// An aggregate needs what runs for it to be allowed, too.
void RecordedFunctions::add(const policy::catalog::Function& function,
                            const policy::catalog::Snapshot& snapshot) {
  if (function.decision != policy::catalog::Decision::NotBuiltIn) return;
  for (const auto oid : function.support_functions) {
    if (const auto* support = snapshot.function(oid)) add(*support, snapshot);
  }
  std::string name = policy::rules::signature(snapshot, function);
  if (std::ranges::find(names_, name) != names_.end()) return;
  if (names_.size() >= audit::kFunctionsMax) {
    truncated_ = true;
    return;
  }
  names_.push_back(std::move(name));
}

}  // namespace gateway::relay
