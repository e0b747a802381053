// SPDX-License-Identifier: Apache-2.0
// What a profile may do with each object of its catalog, in PostgreSQL's own privileges. Decides
// nothing itself: it asks policy::Access. `postern grants` gives these to a role, `postern doctor`
// compares a role's with them.
#pragma once

#include <cstdint>
#include <vector>

#include "policy/judge.h"
#include "policy/rules/access.h"

namespace gateway::grants {

struct RelationRights {
  std::vector<const policy::catalog::Column*> read{};     // SELECT
  std::vector<const policy::catalog::Column*> written{};  // INSERT and UPDATE
  bool is_readable = false;  // the relation itself: count(*), the system columns
  bool may_delete = false;
  bool reads_all = false;   // every column of it
  bool writes_all = false;  // every column of it
};

struct SequenceRights {
  bool may_read = false;  // SELECT
  bool may_use = false;   // USAGE: nextval
  bool may_set = false;   // UPDATE: setval
};

class Rights {
 public:
  // `profile` has an access policy and outlives this.
  explicit Rights(const policy::Profile& profile);

  RelationRights of(const policy::catalog::Relation& relation) const;
  SequenceRights of_sequence(const policy::catalog::Relation& sequence) const;
  bool may_call(const policy::catalog::Function& function) const;
  bool may_use_schema(const policy::catalog::Schema& schema) const;
  bool writes() const { return profile_.mode != policy::Mode::ReadOnly; }
  // A column that is added later may be one that a rule refuses.
  bool has_column_rules() const;

  const policy::Access& access() const { return *profile_.access; }
  const policy::catalog::Snapshot& snapshot() const { return profile_.access->snapshot(); }

 private:
  bool may_call_built_in(std::string_view name) const;

  const policy::Profile& profile_;
  bool may_use_sequences_ = false;
  bool may_set_sequences_ = false;
};

// A kind that privileges on tables are given on.
bool is_table_like(policy::catalog::RelationKind kind);
// Its own or its partitions': ctid, xmin and the like can be granted by name.
bool has_stored_rows(policy::catalog::RelationKind kind);

}  // namespace gateway::grants
