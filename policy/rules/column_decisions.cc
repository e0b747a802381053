// SPDX-License-Identifier: Apache-2.0
#include "policy/rules/column_decisions.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "policy/rules/system_relations.h"

namespace policy::rules {
namespace {

using catalog::Relation;

void refuse(ColumnDecisions& decisions, const Relation& relation, std::size_t index,
            const Refusal* refusal) {
  decisions.resize(relation.columns.size(), nullptr);
  if (decisions[index] == nullptr) decisions[index] = refusal;
}

// What a generated column is computed from reaches whoever reads it.
void apply_generated(const Relation& relation, ColumnDecisions& decisions) {
  if (decisions.empty()) return;
  for (std::size_t i = 0; i < relation.columns.size(); ++i) {
    for (const std::int16_t number : relation.columns[i].generated_from) {
      const auto* source = relation.column(number);
      if (source == nullptr) continue;
      const auto index = index_in(std::span(relation.columns), *source);
      if (index && decisions[*index] != nullptr) refuse(decisions, relation, i, decisions[*index]);
    }
  }
}

// Parents first, each relation once.
class Inheritance {
 public:
  Inheritance(const catalog::Snapshot& snapshot, std::vector<ColumnDecisions> own)
      : snapshot_(snapshot), all_(std::move(own)), states_(all_.size(), State::Open) {}

  std::vector<ColumnDecisions> run() {
    for (std::size_t i = 0; i < all_.size(); ++i) settle(i);
    return std::move(all_);
  }

 private:
  enum class State : std::uint8_t { Open, Started, Settled };

  void settle(std::size_t index) {
    if (states_[index] != State::Open) return;
    states_[index] = State::Started;
    const Relation& relation = snapshot_.relations()[index];
    for (const catalog::Oid oid : relation.parents) inherit(index, oid);
    apply_generated(relation, all_[index]);
    states_[index] = State::Settled;
  }

  void inherit(std::size_t index, catalog::Oid oid) {
    const Relation* parent = snapshot_.relation(oid);
    const auto parent_index =
        parent == nullptr ? std::nullopt : index_in(snapshot_.relations(), *parent);
    if (!parent_index) return;
    settle(*parent_index);
    const Relation& relation = snapshot_.relations()[index];
    for (std::size_t i = 0; i < all_[*parent_index].size(); ++i) {
      if (all_[*parent_index][i] == nullptr) continue;
      const auto* inherited = relation.column(parent->columns[i].name);
      if (inherited == nullptr) continue;
      const auto at = index_in(std::span(relation.columns), *inherited);
      if (at) refuse(all_[index], relation, *at, all_[*parent_index][i]);
    }
  }

  const catalog::Snapshot& snapshot_;
  std::vector<ColumnDecisions> all_;
  std::vector<State> states_;
};

}  // namespace

ColumnRules::ColumnRules(const Binding& binding)
    : binding_(binding),
      denied_(read_denied(binding.policy.columns.denied, NameKind::Column,
                          {.code = ErrorCode::ColumnAccessDenied, .rule = "columns.denied"})),
      by_system_{.code = ErrorCode::ColumnAccessDenied, .rule = "system_catalogs"} {
  auto patterns =
      read_denied(binding.policy.columns.denied_patterns, NameKind::Column,
                  {.code = ErrorCode::ColumnAccessDenied, .rule = "columns.denied_patterns"});
  std::ranges::move(patterns, std::back_inserter(denied_));
}

const Refusal* ColumnRules::unknown() {
  static const Refusal kRefusal{.code = ErrorCode::ColumnAccessDenied, .rule = "never"};
  return &kRefusal;
}

void ColumnRules::apply_entries(const Relation& relation, std::string_view schema,
                                ColumnNames& names, ColumnDecisions& decisions) const {
  const bool is_system = is_catalog_schema(schema);
  for (std::size_t i = 0; i < relation.columns.size(); ++i) {
    for (const std::uint32_t place : names.entries_for(relation.columns[i].name)) {
      const DenyEntry& entry = denied_[place];
      const bool is_meant = is_system ? points_at_table_of(entry, schema, relation.name)
                                      : names_table_of(entry, schema, relation.name);
      if (is_meant) refuse(decisions, relation, i, &entry.refusal);
    }
  }
}

void ColumnRules::apply_system(const Relation& relation, std::string_view schema,
                               ColumnDecisions& decisions) const {
  for (std::size_t i = 0; i < relation.columns.size(); ++i) {
    if (may_read_system_column(binding_, relation, schema, relation.columns[i])) continue;
    refuse(decisions, relation, i, &by_system_);
  }
}

ColumnDecisions ColumnRules::own(const Relation& relation, ColumnNames& names) const {
  const std::string_view schema = binding_.snapshot.schema_name(relation.schema);
  ColumnDecisions decisions;
  apply_entries(relation, schema, names, decisions);
  if (is_catalog_schema(schema)) apply_system(relation, schema, decisions);
  return decisions;
}

std::vector<ColumnDecisions> ColumnRules::decide() const {
  std::vector<ColumnDecisions> own_decisions;
  const auto relations = binding_.snapshot.relations();
  own_decisions.reserve(relations.size());
  ColumnNames names(denied_);
  for (const auto& relation : relations) own_decisions.push_back(own(relation, names));
  return Inheritance(binding_.snapshot, std::move(own_decisions)).run();
}

}  // namespace policy::rules
