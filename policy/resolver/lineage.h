// SPDX-License-Identifier: Apache-2.0
// What a view reads, by resolving its definition. Through views of views: keys are of tables.
#pragma once

#include <functional>
#include <vector>

#include "policy/catalog/snapshot.h"

namespace policy {

// Sorted, each key once. Column 0 is the whole row; a key whose relation is itself a view that
// could not be looked into names that view's column.
struct Lineage {
  struct Column {
    std::int16_t number = 0;  // of the view
    std::vector<catalog::ColumnKey> sources{};
  };
  std::vector<Column> columns{};                  // by number
  std::vector<catalog::ColumnKey> filters{};      // decide which rows there are
  std::vector<catalog::Oid> relations{};          // every table and view on the way, sorted
  std::vector<const catalog::Function*> calls{};  // every function that may run
  // The definition could not be resolved: each column has all that pg_depend lists as its sources.
  bool is_coarse = false;
};

// Lineage of one view or materialized view of `snapshot`. Never fails: see is_coarse.
Lineage trace_view(const catalog::Snapshot& snapshot, const catalog::Relation& view);

using ViewTracer =
    std::function<Lineage(const catalog::Snapshot& snapshot, const catalog::Relation& view)>;
// trace_view() that remembers what it traced, for the many views of one snapshot.
ViewTracer view_tracer();

}  // namespace policy
