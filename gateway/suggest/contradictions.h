// SPDX-License-Identifier: Apache-2.0
// The engine's own judgement of a suggestion: what was used has to be admitted by it.
#pragma once

#include "gateway/suggest/suggestion.h"

namespace gateway::suggest {

// Takes out the entries that refuse what was used, each with a remark, and remarks on what no list
// can admit. `basis` has a catalog.
void remove_contradictions(const Usage& usage, const Basis& basis, Suggestion& made);

}  // namespace gateway::suggest
