// SPDX-License-Identifier: Apache-2.0
// A rule is a pure function of the facts of one statement. Each has its own file and table test.
#pragma once

#include <cstddef>
#include <vector>

#include "policy/facts.h"
#include "policy/judge.h"
#include "policy/rules/access.h"

namespace policy::rules {

struct Found {
  Violation violation{};
  std::size_t offset = 0;  // byte in the text
};

struct Case {
  const Facts& facts;
  const Access& access;
  const Profile& profile;
};

using Finds = std::vector<Found>;

void check_relations(const Case& statement, Finds& finds);     // schemas, tables, catalogs, foreign
void check_unresolved(const Case& statement, Finds& finds);    // 42P01, 42703, 42883; uncertain
void check_columns(const Case& statement, Finds& finds);       // also star and whole row
void check_views(const Case& statement, Finds& finds);         // what views read
void check_functions(const Case& statement, Finds& finds);     // calls, operators, casts
void check_settings(const Case& statement, Finds& finds);      // SHOW, current_setting
void check_writes(const Case& statement, Finds& finds);        // targets, WHERE required
void check_built_values(const Case& statement, Finds& finds);  // what EXPLAIN itself would compute

// All of them, in this order: the first refusal is MESSAGE. What is unresolved is left out where a
// relation is refused: a refused table does not tell which columns it lacks.
Finds check(const Case& statement);

}  // namespace policy::rules
