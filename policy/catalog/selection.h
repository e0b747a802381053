// SPDX-License-Identifier: Apache-2.0
// Which candidate fits the arguments best: func_match_argtypes() and func_select_candidate() of
// parse_func.c. Looks at types only.
#pragma once

#include <memory_resource>
#include <span>
#include <vector>

#include "policy/catalog/candidates.h"
#include "policy/catalog/coercion.h"

namespace policy::catalog {

struct Selection {
  CandidateList candidates;
  bool is_ambiguous = false;  // several fit equally well, and none is left
};

// With every type told at most one is left: PostgreSQL's own choice. With some kCannotTell, every
// one that could be the choice.
Selection select(const Snapshot& snapshot, std::span<const Input> inputs,
                 std::span<Candidate> candidates, std::pmr::memory_resource& memory);

}  // namespace policy::catalog
