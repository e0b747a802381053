// SPDX-License-Identifier: Apache-2.0
#include "policy/reader/inert_literals.h"

#include "policy/reader/pg_nodes.h"

namespace policy {
namespace {

void note_value(const void* node, LiteralOffsets& literals) {
  if (node == nullptr || !IsA(node, A_Const)) return;
  const auto& constant = *static_cast<const A_Const*>(node);
  if (constant.isnull || !IsA(&constant.val, Integer) || constant.location < 0) return;
  literals.add(static_cast<std::size_t>(constant.location));
}

void note_values(const List* list, LiteralOffsets& literals) {
  const ListCell* cell = nullptr;
  foreach (cell, list) note_value(lfirst(cell), literals);
}

// `x IN (…)`, `x BETWEEN … AND …` and operators. What is left out has rules of its own for types
// (ANY, NULLIF), or is no expression.
void note_operands(const A_Expr& node, LiteralOffsets& literals) {
  const bool has_list = node.kind == AEXPR_IN || node.kind == AEXPR_BETWEEN ||
                        node.kind == AEXPR_NOT_BETWEEN || node.kind == AEXPR_BETWEEN_SYM ||
                        node.kind == AEXPR_NOT_BETWEEN_SYM;
  if (!has_list && node.kind != AEXPR_OP) return;
  note_value(node.lexpr, literals);
  const void* right = node.rexpr;
  if (has_list && right != nullptr && IsA(right, List)) {
    return note_values(static_cast<const List*>(right), literals);
  }
  note_value(right, literals);
}

void note_select(const SelectStmt& node, LiteralOffsets& literals) {
  note_value(node.limitCount, literals);
  note_value(node.limitOffset, literals);
  const ListCell* cell = nullptr;
  foreach (cell, node.valuesLists) {
    note_values(static_cast<const List*>(lfirst(cell)), literals);
  }
}

void note_assignments(const List* targets, LiteralOffsets& literals) {
  const ListCell* cell = nullptr;
  foreach (cell, targets) {
    note_value(static_cast<const ResTarget*>(lfirst(cell))->val, literals);
  }
}

}  // namespace

void note_inert_literals(const void* node, LiteralOffsets& literals) {
  if (IsA(node, A_Expr)) return note_operands(*static_cast<const A_Expr*>(node), literals);
  if (IsA(node, SelectStmt)) return note_select(*static_cast<const SelectStmt*>(node), literals);
  if (IsA(node, UpdateStmt)) {
    note_assignments(static_cast<const UpdateStmt*>(node)->targetList, literals);
  }
  if (IsA(node, OnConflictClause)) {
    note_assignments(static_cast<const OnConflictClause*>(node)->targetList, literals);
  }
}

}  // namespace policy
