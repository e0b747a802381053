// SPDX-License-Identifier: Apache-2.0
#include "policy/rules/view_decisions.h"

#include <algorithm>
#include <utility>

#include "policy/rules/function_decisions.h"

namespace policy::rules {
namespace {

using catalog::ColumnKey;
using catalog::Relation;
using catalog::RelationKind;

bool is_view(const Relation& relation) {
  return relation.kind == RelationKind::View || relation.kind == RelationKind::MaterializedView;
}

// Which views are judged by what they read. The others count as tables: an extension's is trusted
// with its extension, as one that is not listed cannot be read at all.
class Traceable {
 public:
  explicit Traceable(const Binding& binding)
      : binding_(binding), trusted_(binding.policy.trusted_views, NameKind::Relation, binding) {}

  bool has(const Relation& relation) const {
    const std::string_view schema = binding_.snapshot.schema_name(relation.schema);
    return is_view(relation) && binding_.policy.views != Views::Opaque &&
           !is_catalog_schema(schema) && relation.extension.empty() &&
           !trusted_.names(schema, relation.name);
  }

 private:
  const Binding& binding_;
  AllowList trusted_;
};

class Sources {
 public:
  Sources(const Binding& binding, const BaseDecisions& base, const Traceable& traceable)
      : snapshot_(binding.snapshot), base_(base), traceable_(traceable) {}

  const Refusal* relation(catalog::Oid oid) const {
    const auto index = index_of(oid);
    return index ? base_.relations[*index].readable : RelationRules::unknown();
  }

  const Refusal* column(const ColumnKey& key) const {
    const auto index = index_of(key.relation);
    if (!index) return RelationRules::unknown();
    if (const Refusal* refusal = base_.relations[*index].readable) return refusal;
    // A lineage that ends at a view has not looked into it.
    if (traceable_.has(snapshot_.relations()[*index])) return RelationRules::unknown();
    const auto& columns = base_.columns[*index];
    if (columns.empty() || key.column < 0) return nullptr;
    return key.column == 0 ? first_of(columns) : one_of(*index, key.column);
  }

  const Refusal* columns(std::span<const ColumnKey> keys) const {
    for (const auto& key : keys) {
      if (const Refusal* refusal = column(key)) return refusal;
    }
    return nullptr;
  }

  const Refusal* relations(std::span<const catalog::Oid> oids) const {
    for (const catalog::Oid oid : oids) {
      if (const Refusal* refusal = relation(oid)) return refusal;
    }
    return nullptr;
  }

  bool is_callable(const catalog::Function& function) const {
    if (function.decision == catalog::Decision::ByArgument) return false;
    const auto index = index_in(snapshot_.functions(), function);
    return index && base_.functions[*index] == nullptr;
  }

 private:
  std::optional<std::size_t> index_of(catalog::Oid oid) const {
    const Relation* found = snapshot_.relation(oid);
    return found == nullptr ? std::nullopt : index_in(snapshot_.relations(), *found);
  }

  static const Refusal* first_of(const ColumnDecisions& columns) {
    const auto found = std::ranges::find_if(columns, [](const auto* each) { return each; });
    return found == columns.end() ? nullptr : *found;
  }

  const Refusal* one_of(std::size_t index, std::int16_t number) const {
    const Relation& relation = snapshot_.relations()[index];
    const auto* column = relation.column(number);
    if (column == nullptr) return ColumnRules::unknown();
    return base_.columns[index][*index_in(std::span(relation.columns), *column)];
  }

  const catalog::Snapshot& snapshot_;
  const BaseDecisions& base_;
  const Traceable& traceable_;
};

// A column that the lineage leaves out has sources that nobody told: it is refused.
std::vector<const Refusal*> decide_columns(const Sources& sources, const Relation& view,
                                           const Lineage& lineage) {
  std::vector<const Refusal*> all;
  for (const auto& column : view.columns) {
    const auto traced = std::ranges::find(lineage.columns, column.number, &Lineage::Column::number);
    all.push_back(traced == lineage.columns.end() ? ColumnRules::unknown()
                                                  : sources.columns(traced->sources));
  }
  const bool is_clean = std::ranges::all_of(all, [](const auto* each) { return each == nullptr; });
  return is_clean ? std::vector<const Refusal*>{} : all;
}

const Refusal* everything(const Sources& sources, const Lineage& lineage) {
  if (const Refusal* refusal = sources.relations(lineage.relations)) return refusal;
  return sources.columns(lineage.filters);
}

ViewDecision decide(const Binding& binding, const Sources& sources, const Relation& view,
                    const Lineage& lineage) {
  ViewDecision decision{.columns = decide_columns(sources, view, lineage),
                        .written = sources.relations(lineage.relations)};
  if (binding.policy.views == Views::Strict || lineage.is_coarse) {
    decision.rows = everything(sources, lineage);
  }
  for (const auto* function : lineage.calls) {
    if (!sources.is_callable(*function)) decision.calls.push_back(function);
  }
  return decision;
}

}  // namespace

TracedViews trace_views(const Binding& binding, const BaseDecisions& base,
                        const ViewTracer& tracer) {
  const Traceable traceable(binding);
  const Sources sources(binding, base, traceable);
  TracedViews views;
  const auto relations = binding.snapshot.relations();
  for (std::size_t i = 0; i < relations.size(); ++i) {
    const Relation& relation = relations[i];
    if (base.relations[i].readable != nullptr || !traceable.has(relation)) continue;
    TracedView traced{.lineage = tracer(binding.snapshot, relation)};
    traced.decision = decide(binding, sources, relation, traced.lineage);
    views.emplace(relation.oid, std::move(traced));
  }
  return views;
}

}  // namespace policy::rules
