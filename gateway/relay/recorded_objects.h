// SPDX-License-Identifier: Apache-2.0
// What a statement reads and writes, as the audit record has it. Its memory is used again from
// statement to statement.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "gateway/audit/record.h"
#include "policy/facts.h"

namespace gateway::relay {

class RecordedObjects {
 public:
  // Valid until the next call. Names live as long as the catalog of the facts.
  void read(const policy::Facts& facts, const policy::catalog::Snapshot& snapshot);
  void clear();

  std::span<const audit::Object> objects() const { return objects_; }
  bool truncated() const { return truncated_; }

 private:
  using Access = audit::Object::Access;
  void add(const policy::RelationUse& use, const policy::catalog::Snapshot& snapshot,
           Access access);
  void add_named(const policy::catalog::Relation& relation,
                 const policy::catalog::Snapshot& snapshot);
  void add_columns(const policy::RelationUse& use, audit::Object& object);

  std::vector<audit::Object> objects_;
  std::vector<std::string_view> columns_;  // of all objects, in order
  std::vector<std::size_t> counts_;        // how many of them each has
  bool truncated_ = false;
};

}  // namespace gateway::relay
