// SPDX-License-Identifier: Apache-2.0
#include "gateway/grants/rights.h"

#include <algorithm>
#include <string_view>

#include "policy/rules/function_decisions.h"

namespace gateway::grants {
namespace {

namespace catalog = policy::catalog;
using catalog::RelationKind;

bool can_be_written(RelationKind kind) {
  return kind == RelationKind::Table || kind == RelationKind::Partitioned ||
         kind == RelationKind::View || kind == RelationKind::Foreign;
}

}  // namespace

bool is_table_like(RelationKind kind) {
  return can_be_written(kind) || kind == RelationKind::MaterializedView;
}

bool has_stored_rows(RelationKind kind) {
  return kind == RelationKind::Table || kind == RelationKind::Partitioned ||
         kind == RelationKind::MaterializedView;
}

Rights::Rights(const policy::Profile& profile)
    : profile_(profile),
      may_use_sequences_(may_call_built_in("nextval")),
      may_set_sequences_(may_call_built_in("setval")) {}

bool Rights::has_column_rules() const {
  const auto& columns = access().policy().columns;
  return !columns.denied.empty() || !columns.denied_patterns.empty();
}

bool Rights::may_call(const catalog::Function& function) const {
  const auto* refusal = access().function(function);
  return refusal == nullptr || policy::rules::is_lifted_by(profile_.mode, function, *refusal);
}

bool Rights::may_call_built_in(std::string_view name) const {
  const auto named = snapshot().functions(name);
  const auto is_refused = [&](const catalog::Function* each) {
    return each->decision != catalog::Decision::NotBuiltIn && !may_call(*each);
  };
  return std::ranges::none_of(named, is_refused);
}

bool Rights::may_use_schema(const catalog::Schema& schema) const {
  return access().schema(schema.name) == nullptr;
}

RelationRights Rights::of(const catalog::Relation& relation) const {
  if (!is_table_like(relation.kind) || access().relation(relation) != nullptr) return {};
  const auto* view = access().view(relation);
  if (view != nullptr && view->rows != nullptr) return {};
  // What depends on an argument is not refused by itself, but it is inside a view.
  const auto is_refused = [&](const catalog::Function* each) {
    return each->decision == catalog::Decision::ByArgument || !may_call(*each);
  };
  if (view != nullptr && std::ranges::any_of(view->calls, is_refused)) return {};
  RelationRights rights{.is_readable = true};
  const bool is_writable = writes() && can_be_written(relation.kind) && !relation.is_built_in() &&
                           (view == nullptr || view->written == nullptr);
  for (std::size_t i = 0; i < relation.columns.size(); ++i) {
    const auto& column = relation.columns[i];
    if (access().column(relation, column.number) != nullptr) continue;
    if (view != nullptr && !view->columns.empty() && view->columns[i] != nullptr) continue;
    rights.read.push_back(&column);
    if (is_writable) rights.written.push_back(&column);
  }
  rights.may_delete = is_writable;
  rights.reads_all = rights.read.size() == relation.columns.size();
  rights.writes_all = is_writable && rights.reads_all;
  return rights;
}

SequenceRights Rights::of_sequence(const catalog::Relation& sequence) const {
  const bool is_named = access().named(sequence) == nullptr;
  return {.may_read = access().relation(sequence) == nullptr,
          .may_use = is_named && writes() && may_use_sequences_,
          .may_set = is_named && writes() && may_set_sequences_};
}

}  // namespace gateway::grants
