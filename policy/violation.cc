// SPDX-License-Identifier: Apache-2.0
#include "policy/judge.h"

namespace policy {

std::string_view name(Check check) {
  switch (check) {
    case Check::Text: return "text";
    case Check::Statement: return "statement";
    case Check::Setting: return "setting";
    case Check::Schema: return "schema";
    case Check::Table: return "table";
    case Check::Column: return "column";
    case Check::Function: return "function";
    case Check::Resolve: return "resolve";
    case Check::Plan: return "plan";
    case Check::Rate: return "rate";
  }
  return "unknown";
}

}  // namespace policy
