// SPDX-License-Identifier: Apache-2.0
// SELECT, VALUES and set operations: transformSelectStmt and its kin of analyze.c, and
// parse_target.c.
#include <algorithm>

#include "policy/resolver/analysis.h"
#include "policy/resolver/figure_name.h"

namespace policy::resolver {
namespace {

bool is_plain_star(const ColumnRef& ref) {
  return list_length(ref.fields) == 1 && IsA(ref.fields->elements[0].ptr_value, A_Star);
}

const void* last_of(const List* list) {
  const int length = list_length(list);
  return length == 0 ? nullptr : list->elements[length - 1].ptr_value;
}

bool ends_with_star(const void* node) {
  const void* last = nullptr;
  if (IsA(node, ColumnRef)) last = last_of(as<ColumnRef>(node).fields);
  if (IsA(node, A_Indirection)) last = last_of(as<A_Indirection>(node).indirection);
  return last != nullptr && IsA(last, A_Star);
}

std::optional<int> ordinal(const void* node) {
  if (node == nullptr || !IsA(node, A_Const)) return std::nullopt;
  const auto& literal = as<A_Const>(node);
  if (literal.isnull || nodeTag(&literal.val) != T_Integer) return std::nullopt;
  return intVal(&literal.val);
}

}  // namespace

void Analysis::output(Result& into, std::string_view name, const Value& value, std::size_t offset) {
  if (into.columns.size() >= kOutputColumnsMax) {
    unresolved("54011", "target lists can have at most 1664 entries", offset);
    return;
  }
  into.columns.push_back({.name = name, .value = value});
}

// `*`, `t.*` and `(composite).*` as a whole target. False: it is none of them.
bool Analysis::star(Level& level, const void* node, Result& into) {
  if (!ends_with_star(node)) return false;
  if (IsA(node, ColumnRef)) {
    const auto& ref = as<ColumnRef>(node);
    const std::size_t offset = place(ref.location);
    if (is_plain_star(ref)) {
      const std::size_t first = into.columns.size();
      expand_level(level, offset, into);
      note_star(into, first, offset, 0);
      return true;
    }
    const int qualifiers = list_length(ref.fields) - 1;
    if (qualifiers > 3) {
      unresolved("42601", "improper qualified name (too many dotted names)", offset);
      return true;
    }
    if (const Name* row = item_of_ref(level, *ref.fields, qualifiers, offset)) {
      const std::size_t first = into.columns.size();
      expand_item(*row->item, offset, into);
      note_star(into, first, offset, qualifiers);
      note_qualifiers(*row, offset, qualifiers);
    } else {
      into.is_open = true;
    }
    return true;
  }
  const auto& indirection_node = as<A_Indirection>(node);
  A_Indirection without = indirection_node;
  List shorter = *without.indirection;
  shorter.length -= 1;
  without.indirection = &shorter;
  const Value value =
      shorter.length == 0 ? expression(level, without.arg) : expression(level, &without);
  if (value.item != nullptr) {
    expand_item(*value.item, 0, into);
    return true;
  }
  const Row* row = row_of(value);
  if (row == nullptr) {
    into.is_open = true;
    return true;
  }
  for (const auto& field : row->fields) {
    output(into, field.name, {.type = field.type, .row = field.row, .sources = value.sources}, 0);
  }
  into.is_open |= row->is_open;
  return true;
}

void Analysis::target(Level& level, const ResTarget& node, Result& into) {
  if (star(level, node.val, into)) return;
  Value value = expression(level, node.val);
  output(into, node.name == nullptr ? figure_name(node.val) : node.name, value,
         place(node.location));
}

void Analysis::target_list(Level& level, const List* targets, Result& into) {
  into.columns.reserve(static_cast<std::size_t>(list_length(targets)));
  for (int i = 0; i < list_length(targets); ++i) {
    target(level, as<ResTarget>(targets->elements[i].ptr_value), into);
  }
}

// A name in ORDER BY or DISTINCT ON is an output column first, in GROUP BY an input column first; a
// number is a place in the output; anything else is an expression over the input.
Oid Analysis::sort_target(Level& level, const void* node, const Result* outputs, bool group) {
  const bool is_name =
      IsA(node, ColumnRef) && list_length(as<ColumnRef>(node).fields) == 1 && !ends_with_star(node);
  if (outputs != nullptr && is_name) {
    const auto& ref = as<ColumnRef>(node);
    const std::string_view name = strVal(ref.fields->elements[0].ptr_value);
    Found input;
    if (group) find_column_here(level, name, input);
    const bool is_input = input.item != nullptr;
    for (const auto& column : outputs->columns) {
      if (is_input || column.name != name) continue;
      return sort_output(column, place(ref.location));
    }
    if (!is_input && outputs->is_open && find_column(level, name).item == nullptr) {
      return kCannotTell;
    }
  }
  const auto number = ordinal(node);
  if (outputs != nullptr && number) {
    note_fragile("a number in ORDER BY or GROUP BY");
    const bool is_there =
        *number >= 1 && static_cast<std::size_t>(*number) <= outputs->columns.size();
    if (!is_there) return kCannotTell;
    return sort_output(outputs->columns[static_cast<std::size_t>(*number) - 1], 0);
  }
  return sort_output({.value = expression(level, node)}, 0);
}

Oid Analysis::sort_output(const Visible& column, std::size_t offset) {
  note_filter(column.value.sources);
  note_ordering(column.value.type, offset);
  return column.value.type == catalog::kUnknown ? catalog::kText : column.value.type;
}

void Analysis::sort_list(Level& level, const List* sorts, const Result* outputs) {
  for (int i = 0; i < list_length(sorts); ++i) {
    const auto& sort = as<SortBy>(sorts->elements[i].ptr_value);
    const Value sorted{.type = sort_target(level, sort.node, outputs, false)};
    if (list_length(sort.useOp) > 0) operate(sort.useOp, sorted, sorted, place(sort.location));
  }
}

void Analysis::group_list(Level& level, const List* groups, const Result& outputs) {
  for (int i = 0; i < list_length(groups); ++i) {
    const void* node = groups->elements[i].ptr_value;
    if (IsA(node, GroupingSet)) {
      level.rows = CostBound::kUnknown;  // each set gives rows of its own
      group_list(level, as<GroupingSet>(node).content, outputs);
    } else if (IsA(node, List)) {
      group_list(level, static_cast<const List*>(node), outputs);
    } else if (IsA(node, RowExpr) && as<RowExpr>(node).row_format == COERCE_IMPLICIT_CAST) {
      group_list(level, as<RowExpr>(node).args, outputs);
    } else {
      sort_target(level, node, &outputs, true);
    }
  }
}

void Analysis::window(Level& level, const WindowDef& node) {
  for (int i = 0; i < list_length(node.partitionClause); ++i) {
    sort_target(level, node.partitionClause->elements[i].ptr_value, nullptr, false);
  }
  sort_list(level, node.orderClause, nullptr);
  const bool is_range = (node.frameOptions & FRAMEOPTION_RANGE) != 0;  // of the column's type
  for (const void* offset : {node.startOffset, node.endOffset}) {
    if (offset == nullptr) continue;
    if (is_range) expression(level, offset);
    if (!is_range) coerced(level, offset, catalog::kInt8);
  }
}

void Analysis::windows(Level& level, const List* list) {
  for (int i = 0; i < list_length(list); ++i) {
    window(level, as<WindowDef>(list->elements[i].ptr_value));
  }
}

// Every table in the FROM of a query and of the subqueries there.
std::span<const std::int32_t> Analysis::lockable(const Level& level) {
  auto* uses = make(seq<std::int32_t>());
  for (const Item* item : level.in_from) {
    uses->insert(uses->end(), item->locked_uses.begin(), item->locked_uses.end());
  }
  spend(0, uses->size());
  return *uses;
}

void Analysis::locking(Level& level, const List* clauses) {
  if (list_length(clauses) > 0) note_fragile("a row lock");
  for (int i = 0; i < list_length(clauses); ++i) {
    const auto& clause = as<LockingClause>(clauses->elements[i].ptr_value);
    for (const Item* item : level.in_from) {
      bool is_named = list_length(clause.lockedRels) == 0;
      for (int j = 0; j < list_length(clause.lockedRels); ++j) {
        const auto& locked = as<RangeVar>(clause.lockedRels->elements[j].ptr_value);
        is_named |= item->name == locked.relname;
      }
      if (!is_named) continue;
      for (const std::int32_t index : item->locked_uses) use(index).is_locked = true;
    }
  }
}

void Analysis::distinct(Level& level, const SelectStmt& node, const Result& outputs) {
  if (node.distinctClause == nullptr) return;
  note_fragile("DISTINCT");
  const bool is_on = linitial(node.distinctClause) != nullptr;
  if (is_on) {
    for (int i = 0; i < list_length(node.distinctClause); ++i) {
      sort_target(level, node.distinctClause->elements[i].ptr_value, &outputs, false);
    }
    return;
  }
  for (const auto& column : outputs.columns) {
    note_filter(column.value.sources);
    note_ordering(column.value.type, 0);
  }
}

// ORDER BY, LIMIT and locks, of any query.
void Analysis::tail(const SelectStmt& node, Level& level, const Result& outputs) {
  sort_list(level, node.sortClause, &outputs);
  // LIMIT may not name columns of its own query, but those of queries around it.
  if (node.limitOffset != nullptr) filter(level, node.limitOffset, catalog::kInt8);
  if (node.limitCount != nullptr) filter(level, node.limitCount, catalog::kInt8);
  locking(level, node.lockingClause);
}

Result Analysis::plain_select(const SelectStmt& node, Level& level) {
  Result result = make_result();
  if (node.intoClause != nullptr) define(*node.intoClause->rel);
  from_clause(level, node.fromClause);
  level.windows = node.windowClause;
  target_list(level, node.targetList, result);
  if (node.whereClause != nullptr) filter(level, node.whereClause);
  equalities(level, node.whereClause);
  if (node.havingClause != nullptr) filter(level, node.havingClause);
  group_list(level, node.groupClause, result);
  if (list_length(node.groupClause) > 0) {
    for (const auto& visible : level.names) {
      if (visible.item->use >= 0) use(visible.item->use).is_grouped = true;
    }
  }
  windows(level, node.windowClause);
  distinct(level, node, result);
  tail(node, level, result);
  bound(level, result);
  result.locked_uses = lockable(level);
  return result;
}

// Two values at one place of a set operation, brought to one type.
Value Analysis::merged(const Value& one, const Value& other) {
  const Oid types[] = {one.type, other.type};
  const Oid common_one = catalog::common_type(snapshot_, types);
  for (const Oid type : types) note_cast(type, common_one, 0);
  return {.type = common_one, .sources = join_sources(one.sources, other.sources)};
}

// One row of VALUES; `types` collects those of each column.
void Analysis::values_row(const Seq<Value>& row, bool is_first, Result& into,
                          Seq<Seq<Oid>>& types) {
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (is_first) {
      auto* name = make(std::pmr::string("column" + std::to_string(i + 1), &arena_));
      output(into, *name, {}, 0);
      types.push_back(seq<Oid>());
    }
    if (i >= into.columns.size()) {
      unresolved("42601", "VALUES lists must all be the same length", 0);
      return;
    }
    auto& value = into.columns[i].value;
    value.sources = join_sources(value.sources, row[i].sources);
    value.row = is_first ? row[i].row : nullptr;
    if (std::ranges::find(types[i], row[i].type) == types[i].end()) {
      types[i].push_back(row[i].type);
    }
  }
}

Result Analysis::values(const SelectStmt& node, Level& level) {
  Result result = make_result();
  auto& types = *make(seq<Seq<Oid>>());
  for (int i = 0; i < list_length(node.valuesLists); ++i) {
    Seq<Value> row = seq<Value>();
    expressions(level, static_cast<const List*>(node.valuesLists->elements[i].ptr_value), row);
    values_row(row, i == 0, result, types);
  }
  for (std::size_t i = 0; i < result.columns.size(); ++i) {
    const Oid common_one = catalog::common_type(snapshot_, types[i]);
    for (const Oid type : types[i]) note_cast(type, common_one, 0);
    result.columns[i].value.type = common_one;
  }
  result.row_types = &types;
  level.entries += 1;
  tail(node, level, result);
  bound_values(level, result, level.rows * list_length(node.valuesLists));
  return result;
}

void Analysis::check_arms(const Result& left, const Result& right, std::size_t offset) {
  if (left.is_open || right.is_open || left.columns.size() == right.columns.size()) return;
  unresolved("42601", "each set operation query must have the same number of columns", offset);
}

void Analysis::merge_arms(Result& left, const Result& right, const SelectStmt& node) {
  check_arms(left, right, 0);
  left.is_open |= right.is_open;
  left.entries += right.entries;
  left.rows += right.rows;
  left.work += right.work;
  for (std::size_t i = 0; i < left.columns.size() && i < right.columns.size(); ++i) {
    auto& value = left.columns[i].value;
    value = merged(value, right.columns[i].value);
  }
  tell_apart(left, node);
}

// Rows are told apart by every column, unless all are kept.
void Analysis::tell_apart(const Result& rows, const SelectStmt& node) {
  if (node.all && node.op == SETOP_UNION) return;
  for (const auto& column : rows.columns) {
    note_filter(column.value.sources);
    note_ordering(column.value.type, 0);
  }
}

Result Analysis::set_operation(const SelectStmt& node, Level& level) {
  note_fragile("a set operation");
  Result result = any_query(node.larg, &level);
  const Result right = any_query(node.rarg, &level);
  merge_arms(result, right, node);
  // ORDER BY names output columns only, and there is no FROM of its own.
  tail(node, level, result);
  result.work += level.work + level.nested_work;
  return result;
}

Result Analysis::select(const SelectStmt& node, Level* parent) {
  Level level = make_level(parent);
  with_clause(level, node.withClause);
  Result result = node.valuesLists != nullptr ? values(node, level)
                  : node.op != SETOP_NONE     ? set_operation(node, level)
                                              : plain_select(node, level);
  result.entries += level.entries;
  if (result.entries > kRangeEntriesMax) {
    uncertain("a query of more than 2000 tables once its WITH queries are expanded", 0);
  }
  return result;
}

// A query, or a data-modifying statement with what it RETURNS.
Result Analysis::any_query(const void* node, Level* parent) {
  if (!spend(0)) return make_result();
  if (IsA(node, SelectStmt)) return select(as<SelectStmt>(node), parent);
  Result returned = make_result();
  Level level = make_level(parent);
  switch (nodeTag(node)) {
    case T_InsertStmt: insert(level, as<InsertStmt>(node), &returned); break;
    case T_UpdateStmt: update(level, as<UpdateStmt>(node), &returned); break;
    case T_DeleteStmt: remove(level, as<DeleteStmt>(node), &returned); break;
    case T_MergeStmt: merge(level, as<MergeStmt>(node), &returned); break;
    default: uncertain("this statement inside another", 0); returned.is_open = true;
  }
  return returned;
}

}  // namespace policy::resolver
