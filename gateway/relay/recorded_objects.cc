// SPDX-License-Identifier: Apache-2.0
#include "gateway/relay/recorded_objects.h"

#include <algorithm>

namespace gateway::relay {
namespace {

using policy::ColumnUse;
using policy::RelationUse;

bool is_written(const RelationUse& use) {
  return use.is_inserted || use.is_updated || use.is_deleted || use.is_defined;
}

std::string_view name_of(const policy::catalog::Relation& relation, std::int16_t number) {
  if (number == 0) return "*";
  const auto* column = relation.column(number);
  return column == nullptr ? std::string_view{} : column->name;
}

}  // namespace

void RecordedObjects::clear() {
  objects_.clear();
  columns_.clear();
  counts_.clear();
  truncated_ = false;
}

void RecordedObjects::read(const policy::Facts& facts, const policy::catalog::Snapshot& snapshot) {
  clear();
  for (const RelationUse& use : facts.relations) {
    if (use.relation == nullptr) continue;
    if (use.is_read || !is_written(use)) add(use, snapshot, Access::Read);
    if (is_written(use)) add(use, snapshot, Access::Write);
  }
  for (const auto& named : facts.named_relations) {
    if (named.relation != nullptr) add_named(*named.relation, snapshot);
  }
  // Only now do the names stay where they are.
  std::size_t from = 0;
  for (std::size_t i = 0; i < objects_.size(); ++i) {
    objects_[i].columns = std::span(columns_).subspan(from, counts_[i]);
    from += counts_[i];
  }
}

void RecordedObjects::add(const RelationUse& use, const policy::catalog::Snapshot& snapshot,
                          Access access) {
  if (objects_.size() >= audit::kObjectsMax) {
    truncated_ = true;
    return;
  }
  objects_.push_back({.schema = snapshot.schema_name(use.relation->schema),
                      .relation = use.relation->name,
                      .access = access});
  add_columns(use, objects_.back());
}

// A constant names it, as in nextval('…').
void RecordedObjects::add_named(const policy::catalog::Relation& relation,
                                const policy::catalog::Snapshot& snapshot) {
  if (objects_.size() >= audit::kObjectsMax) {
    truncated_ = true;
    return;
  }
  objects_.push_back({.schema = snapshot.schema_name(relation.schema), .relation = relation.name});
  counts_.push_back(0);
}

void RecordedObjects::add_columns(const RelationUse& use, audit::Object& object) {
  const std::size_t from = columns_.size();
  for (const ColumnUse& column : use.columns) {
    const bool is_write = column.how == ColumnUse::How::Written;
    const std::string_view name = name_of(*use.relation, column.column);
    if (is_write != (object.access == Access::Write) || name.empty()) continue;
    const auto known = columns_.begin() + static_cast<std::ptrdiff_t>(from);
    if (std::find(known, columns_.end(), name) != columns_.end()) continue;
    if (columns_.size() - from >= audit::kObjectColumnsMax) {
      object.truncated = true;
      break;
    }
    columns_.push_back(name);
  }
  counts_.push_back(columns_.size() - from);
}

}  // namespace gateway::relay
