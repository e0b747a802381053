// SPDX-License-Identifier: Apache-2.0
// SELECT … FROM t WHERE name = 'x' looks at no other rows of t. That holds of a whole statement
// only: the planner moves predicates of queries around it, and HAVING, to the same place, in any
// order, and an error in one of those tells what other rows hold.
#include "policy/resolver/analysis.h"

namespace policy::resolver {
namespace {

bool has_only_where(const SelectStmt& node) {
  return node.op == SETOP_NONE && node.valuesLists == nullptr && node.withClause == nullptr &&
         node.havingClause == nullptr && node.lockingClause == nullptr &&
         node.whereClause != nullptr;
}

// `t` or `t AS u`: its columns have their own names.
bool is_one_relation(const List* from) {
  if (list_length(from) != 1 || !IsA(element(from, 0), RangeVar)) return false;
  const Alias* alias = as<RangeVar>(element(from, 0)).alias;
  return alias == nullptr || list_length(alias->colnames) == 0;
}

bool is_equals(const A_Expr& node) {
  return (node.kind == AEXPR_OP || node.kind == AEXPR_IN) && list_length(node.name) == 1 &&
         std::string_view(strVal(element(node.name, 0))) == "=";
}

bool add_text(const void* node, std::vector<std::string>& values) {
  if (!IsA(node, A_Const) || as<A_Const>(node).isnull) return false;
  const auto& literal = as<A_Const>(node).val;
  if (!IsA(&literal, String)) return false;
  values.emplace_back(literal.sval.sval);
  return true;
}

bool add_texts(const void* node, std::vector<std::string>& values) {
  if (!IsA(node, List)) return add_text(node, values);
  const auto* list = static_cast<const List*>(node);
  for (int i = 0; i < list_length(list); ++i) {
    if (!add_text(element(list, i), values)) return false;
  }
  return true;
}

// Of a column reference to the only relation there is.
const catalog::Column* column_named(const catalog::Relation& relation, const void* node) {
  if (node == nullptr || !IsA(node, ColumnRef)) return nullptr;
  const List* fields = as<ColumnRef>(node).fields;
  const void* last = element(fields, list_length(fields) - 1);
  return IsA(last, String) ? relation.column(std::string_view(strVal(last))) : nullptr;
}

}  // namespace

void Analysis::note_chosen_rows(const void* node) {
  if (!IsA(node, SelectStmt) || facts_.relations.size() != 1) return;
  const auto& query = as<SelectStmt>(node);
  if (!has_only_where(query) || !is_one_relation(query.fromClause)) return;
  if (!IsA(query.whereClause, A_Expr) || !is_equals(as<A_Expr>(query.whereClause))) return;
  // An operator is noted where it could be another than PostgreSQL's own.
  for (const auto& call : facts_.calls) {
    if (call.kind == CallUse::Kind::Operator) return;
  }
  const auto& predicate = as<A_Expr>(query.whereClause);
  RelationUse& read = facts_.relations.front();
  if (read.relation == nullptr) return;
  const catalog::Column* column = column_named(*read.relation, predicate.lexpr);
  ChosenRows chosen;
  if (column == nullptr || !add_texts(predicate.rexpr, chosen.values)) return;
  chosen.column = column->number;
  read.chosen = std::move(chosen);
}

}  // namespace policy::resolver
