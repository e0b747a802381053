// SPDX-License-Identifier: Apache-2.0
// WITH: parse_cte.c.
#include "policy/resolver/analysis.h"

namespace policy::resolver {

// Without RECURSIVE a query sees the ones before it only: the name of a later one is a table's.
// With it all see all, in whatever order.
void Analysis::with_clause(Level& level, const WithClause* clause) {
  if (clause == nullptr) return;
  Seq<Cte*> ours = seq<Cte*>();
  for (int i = 0; i < list_length(clause->ctes); ++i) {
    const auto& node = as<CommonTableExpr>(clause->ctes->elements[i].ptr_value);
    for (const Cte* other : ours) {
      if (other->name != node.ctename) continue;
      unresolved("42712",
                 std::string("WITH query name \"") + node.ctename + "\" specified more than once",
                 place(node.location));
    }
    Cte* cte = make(Cte{.name = node.ctename, .node = &node, .result = make_result()});
    cte->home = &level;
    cte->may_be_recursive = clause->recursive;
    ours.push_back(cte);
    if (clause->recursive) level.ctes.push_back(cte);
  }
  for (Cte* cte : ours) {
    if (cte->state == Cte::State::Waiting) resolve_cte(*cte);
    level.entries += cte->result.entries;
    level.work += cte->result.work;
    if (!clause->recursive) level.ctes.push_back(cte);
  }
}

void Analysis::name_cte_columns(Cte& cte) {
  const List* names = cte.node->aliascolnames;
  if (list_length(names) > 0) note_fragile("a list of column aliases");
  for (int i = 0; i < list_length(names); ++i) {
    const auto index = static_cast<std::size_t>(i);
    const char* name = strVal(names->elements[i].ptr_value);
    if (index < cte.result.columns.size()) {
      cte.result.columns[index].name = name;
    } else if (cte.result.is_open) {
      cte.result.columns.push_back({.name = name});
    } else {
      unresolved("42P10",
                 "WITH query \"" + std::string(cte.name) + "\" has fewer columns than names",
                 place(cte.node->location));
    }
  }
}

// SEARCH and CYCLE add columns of their own.
void Analysis::add_columns(Cte& cte) {
  const CommonTableExpr& node = *cte.node;
  Result& result = cte.result;
  constexpr Oid kRecordArray = 2287;
  if (node.search_clause != nullptr) {
    const auto& search = *node.search_clause;
    result.columns.push_back(
        {.name = search.search_seq_column,
         .value = {.type = search.search_breadth_first ? catalog::kRecord : kRecordArray}});
  }
  if (node.cycle_clause != nullptr) {
    Level level = make_level(cte.home);
    const Oid types[] = {expression(level, node.cycle_clause->cycle_mark_value).type,
                         expression(level, node.cycle_clause->cycle_mark_default).type};
    result.columns.push_back({.name = node.cycle_clause->cycle_mark_column,
                              .value = {.type = catalog::common_type(snapshot_, types)}});
    result.columns.push_back(
        {.name = node.cycle_clause->cycle_path_column, .value = {.type = kRecordArray}});
  }
}

// The columns come from the first arm; in the second the query's own name stands for them.
void Analysis::resolve_recursive(Cte& cte, const SelectStmt& select) {
  Level level = make_level(cte.home);
  with_clause(level, select.withClause);
  cte.state = Cte::State::InFirstArm;
  const Result first = any_query(select.larg, &level);
  cte.result = first;
  name_cte_columns(cte);
  cte.own_columns = cte.result.columns.size();
  add_columns(cte);
  for (auto& column : cte.result.columns) column.value.text = nullptr;
  cte.state = Cte::State::InSecondArm;
  Result second = any_query(select.rarg, &level);
  check_arms(first, second, place(cte.node->location));
  for (std::size_t i = 0; i < cte.own_columns && i < second.columns.size(); ++i) {
    auto& value = cte.result.columns[i].value;
    const auto& other = second.columns[i].value;
    // A query that names itself has the types of its first arm; any other is a plain UNION.
    const Oid types[] = {value.type, other.type};
    value = {.type = cte.is_recursive ? value.type : catalog::common_type(snapshot_, types),
             .row = cte.is_recursive ? value.row : nullptr,
             .sources = join_sources(value.sources, other.sources)};
  }
  tell_apart(cte.result, select);
  cte.result.entries = first.entries + second.entries + level.entries;
  cte.result.rows = cte.is_recursive ? CostBound::kUnknown : first.rows + second.rows;
  cte.result.work = cte.is_recursive ? CostBound::kUnknown
                                     : first.work + second.work + level.work + level.nested_work;
  tail(select, level, cte.result);
}

void Analysis::resolve_cte(Cte& cte) {
  const auto& node = *cte.node;
  const bool is_union =
      IsA(node.ctequery, SelectStmt) && as<SelectStmt>(node.ctequery).op == SETOP_UNION;
  // A home level has no FROM yet: what a query in WITH names of outer queries is further out.
  if (cte.may_be_recursive && is_union) {
    resolve_recursive(cte, as<SelectStmt>(node.ctequery));
  } else {
    cte.state = Cte::State::InFirstArm;
    cte.result = any_query(node.ctequery, cte.home);
    name_cte_columns(cte);
    add_columns(cte);
  }
  for (auto& column : cte.result.columns) column.value.text = nullptr;
  cte.state = Cte::State::Done;
}

}  // namespace policy::resolver
