// SPDX-License-Identifier: Apache-2.0
#include "policy/rules/access.h"

#include <algorithm>
#include <array>
#include <utility>

#include "policy/rules/bodies.h"
#include "policy/rules/column_decisions.h"
#include "policy/rules/function_decisions.h"
#include "policy/rules/relation_decisions.h"
#include "policy/rules/search_path.h"
#include "policy/rules/view_decisions.h"

namespace policy {
namespace {

// Functions in SQL that call one another, so deep; what is deeper is refused.
constexpr int kBodyRounds = 8;

}  // namespace

struct Access::Decisions {
  Decisions(const rules::Binding& binding, const ViewTracer& tracer,
            std::span<const catalog::Oid> harmless)
      : relation_rules(binding),
        column_rules(binding),
        function_rules(binding, relation_rules, harmless),
        relations(relation_rules.decide()),
        columns(column_rules.decide()),
        functions(function_rules.decide()),
        views(rules::trace_views(
            binding, {.relations = relations, .columns = columns, .functions = functions},
            tracer)) {}

  rules::RelationRules relation_rules;
  rules::ColumnRules column_rules;
  rules::FunctionRules function_rules;
  std::vector<rules::RelationDecision> relations;
  std::vector<rules::ColumnDecisions> columns;
  std::vector<const Refusal*> functions;
  rules::TracedViews views;
};

Access::Access(AccessPolicy policy, std::shared_ptr<const catalog::Snapshot> snapshot,
               std::vector<std::string> search_path, const ViewTracer& tracer)
    : policy_(std::move(policy)),
      snapshot_(std::move(snapshot)),
      search_path_(rules::bind_search_path(search_path, *snapshot_)) {
  const rules::Binding binding{
      .policy = policy_, .snapshot = *snapshot_, .search_path = search_path_};
  std::vector<catalog::Oid> harmless;
  decisions_ = std::make_unique<const Decisions>(binding, tracer, harmless);
  // A body may call what another round finds to be harmless.
  for (int round = 0; round < kBodyRounds; ++round) {
    auto found = rules::harmless_functions(*this);
    if (found.size() == harmless.size()) break;
    harmless = std::move(found);
    decisions_ = std::make_unique<const Decisions>(binding, tracer, harmless);
  }
  hides_anything_ = std::ranges::any_of(
      snapshot_->relations(), [this](const catalog::Relation& each) { return hides(each); });
}

Access::~Access() = default;

// Sequences, indexes and the like have no rows of anybody.
bool Access::hides(const catalog::Relation& relation) const {
  using enum catalog::RelationKind;
  constexpr std::array kWithRows{Table, Partitioned, View, MaterializedView, Foreign};
  if (relation.is_built_in() || std::ranges::find(kWithRows, relation.kind) == kWithRows.end()) {
    return false;
  }
  return this->relation(relation) != nullptr || has_refused_columns(relation);
}

const Refusal* Access::relation(const catalog::Relation& relation) const {
  const auto index = rules::index_in(snapshot_->relations(), relation);
  return index ? decisions_->relations[*index].readable : rules::RelationRules::unknown();
}

const Refusal* Access::named(const catalog::Relation& relation) const {
  const auto index = rules::index_in(snapshot_->relations(), relation);
  return index ? decisions_->relations[*index].named : rules::RelationRules::unknown();
}

const Refusal* Access::schema(std::string_view name) const {
  return decisions_->relation_rules.schema(name);
}

const Refusal* Access::column(const catalog::Relation& relation, std::int16_t number) const {
  if (number < 0) return nullptr;
  const auto index = rules::index_in(snapshot_->relations(), relation);
  if (!index) return rules::ColumnRules::unknown();
  const auto* column = relation.column(number);
  if (column == nullptr) return rules::ColumnRules::unknown();
  const auto& columns = decisions_->columns[*index];
  if (columns.empty()) return nullptr;
  return columns[static_cast<std::size_t>(column - relation.columns.data())];
}

bool Access::has_refused_columns(const catalog::Relation& relation) const {
  const auto index = rules::index_in(snapshot_->relations(), relation);
  return !index || !decisions_->columns[*index].empty();
}

const Refusal* Access::function(const catalog::Function& function) const {
  const auto index = rules::index_in(snapshot_->functions(), function);
  return index ? decisions_->functions[*index] : rules::FunctionRules::unknown();
}

const Lineage* Access::lineage(const catalog::Relation& view) const {
  const auto found = decisions_->views.find(view.oid);
  return found == decisions_->views.end() ? nullptr : &found->second.lineage;
}

const ViewDecision* Access::view(const catalog::Relation& view) const {
  const auto found = decisions_->views.find(view.oid);
  return found == decisions_->views.end() ? nullptr : &found->second.decision;
}

}  // namespace policy
