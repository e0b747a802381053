// SPDX-License-Identifier: Apache-2.0
// A suggested policy as the text that goes into a configuration, with what it rests on as comments.
#pragma once

#include <string>
#include <vector>

#include "gateway/suggest/suggestion.h"
#include "gateway/suggest/usage.h"

namespace gateway::suggest {

struct Suggested {
  std::string user{};  // empty: the database's own
  Usage usage{};
  Suggestion suggestion{};
  bool allow_explain = false;
  bool has_plan_gate = false;
};

// `access_policy:` for one database; with users, `principals:` that match them, in order.
std::string database_yaml(const Suggested& suggested);
std::string principals_yaml(const std::vector<Suggested>& users);

}  // namespace gateway::suggest
