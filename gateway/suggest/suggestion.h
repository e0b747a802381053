// SPDX-License-Identifier: Apache-2.0
// From what was used to an access policy that admits it and as little else as the policy language
// can say. Where there is a catalog the engine itself checks the result.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gateway/suggest/usage.h"
#include "policy/access_policy.h"
#include "policy/catalog/snapshot.h"

namespace gateway::suggest {

struct Basis {
  policy::AccessPolicy policy{};  // what is in force; what usage says nothing of is kept
  std::shared_ptr<const policy::catalog::Snapshot> catalog{};  // may be null
  std::vector<std::string> search_path{};
};

struct Suggestion {
  policy::AccessPolicy policy{};
  std::vector<std::string> remarks{};  // what somebody has to look at
};

// `usage` has a relation of the user's own: without one no list would limit anything.
Suggestion suggest(const Usage& usage, const Basis& basis);

bool uses_relations(const Usage& usage);

// As a rule names it: "public.users", with quotes where they are needed.
std::string rule_name(const std::string& schema, const std::string& relation);

}  // namespace gateway::suggest
