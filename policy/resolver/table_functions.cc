// SPDX-License-Identifier: Apache-2.0
// Functions, XMLTABLE and JSON_TABLE in FROM: transformRangeFunction, transformRangeTableFunc of
// parse_clause.c, addRangeTableEntryForFunction of parse_relation.c, parse_jsontable.c.
#include "policy/resolver/analysis.h"
#include "policy/resolver/figure_name.h"

namespace policy::resolver {
namespace {

bool is_unnest(const FuncCall& node) {
  const List& name = *node.funcname;
  return list_length(&name) == 1 &&
         strVal(name.elements[0].ptr_value) == std::string_view("unnest");
}

}  // namespace

// unnest(a, b) in FROM stands for ROWS FROM (unnest(a), unnest(b)).
bool Analysis::unnest_columns(Level& level, const void* node, Item& item) {
  if (!IsA(node, FuncCall)) return false;
  const auto& function = as<FuncCall>(node);
  const bool is_several = is_unnest(function) && list_length(function.args) > 1 &&
                          function.agg_order == nullptr && function.agg_filter == nullptr &&
                          function.over == nullptr && !function.agg_star &&
                          !function.agg_distinct && !function.func_variadic;
  if (!is_several) return false;
  level.rows = CostBound::kUnknown;
  const std::string_view name[] = {"unnest"};
  for (int i = 0; i < list_length(function.args); ++i) {
    Seq<Value> arguments = seq<Value>();
    arguments.push_back(expression(level, function.args->elements[i].ptr_value));
    const auto value = named_call(name, arguments, place(function.location));
    if (!value) no_such_call(name, arguments, place(function.location));
    item.columns.push_back({.name = "unnest", .value = value.value_or(Value{})});
    if (value && value->row != nullptr) item.is_open = true;
  }
  return true;
}

// The columns of one function: by its definition list, its OUT parameters, its row type, or one.
void Analysis::function_columns(Level& level, const List& entry, const List* definitions,
                                Item& item, std::string_view alias) {
  const void* node = entry.elements[0].ptr_value;
  const List* own =
      list_length(&entry) > 1 ? static_cast<const List*>(entry.elements[1].ptr_value) : nullptr;
  if (list_length(own) > 0) definitions = own;
  if (list_length(definitions) == 0 && unnest_columns(level, node, item)) return;
  catalog::Choice choice;
  const Value value = call_in_from(level, node, &choice);
  for (int i = 0; i < list_length(definitions); ++i) {
    const auto& column = as<ColumnDef>(definitions->elements[i].ptr_value);
    const Oid type = type_of(column.typeName);
    // Nothing is cast: what the function makes of text or JSON runs the type's own functions.
    note_cast(catalog::kUnknown, type, place(column.location));
    item.columns.push_back(
        {.name = column.colname, .value = {.type = type, .sources = value.sources}});
  }
  item.is_scalar = false;
  if (list_length(definitions) > 0) return;

  const catalog::Function* chosen =
      choice.functions.size() == 1 ? choice.functions.front() : nullptr;
  if (chosen != nullptr && chosen->outputs.size() > 1) {
    for (std::size_t i = 0; i < chosen->outputs.size(); ++i) {
      item.columns.push_back({.name = chosen->outputs[i].name,
                              .value = {.type = choice.output_types[i], .sources = value.sources}});
    }
    return;
  }
  if (const Row* row = row_of(value)) {
    item.row_type = value.type;
    for (const auto& field : row->fields) {
      item.columns.push_back(
          {.name = field.name,
           .value = {.type = field.type, .row = field.row, .sources = value.sources}});
    }
    item.is_open |= row->is_open;
    return;
  }
  const bool is_record = value.type == catalog::kRecord;
  if (is_record || (value.type == kCannotTell && choice.functions.size() != 1)) {
    item.is_open = true;
  }
  if (is_record) return;
  std::string_view name = alias.empty() ? figure_name(node) : alias;
  if (chosen != nullptr && chosen->outputs.size() == 1 && !chosen->outputs.front().name.empty()) {
    name = chosen->outputs.front().name;
  }
  item.columns.push_back({.name = name, .value = value});
  item.columns.back().value.origin = 0;
  item.columns.back().value.text = nullptr;
  item.is_scalar = true;
}

Item* Analysis::range_function(Level& level, const RangeFunction& node, Names& names) {
  const bool was_lateral = std::exchange(level.is_lateral, true);
  Item* item = make_item();
  item->is_listed = true;
  item->has_alias = true;
  const int count = list_length(node.functions);
  const std::string_view alias = node.alias == nullptr ? "" : node.alias->aliasname;
  for (int i = 0; i < count; ++i) {
    const auto& entry = as<List>(node.functions->elements[i].ptr_value);
    if (i == 0) item->name = figure_name(entry.elements[0].ptr_value);
    function_columns(level, entry, i == 0 ? node.coldeflist : nullptr, *item,
                     count == 1 ? alias : "");
  }
  level.is_lateral = was_lateral;
  if (count > 1 || node.ordinality) {
    item->is_scalar = false;
    item->row_type = catalog::kRecord;
  }
  if (node.ordinality) {
    item->columns.push_back({.name = "ordinality", .value = {.type = catalog::kInt8}});
  }
  rename(*item, node.alias);
  names.push_back({.item = item});
  level.entries += 1;
  return item;
}

Item* Analysis::xml_table(Level& level, const RangeTableFunc& node, Names& names) {
  const bool was_lateral = std::exchange(level.is_lateral, true);
  level.rows = CostBound::kUnknown;
  Item* item = make_item();
  item->is_listed = true;
  item->name = "xmltable";
  Sources sources = expression(level, node.rowexpr).sources;
  sources = join_sources(sources, expression(level, node.docexpr).sources);
  for (int i = 0; i < list_length(node.namespaces); ++i) {
    const auto& space = as<ResTarget>(node.namespaces->elements[i].ptr_value);
    sources = join_sources(sources, expression(level, space.val).sources);
  }
  for (int i = 0; i < list_length(node.columns); ++i) {
    const auto& column = as<RangeTableFuncCol>(node.columns->elements[i].ptr_value);
    const Oid type = column.for_ordinality ? catalog::kInt4 : type_of(column.typeName);
    if (!column.for_ordinality) note_cast(catalog::kUnknown, type, place(column.location));
    Sources own = join_sources(sources, expression(level, column.colexpr).sources);
    if (column.coldefexpr != nullptr) {
      const Value otherwise = expression(level, column.coldefexpr);
      note_cast(otherwise, type, place(column.location));
      own = join_sources(own, otherwise.sources);
    }
    item->columns.push_back({.name = column.colname, .value = {.type = type, .sources = own}});
  }
  level.is_lateral = was_lateral;
  rename(*item, node.alias);
  item->has_alias = true;
  names.push_back({.item = item});
  level.entries += 1;
  return item;
}

void Analysis::json_table_columns(Level& level, const List* columns, Item& item) {
  for (int i = 0; i < list_length(columns); ++i) {
    const auto& column = as<JsonTableColumn>(columns->elements[i].ptr_value);
    if (column.pathspec != nullptr) expression(level, column.pathspec->string);
    Sources sources = nullptr;
    json_behavior(level, column.on_empty, sources);
    json_behavior(level, column.on_error, sources);
    if (column.coltype == JTC_NESTED) {
      json_table_columns(level, column.columns, item);
      continue;
    }
    const Oid type =
        column.coltype == JTC_FOR_ORDINALITY ? catalog::kInt4 : type_of(column.typeName);
    if (column.coltype != JTC_FOR_ORDINALITY) {
      note_cast(kCannotTell, type, place(column.location));
    }
    item.columns.push_back({.name = column.name, .value = {.type = type}});
  }
}

Item* Analysis::json_table(Level& level, const JsonTable& node, Names& names) {
  needs(17, "JSON_TABLE", place(node.location));
  const bool was_lateral = std::exchange(level.is_lateral, true);
  level.rows = CostBound::kUnknown;
  Item* item = make_item();
  item->is_listed = true;
  item->name = "json_table";
  Sources sources = json_value(level, node.context_item).sources;
  if (node.pathspec != nullptr) expression(level, node.pathspec->string);
  for (int i = 0; i < list_length(node.passing); ++i) {
    const auto& argument = as<JsonArgument>(node.passing->elements[i].ptr_value);
    sources = join_sources(sources, json_value(level, argument.val).sources);
  }
  json_behavior(level, node.on_error, sources);
  json_table_columns(level, node.columns, *item);
  for (auto& column : item->columns) column.value.sources = sources;
  level.is_lateral = was_lateral;
  rename(*item, node.alias);
  item->has_alias = true;
  names.push_back({.item = item});
  level.entries += 1;
  return item;
}

}  // namespace policy::resolver
