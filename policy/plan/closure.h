// SPDX-License-Identifier: Apache-2.0
// The relations that a plan may read for a statement: what its facts name, and what PostgreSQL puts
// in their place. Knows no plan.
#pragma once

#include <set>
#include <vector>

#include "policy/facts.h"
#include "policy/judge.h"

namespace policy::plan {

// Over the facts' relations: partitions and inheritance children, what views read, what the
// policies of row security read, and what the functions in SQL of all these read, which the planner
// merges into the query. A view of the system stands for every relation of the system.
class Closure {
 public:
  // Borrowed: while this lives.
  Closure(const Facts& facts, const Profile& profile);
  bool has(const catalog::Relation& relation);
  // True where some relation is a foreign table.
  bool has_foreign_tables() const;

 private:
  void add(const Facts& facts);
  void add(catalog::Oid relation);
  void add_function(catalog::Oid function);
  void follow();
  void follow_relation(const catalog::Relation& relation);
  void follow_functions();
  bool knows(const catalog::Relation& relation) const;

  const Profile& profile_;
  const catalog::Snapshot& snapshot_;
  std::set<catalog::Oid> relations_{};
  std::set<catalog::Oid> functions_{};
  std::vector<catalog::Oid> open_relations_{};
  std::vector<catalog::Oid> open_functions_{};  // bodies are read only where they are asked for
  bool has_system_views_ = false;
};

}  // namespace policy::plan
