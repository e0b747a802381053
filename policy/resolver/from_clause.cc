// SPDX-License-Identifier: Apache-2.0
// FROM: transformFromClause and transformFromClauseItem of parse_clause.c.
#include <algorithm>

#include "policy/resolver/analysis.h"

namespace policy::resolver {
namespace {

void set_lateral(std::span<Name> names, bool only, bool ok) {
  for (auto& name : names) {
    name.is_lateral_only = only;
    name.is_lateral_ok = ok;
  }
}

// Names of columns are compared so many for a unit of work.
constexpr std::uint64_t kColumnsAUnit = 16;

bool is_one_of(const Seq<std::string_view>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

}  // namespace

void Analysis::from_clause(Level& level, const List* items) {
  const std::size_t before = level.names.size();
  for (int i = 0; i < list_length(items); ++i) {
    Names names(&arena_);
    from_item(level, items->elements[i].ptr_value, names);
    set_lateral(names, true, true);
    level.names.insert(level.names.end(), names.begin(), names.end());
  }
  set_lateral(std::span(level.names).subspan(before), false, true);
}

Item* Analysis::from_item(Level& level, const void* node, Names& names) {
  switch (nodeTag(node)) {
    case T_RangeVar: return range_var(level, as<RangeVar>(node), names);
    case T_RangeSubselect: return subselect(level, as<RangeSubselect>(node), names);
    case T_RangeFunction: return range_function(level, as<RangeFunction>(node), names);
    case T_RangeTableFunc: return xml_table(level, as<RangeTableFunc>(node), names);
    case T_JsonTable: return json_table(level, as<JsonTable>(node), names);
    case T_JoinExpr: return join(level, as<JoinExpr>(node), names);
    case T_RangeTableSample: {
      const auto& sampled = as<RangeTableSample>(node);
      Item* item = from_item(level, sampled.relation, names);
      sample(level, sampled);
      return item;
    }
    default: break;
  }
  uncertain("this item in FROM", 0);
  Item* item = make_item();
  item->is_listed = item->is_open = true;
  names.push_back({.item = item});
  return item;
}

const catalog::Relation* Analysis::find_relation(const RangeVar& var) {
  const std::string_view schema = var.schemaname == nullptr ? "" : var.schemaname;
  for (const Oid in : path_of(schema)) {
    if (const auto* relation = snapshot_.relation(in, var.relname)) return relation;
  }
  return nullptr;
}

const catalog::Relation* Analysis::relation_of(const RangeVar& var) {
  const std::size_t offset = place(var.location);
  if (var.catalogname != nullptr && var.catalogname != snapshot_.database()) {
    unresolved("0A000",
               std::string("cross-database references are not implemented: \"") + var.catalogname +
                   "." + (var.schemaname == nullptr ? "" : var.schemaname) + "." + var.relname +
                   "\"",
               offset);
    return nullptr;
  }
  const auto* relation = find_relation(var);
  if (relation != nullptr) return relation;
  std::string written = var.schemaname == nullptr ? "" : std::string(var.schemaname) + ".";
  written += var.relname;
  unresolved("42P01", "relation \"" + written + "\" does not exist", offset);
  name_missing(var.schemaname == nullptr ? "" : var.schemaname, var.relname, offset);
  return nullptr;
}

Item* Analysis::base_item(const catalog::Relation& relation, std::size_t offset) {
  Item* item = make_item();
  item->name = relation.name;
  item->relation = &relation;
  item->use = note_relation(relation, offset);
  item->row_type = relation.row_type;
  return item;
}

Item* Analysis::derived_item(std::string_view name, const Result& result) {
  Item* item = make_item();
  item->name = name;
  item->has_alias = true;
  item->is_listed = true;
  item->is_open = result.is_open || !spend(0, kCopiedColumnWork * result.columns.size());
  if (item->is_open && !result.is_open) return item;
  item->columns.assign(result.columns.begin(), result.columns.end());
  for (auto& column : item->columns) {
    column.value.text = nullptr;
    column.value.item = nullptr;
    column.use = -1;  // it was read where the query was
    column.number = 0;
    if (column.value.type == catalog::kUnknown) column.value.type = catalog::kText;
  }
  return item;
}

// `AS u(a, b)`: the first columns by new names.
void Analysis::rename(Item& item, const Alias* alias) {
  for (auto& column : item.columns) column.home = &item;
  if (alias == nullptr) return;
  item.name = alias->aliasname;
  item.has_alias = true;
  const int count = list_length(alias->colnames);
  if (count == 0) return;
  note_fragile("a list of column aliases");
  if (item.relation != nullptr) list_columns(item);
  for (int i = 0; i < count; ++i) {
    const auto index = static_cast<std::size_t>(i);
    const char* name = strVal(alias->colnames->elements[i].ptr_value);
    if (index < item.columns.size()) {
      item.columns[index].name = name;
    } else if (item.is_open) {
      item.columns.push_back({.name = name});
    } else {
      unresolved("42P10",
                 "table \"" + std::string(item.name) + "\" has " +
                     std::to_string(item.columns.size()) + " columns available but " +
                     std::to_string(count) + " columns specified",
                 item.use < 0 ? 0 : use(item.use).offset);
      return;
    }
  }
}

Cte* Analysis::find_cte(Level& level, std::string_view name) {
  for (Level* at = &level; at != nullptr; at = at->parent) {
    for (Cte* cte : at->ctes) {
      if (cte->name == name) return cte;
    }
  }
  return nullptr;
}

Item* Analysis::cte_item(Cte& cte, const RangeVar& var) {
  if (cte.state == Cte::State::Waiting) resolve_cte(cte);
  if (cte.state == Cte::State::InFirstArm) {
    unresolved("42P19",
               "recursive reference to query \"" + std::string(cte.name) +
                   "\" must not appear within its non-recursive term",
               place(var.location));
  }
  Item* item = derived_item(cte.name, cte.result);
  if (cte.state == Cte::State::InFirstArm) item->is_open = true;
  if (cte.state != Cte::State::InSecondArm) return item;
  cte.is_recursive = true;
  for (std::size_t i = cte.own_columns; i < item->columns.size(); ++i) {
    item->columns[i].is_in_star = false;
  }
  return item;
}

Item* Analysis::range_var(Level& level, const RangeVar& var, Names& names) {
  Item* item = nullptr;
  Cte* cte = var.schemaname == nullptr ? find_cte(level, var.relname) : nullptr;
  if (cte != nullptr) {
    item = cte_item(*cte, var);
    // Inlined where it is asked for; one that is not is planned once, and counted there.
    const bool is_inlined = cte->node->ctematerialized == CTEMaterializeNever;
    level.entries += is_inlined ? std::max<std::uint64_t>(cte->result.entries, 1) : 1;
    level.rows *= cte->result.rows;
    level.work += cte->result.work;
  } else if (const auto* relation = relation_of(var)) {
    item = base_item(*relation, place(var.location));
    item->locked_uses = {&item->use, 1};
    level.in_from.push_back(item);
    use(item->use).is_read = true;
    use(item->use).has_alias = var.alias != nullptr;
    use(item->use).name_parts =
        static_cast<std::uint8_t>(1 + (var.schemaname != nullptr) + (var.catalogname != nullptr));
    level.entries += 1;
  } else {
    item = make_item();
    item->name = var.relname;
    item->is_listed = item->is_open = true;
    level.rows = CostBound::kUnknown;
  }
  rename(*item, var.alias);
  names.push_back({.item = item});
  return item;
}

Item* Analysis::subselect(Level& level, const RangeSubselect& sub, Names& names) {
  const bool was_lateral = std::exchange(level.is_lateral, sub.lateral);
  const Result result = any_query(sub.subquery, &level);
  level.is_lateral = was_lateral;
  level.entries += result.entries + 1;
  level.rows *= result.rows;
  (sub.lateral ? level.nested_work : level.work) += result.work;
  Item* item = derived_item("", result);
  item->locked_uses = result.locked_uses;
  level.in_from.push_back(item);
  rename(*item, sub.alias);
  // Without an alias (16 and later) it has no name.
  names.push_back({.item = item, .has_relation = sub.alias != nullptr});
  return item;
}

void Analysis::sample(Level& level, const RangeTableSample& node) {
  const std::size_t offset = place(node.location);
  const List& method = *node.method;
  const char* name = strVal(method.elements[list_length(&method) - 1].ptr_value);
  const std::string_view schema =
      list_length(&method) > 1 ? strVal(method.elements[0].ptr_value) : "";
  // A handler function of one argument, internal; user-defined ones are extensions'.
  constexpr Oid kInternal = 2281, kFloat4 = 700, kFloat8 = 701;
  const catalog::Argument internal{.type = kInternal};
  const auto choice = catalog::choose_function(
      snapshot_, {.name = name, .path = path_of(schema), .arguments = {&internal, 1}});
  const auto is_ours = [](const catalog::Function* function) {
    return function->decision != catalog::Decision::NotBuiltIn;
  };
  if (choice.functions.empty()) {
    unresolved("42704", std::string("tablesample method ") + name + " does not exist", offset);
  } else if (!std::ranges::all_of(choice.functions, is_ours)) {
    note_call(CallUse::Kind::Function, name, offset, choice.functions);
  }
  level.rows = CostBound::kUnknown;  // what is sampled is scanned, whatever keys are given
  for (int i = 0; i < list_length(node.args); ++i) filter(level, element(node.args, i), kFloat4);
  if (node.repeatable != nullptr) filter(level, node.repeatable, kFloat8);
}

// The columns that a join merges, in the order of its result.
Seq<std::string_view> Analysis::merged_names(const JoinExpr& node, const Item& left,
                                             const Item& right) {
  Seq<std::string_view> names = seq<std::string_view>();
  for (int i = 0; i < list_length(node.usingClause); ++i) {
    names.emplace_back(strVal(element(node.usingClause, i)));
  }
  if (!node.isNatural) return names;
  if (!spend(0, left.columns.size() * right.columns.size() / kColumnsAUnit)) return names;
  for (const auto& column : left.columns) {
    bool ambiguous = false;
    if (!own_column_of(right, column.name, &ambiguous)) continue;
    if (!is_one_of(names, column.name)) names.push_back(column.name);
  }
  return names;
}

// What a USING column is: of the outer side; both where the join is full.
Visible Analysis::merged_column(const JoinExpr& node, const Visible& left, const Visible& right,
                                std::size_t offset) {
  const Value left_value = read(left, How::Join, offset);
  const Value right_value = read(right, How::Join, offset);
  note_filter(left_value.sources);
  note_filter(right_value.sources);
  operate("=", left_value, right_value, offset);
  Visible merged{.name = left.name,
                 .value = node.jointype == JOIN_RIGHT ? right_value : left_value};
  merged.value.sources = join_sources(left_value.sources, right_value.sources);
  const Oid types[] = {left_value.type, right_value.type};
  const Oid type = catalog::common_type(snapshot_, types);
  if (node.jointype == JOIN_FULL || type != merged.value.type) {
    merged.value.origin = 0;
    merged.value.origin_column = 0;
  }
  merged.value.type = type;
  return merged;
}

void Analysis::join_columns(const JoinExpr& node, Item& joined, const Seq<std::string_view>& merged,
                            Item* using_item) {
  Item& left = const_cast<Item&>(*joined.left);
  Item& right = const_cast<Item&>(*joined.right);
  const std::size_t offset = 0;
  const std::size_t width = left.columns.size() + right.columns.size();
  if (!spend(offset, kCopiedColumnWork * width + merged.size() * width / kColumnsAUnit)) {
    joined.is_open = true;
    return;
  }
  for (const std::string_view name : merged) {
    note_column_name(name);
    bool ambiguous = false;
    const auto in_left = own_column_of(left, name, &ambiguous);
    const auto in_right = own_column_of(right, name, &ambiguous);
    if (ambiguous) {
      unresolved("42702", "common column name \"" + std::string(name) + "\" appears more than once",
                 offset);
    }
    if (!in_left || !in_right) {
      if (!left.is_open && !right.is_open) {
        unresolved("42703",
                   "column \"" + std::string(name) +
                       "\" specified in USING clause does not exist in " +
                       (in_left ? "right" : "left") + " table",
                   offset);
      }
      if (in_left) read(*in_left, How::Join, offset);
      if (in_right) read(*in_right, How::Join, offset);
      joined.columns.push_back({.name = name});
      continue;
    }
    joined.columns.push_back(merged_column(node, *in_left, *in_right, offset));
    joined.columns.back().name = name;
  }
  if (using_item != nullptr) using_item->columns = joined.columns;
  for (Item* side : {&left, &right}) {
    for (const auto& column : side->columns) {
      if (!is_one_of(merged, column.name)) joined.columns.push_back(column);
    }
  }
}

Item* Analysis::join(Level& level, const JoinExpr& node, Names& names) {
  const std::size_t outer_names = level.names.size();
  Names ours(&arena_);
  Item* left = from_item(level, node.larg, ours);
  const bool is_lateral_ok = node.jointype == JOIN_INNER || node.jointype == JOIN_LEFT;
  set_lateral(ours, true, is_lateral_ok);
  level.names.insert(level.names.end(), ours.begin(), ours.end());
  Names right_names(&arena_);
  Item* right = from_item(level, node.rarg, right_names);
  level.names.resize(outer_names);
  ours.insert(ours.end(), right_names.begin(), right_names.end());
  set_lateral(ours, false, true);

  Item* joined = make_item();
  joined->left = left;
  joined->right = right;
  joined->is_listed = true;
  joined->is_open = left->is_open || right->is_open;
  list_columns(*left);
  list_columns(*right);
  if (node.isNatural) {
    note_fragile("NATURAL JOIN");
    if (joined->is_open) uncertain("NATURAL JOIN with columns that cannot be told", 0);
  }
  Item* using_item = node.join_using_alias == nullptr ? nullptr : make_item();
  const auto merged = merged_names(node, *left, *right);
  join_columns(node, *joined, merged, using_item);
  using_equalities(level, node, *left, *right, merged);

  if (node.quals != nullptr) {
    Names outer(&arena_);
    outer.swap(level.names);
    level.names.assign(ours.begin(), ours.end());
    filter(level, node.quals);
    join_equalities(level, node, *left, *right);
    level.names.swap(outer);
  }
  if (using_item != nullptr) {
    using_item->is_listed = true;
    rename(*using_item, node.join_using_alias);
    ours.push_back({.item = using_item, .has_columns = false});
  }
  for (auto& name : ours) name.has_columns = false;
  if (node.alias != nullptr) {
    ours.clear();
    rename(*joined, node.alias);
  }
  names.insert(names.end(), ours.begin(), ours.end());
  names.push_back({.item = joined, .has_relation = node.alias != nullptr});
  return joined;
}

}  // namespace policy::resolver
