// SPDX-License-Identifier: Apache-2.0
#include "policy/resolver/lineage.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <memory>
#include <optional>

#include "policy/reader/reader.h"
#include "policy/resolver/resolver.h"

namespace policy {
namespace {

using catalog::ColumnKey;
using catalog::Oid;
using catalog::Relation;
using catalog::RelationKind;

constexpr int kViewsDeepMax = 100;

template <typename T>
void sort_once(std::vector<T>& values) {
  std::ranges::sort(values);
  const auto repeated = std::ranges::unique(values);
  values.erase(repeated.begin(), repeated.end());
}

class Tracer {
 public:
  explicit Tracer(const catalog::Snapshot& snapshot) : snapshot_(snapshot) {
    // Definitions are printed with an empty search_path: only pg_catalog goes unnamed.
    if (const auto* schema = snapshot.schema("pg_catalog")) search_path_.push_back(schema->oid);
  }

  const Lineage& trace(const Relation& view, int depth) {
    const auto known = traced_.find(view.oid);
    if (known != traced_.end()) return known->second;
    Lineage lineage = depth < kViewsDeepMax ? resolved(view, depth) : coarse(view, depth);
    return traced_.emplace(view.oid, std::move(lineage)).first->second;
  }

 private:
  // PostgreSQL's own views are judged by name: tools know them, and so do the rules.
  static bool is_traced(const Relation& relation) {
    return !relation.is_built_in() &&
           (relation.kind == RelationKind::View || relation.kind == RelationKind::MaterializedView);
  }

  Lineage resolved(const Relation& view, int depth) {
    const ParsedText text(view.definition);
    const auto read = text.read();
    if (!read || text.statement_count() != 1) return coarse(view, depth);
    const Facts facts = resolve(text.statement(0), {.snapshot = snapshot_,
                                                    .search_path = search_path_,
                                                    .parameter_types = {},
                                                    .is_traced = true});
    const bool is_whole =
        !facts.unresolved && !facts.uncertain && facts.outputs.size() == view.columns.size();
    if (!is_whole) return coarse(view, depth);
    Lineage lineage;
    for (const auto& use : facts.relations) add_relation(*use.relation, depth, lineage);
    for (std::size_t i = 0; i < facts.outputs.size(); ++i) {
      Lineage::Column column{.number = view.columns[i].number};
      for (const auto& key : facts.outputs[i].sources) expand(key, depth, column.sources);
      sort_once(column.sources);
      lineage.columns.push_back(std::move(column));
    }
    for (const auto& key : facts.filters) expand(key, depth, lineage.filters);
    for (const auto& call : facts.calls) {
      lineage.calls.insert(lineage.calls.end(), call.candidates.begin(), call.candidates.end());
    }
    add_functions(view, lineage);
    finish(lineage);
    return lineage;
  }

  // What pg_depend lists, every use counted for every column.
  Lineage coarse(const Relation& view, int depth) {
    Lineage lineage{.is_coarse = true};
    std::vector<ColumnKey> sources;
    for (const auto& key : view.view_reads) {
      const auto* relation = snapshot_.relation(key.relation);
      if (relation == nullptr || relation == &view) continue;
      if (depth < kViewsDeepMax) add_relation(*relation, depth, lineage);
      // Without a column it may be a whole row.
      expand(key, depth, sources);
    }
    sort_once(sources);
    for (const auto& column : view.columns) {
      lineage.columns.push_back({.number = column.number, .sources = sources});
    }
    lineage.filters = sources;
    add_functions(view, lineage);
    finish(lineage);
    return lineage;
  }

  void add_functions(const Relation& view, Lineage& lineage) {
    for (const Oid oid : view.view_functions) {
      if (const auto* function = snapshot_.function(oid)) lineage.calls.push_back(function);
    }
  }

  // A relation of the definition, and behind a view what that one reads.
  void add_relation(const Relation& relation, int depth, Lineage& lineage) {
    lineage.relations.push_back(relation.oid);
    if (!is_traced(relation) || depth >= kViewsDeepMax) return;
    const Lineage& inner = trace(relation, depth + 1);
    append(inner.relations, lineage.relations);
    append(inner.filters, lineage.filters);
    append(inner.calls, lineage.calls);
  }

  // A column of a view becomes what that column reads.
  void expand(const ColumnKey& key, int depth, std::vector<ColumnKey>& into) {
    const auto* relation = snapshot_.relation(key.relation);
    if (relation == nullptr || !is_traced(*relation) || depth >= kViewsDeepMax) {
      into.push_back(key);
      return;
    }
    const Lineage& inner = trace(*relation, depth + 1);
    for (const auto& column : inner.columns) {
      if (key.column <= 0 || column.number == key.column) append(column.sources, into);
    }
  }

  template <typename T>
  static void append(const std::vector<T>& from, std::vector<T>& to) {
    to.insert(to.end(), from.begin(), from.end());
  }

  static void finish(Lineage& lineage) {
    sort_once(lineage.filters);
    sort_once(lineage.relations);
    sort_once(lineage.calls);
  }

  const catalog::Snapshot& snapshot_;
  std::vector<Oid> search_path_;
  std::map<Oid, Lineage> traced_;  // nodes stay where they are
};

}  // namespace

Lineage trace_view(const catalog::Snapshot& snapshot, const Relation& view) {
  return Tracer(snapshot).trace(view, 0);
}

ViewTracer view_tracer() {
  auto tracer = std::make_shared<std::optional<Tracer>>();
  return [tracer](const catalog::Snapshot& snapshot, const Relation& view) -> Lineage {
    if (!*tracer) tracer->emplace(snapshot);
    return (*tracer)->trace(view, 0);
  };
}

}  // namespace policy
