// SPDX-License-Identifier: Apache-2.0
#include "policy/reader/tree_walk.h"

#include <cstring>
#include <utility>
#include <vector>

#include "policy/reader/inert_literals.h"
#include "policy/reader/node_children.h"
#include "policy/reader/node_class.h"
#include "policy/reader/pg_nodes.h"
#include "policy/reader/settings.h"

namespace policy {
namespace {

struct Step {
  const void* node = nullptr;
  std::uint32_t depth = 0;
  bool planned_only = false;  // below EXPLAIN without ANALYZE
  bool scoped = false;        // below CREATE or ALTER FUNCTION: its SET lasts for the call
  bool is_in_list = false;    // the list of an IN: its literals count once
  std::size_t offset = 0;     // where the nearest enclosing statement or CTE begins
};

bool is_literal(const void* node) {
  return node != nullptr && (IsA(node, A_Const) || IsA(node, ParamRef));
}

bool is_literals(const void* node) {
  if (node == nullptr || !IsA(node, List)) return false;
  const auto* list = static_cast<const List*>(node);
  for (int i = 0; i < list->length; ++i) {
    if (!is_literal(list->elements[i].ptr_value)) return false;
  }
  return true;
}

// An option without value, or with one that is not plainly off, is on.
bool is_off(const DefElem& option) {
  if (option.arg == nullptr) return false;
  if (IsA(option.arg, Integer)) return intVal(option.arg) == 0;
  if (!IsA(option.arg, String)) return false;
  return strcasecmp(strVal(option.arg), "off") == 0 || strcasecmp(strVal(option.arg), "false") == 0;
}

bool runs_its_query(const ExplainStmt& explain) {
  const ListCell* cell = nullptr;
  foreach (cell, explain.options) {
    const auto& option = *static_cast<const DefElem*>(lfirst(cell));
    if (std::strcmp(option.defname, "analyze") == 0 && !is_off(option)) return true;
  }
  return false;
}

// ALTER TABLE … OPTIONS works on foreign tables too, where it names files and servers.
bool changes_foreign_options(const void* node) {
  if (!IsA(node, AlterTableCmd)) return false;
  const auto subtype = static_cast<const AlterTableCmd*>(node)->subtype;
  return subtype == AT_GenericOptions || subtype == AT_AlterColumnGenericOptions;
}

// The right side of `x IN (…)`; null for any other node.
const List* in_list_of(const void* node) {
  if (!IsA(node, A_Expr)) return nullptr;
  const auto& expression = *static_cast<const A_Expr*>(node);
  if (expression.kind != AEXPR_IN || expression.rexpr == nullptr) return nullptr;
  return IsA(expression.rexpr, List) ? reinterpret_cast<const List*>(expression.rexpr) : nullptr;
}

// The grammar collects x[1][2].a into one flat list, which analysis nests again.
bool is_long_indirection(const void* node) {
  return IsA(node, A_Indirection) &&
         list_length(static_cast<const A_Indirection*>(node)->indirection) >
             static_cast<int>(kTreeDepthMax);
}

bool is_long_reference(const void* node) {
  return IsA(node, ColumnRef) &&
         list_length(static_cast<const ColumnRef*>(node)->fields) > static_cast<int>(kTreeDepthMax);
}

class Walk {
 public:
  explicit Walk(StatementFacts& facts) : facts_(facts) { steps_.reserve(64); }

  std::optional<ReadFailure> run(const void* root) {
    NodeVisit visit{.child = &Walk::push, .state = this, .shape = 0};
    steps_.push_back({.node = root, .offset = facts_.offset});
    while (!steps_.empty()) {
      here_ = steps_.back();
      steps_.pop_back();
      if (const auto failure = take(visit)) return ReadFailure{.kind = *failure};
    }
    facts_.fingerprint = visit.shape;
    return std::nullopt;
  }

 private:
  using Failed = std::optional<ReadFailure::Kind>;

  static void push(void* self, const void* node) {
    auto* walk = static_cast<Walk*>(self);
    Step step = walk->here_;
    step.node = node;
    walk->steps_.push_back(step);
  }

  Failed take(NodeVisit& visit) {
    if (IsA(here_.node, List)) {
      take_list(visit, *static_cast<const List*>(here_.node));
      return std::nullopt;
    }
    if (++here_.depth > kTreeDepthMax) return ReadFailure::Kind::TooDeep;
    if (is_long_indirection(here_.node) || is_long_reference(here_.node)) {
      return ReadFailure::Kind::TooDeep;
    }
    const List* in_list = in_list_of(here_.node);
    if (list_length(in_list) > static_cast<int>(kInListMax))
      return ReadFailure::Kind::InListTooLong;
    here_.is_in_list = in_list != nullptr;
    note(here_.node);
    if (!visit_node(here_.node, &visit)) return ReadFailure::Kind::UnknownNode;
    return std::nullopt;
  }

  // The literals of an IN list, and VALUES rows of literals of one length, count once: the
  // fingerprint does not depend on their number.
  void take_list(NodeVisit& visit, const List& list) {
    const void* previous = nullptr;
    for (int i = 0; i < list.length; ++i) {
      const void* element = list.elements[i].ptr_value;
      if (element == nullptr) continue;
      if (previous != nullptr && repeats(element, previous)) {
        note_parameters(element);
        continue;
      }
      previous = element;
      push(this, element);
      visit.shape = visit.shape * 31 + 7;
    }
  }

  bool repeats(const void* element, const void* previous) const {
    if (here_.is_in_list) return is_literal(element) && is_literal(previous);
    return is_literals(element) && is_literals(previous) &&
           static_cast<const List*>(element)->length == static_cast<const List*>(previous)->length;
  }

  // Of what the walk leaves out: a literal, a parameter, or a list of them.
  void note_parameters(const void* node) {
    if (IsA(node, ParamRef)) return note_parameter(static_cast<const ParamRef*>(node)->number);
    if (!IsA(node, List)) return;
    const auto* list = static_cast<const List*>(node);
    for (int i = 0; i < list->length; ++i) note_parameters(list->elements[i].ptr_value);
  }

  // The protocol counts parameters in 16 bits.
  void note_parameter(int number) {
    if (number < 1 || number > UINT16_MAX) return;
    auto& uses = facts_.parameter_uses;
    const auto index = static_cast<std::size_t>(number) - 1;
    if (uses.size() <= index) uses.resize(index + 1);
    if (uses[index] < UINT16_MAX) ++uses[index];
  }

  void note(const void* node) {
    if (IsA(node, ParamRef)) return note_parameter(static_cast<const ParamRef*>(node)->number);
    if (const auto statement_class = class_of(node)) note_statement(node, *statement_class);
    if (IsA(node, CommonTableExpr))
      here_.offset = location(static_cast<const CommonTableExpr*>(node)->location);
    if (changes_foreign_options(node)) add_part(StatementClass::ForeignServer);
    note_settings(node);
    note_inert_literals(node, facts_.inert_literals);
  }

  void note_statement(const void* node, StatementClass statement_class) {
    if (facts_.parts.empty()) facts_.statement_class = statement_class;
    add_part(statement_class);
    if (IsA(node, SelectStmt) && static_cast<const SelectStmt*>(node)->lockingClause != nullptr) {
      add_part(StatementClass::RowLock);
    }
    if (IsA(node, ExplainStmt)) {
      here_.planned_only = !runs_its_query(*static_cast<const ExplainStmt*>(node));
    }
    if (IsA(node, CreateFunctionStmt) || IsA(node, AlterFunctionStmt)) here_.scoped = true;
  }

  void note_settings(const void* node) {
    for (auto& use : settings_of(node)) {
      if (here_.scoped && IsA(node, VariableSetStmt)) use.action = SettingUse::Action::Scoped;
      if (use.offset == 0) use.offset = here_.offset;
      facts_.settings.push_back(std::move(use));
    }
  }

  void add_part(StatementClass statement_class) {
    facts_.parts.push_back({statement_class, here_.offset, here_.planned_only});
  }

  std::size_t location(int offset) const {
    return offset < 0 ? here_.offset : static_cast<std::size_t>(offset);
  }

  StatementFacts& facts_;
  std::vector<Step> steps_;
  Step here_;
};

}  // namespace

std::optional<ReadFailure> walk_tree(const void* root, StatementFacts& facts) {
  return Walk(facts).run(root);
}

}  // namespace policy
