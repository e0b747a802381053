// SPDX-License-Identifier: Apache-2.0
// How the functions that PostgreSQL 14 to 18 bring (pg_catalog, information_schema) are decided:
// generate_known.py wrote known_functions.def from the five servers and the list of refusals.
#pragma once

#include <span>
#include <string_view>

#include "policy/catalog/snapshot.h"

namespace policy::catalog {

struct BuiltInDecision {
  Decision decision = Decision::Unknown;
  std::string_view reason{};  // of Refused: "waits"
};

// `input_types` as in Function::arguments. A signature that no known version has is Unknown.
BuiltInDecision decide_built_in(std::string_view name, std::span<const Oid> input_types);

// Fills `decision` and `reason` of every function of `rows`.
void decide_functions(Rows& rows);

}  // namespace policy::catalog
