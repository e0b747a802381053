// SPDX-License-Identifier: Apache-2.0
// Columns and rows by name: colNameToVar, refnameNamespaceItem, scanNSItemForColumn of
// parse_relation.c, and transformColumnRef of parse_expr.c.
#include <algorithm>
#include <array>

#include "policy/resolver/analysis.h"

namespace policy::resolver {
namespace {

struct SystemColumn {
  std::string_view name;
  std::int16_t number;
  Oid type;
};

// catalog/heap.c
constexpr std::array<SystemColumn, 6> kSystemColumns{{{"ctid", -1, 27},
                                                      {"xmin", -2, 28},
                                                      {"cmin", -3, 29},
                                                      {"xmax", -4, 28},
                                                      {"cmax", -5, 29},
                                                      {"tableoid", -6, 26}}};

bool has_system_columns(const catalog::Relation& relation) {
  return relation.kind != catalog::RelationKind::View &&
         relation.kind != catalog::RelationKind::Composite;
}

std::string quoted(std::string_view name) {
  std::string text;
  text.append("\"").append(name).append("\"");
  return text;
}

}  // namespace

std::optional<Visible> Analysis::column_of(const Item& item, std::string_view name,
                                           bool* ambiguous) {
  std::optional<Visible> found;
  if (item.is_listed) {
    for (const auto& column : item.columns) {
      if (column.name != name) continue;
      if (found) *ambiguous = true;
      found = column;
    }
  } else if (const auto* column = item.relation->column(name)) {
    found = Visible{.name = column->name,
                    .value = {.type = column->type,
                              .origin = item.relation->oid,
                              .origin_column = column->number},
                    .use = item.use,
                    .number = column->number};
  }
  if (found || item.relation == nullptr || !has_system_columns(*item.relation)) return found;
  for (const auto& system : kSystemColumns) {
    if (system.name != name) continue;
    return Visible{.name = system.name,
                   .value = {.type = system.type,
                             .origin = item.relation->oid,
                             .origin_column = system.number},
                   .use = item.use,
                   .number = system.number};
  }
  return std::nullopt;
}

// What a join can merge: no system columns.
std::optional<Visible> Analysis::own_column_of(const Item& item, std::string_view name,
                                               bool* ambiguous) {
  auto column = column_of(item, name, ambiguous);
  if (column && column->number < 0) column.reset();
  return column;
}

void Analysis::find_column_here(Level& level, std::string_view name, Found& found) {
  for (const auto& visible : level.names) {
    if (!visible.has_columns) continue;
    if (visible.is_lateral_only && !level.is_lateral) continue;
    spend(0, visible.item->is_listed ? visible.item->columns.size() : 1);
    const auto column = column_of(*visible.item, name, &found.is_ambiguous);
    found.saw_open |= visible.item->is_open && !column;
    if (!column) continue;
    if (found.item != nullptr) found.is_ambiguous = true;
    if (visible.is_lateral_only && !visible.is_lateral_ok) found.is_beyond_lateral = true;
    found.item = visible.item;
    found.column = *column;
  }
}

// An item whose columns are not all known may hold the name; the search then goes on outwards, and
// what it finds there counts as read too.
Analysis::Found Analysis::find_column(Level& level, std::string_view name) {
  Found found;
  for (Level* at = &level; at != nullptr && found.item == nullptr; at = at->parent) {
    find_column_here(*at, name, found);
  }
  return found;
}

const Name* Analysis::find_item(Level& level, std::string_view name, bool* ambiguous) {
  for (Level* at = &level; at != nullptr; at = at->parent) {
    const Name* found = nullptr;
    for (const auto& visible : at->names) {
      if (!visible.has_relation || visible.item->name != name) continue;
      if (visible.is_lateral_only && !at->is_lateral) continue;
      if (found != nullptr) *ambiguous = true;
      found = &visible;
    }
    if (found != nullptr) return found;
  }
  return nullptr;
}

const Name* Analysis::find_item(Level& level, std::string_view schema, std::string_view name) {
  const catalog::Schema* in = snapshot_.schema(schema);
  const catalog::Relation* relation = in == nullptr ? nullptr : snapshot_.relation(in->oid, name);
  if (relation == nullptr) return nullptr;
  for (Level* at = &level; at != nullptr; at = at->parent) {
    for (const auto& visible : at->names) {
      if (!visible.has_relation || visible.item->has_alias) continue;
      if (visible.item->relation != relation) continue;
      if (visible.is_lateral_only && !at->is_lateral) continue;
      return &visible;
    }
  }
  return nullptr;
}

// The item that the first `qualifiers` fields name: table, schema.table, database.schema.table.
const Name* Analysis::item_of_ref(Level& level, const List& fields, int qualifiers,
                                  std::size_t offset) {
  const auto text = [&](int i) { return std::string_view(strVal(fields.elements[i].ptr_value)); };
  if (qualifiers == 3 && text(0) != snapshot_.database()) {
    unresolved("0A000", "cross-database references are not implemented: " + std::string(text(0)),
               offset);
    return nullptr;
  }
  bool ambiguous = false;
  const Name* found = qualifiers == 1
                          ? find_item(level, text(0), &ambiguous)
                          : find_item(level, text(qualifiers - 2), text(qualifiers - 1));
  if (ambiguous) {
    unresolved("42P09", "table reference " + quoted(text(0)) + " is ambiguous", offset);
  } else if (found == nullptr) {
    unresolved("42P01", "missing FROM-clause entry for table " + quoted(text(qualifiers - 1)),
               offset);
  }
  return found;
}

Value Analysis::read(const Visible& column, How how, std::size_t offset) {
  Value value = column.value;
  if (column.use < 0) return value;
  use(column.use).is_read = true;
  note_column(column.use, column.number, how, offset);
  value.sources = source(use(column.use).relation->oid, column.number);
  return value;
}

void Analysis::note_whole_row(const Item& item, std::size_t offset) {
  if (item.use >= 0) {
    use(item.use).is_read = true;
    note_column(item.use, 0, How::WholeRow, offset);
  }
  if (item.left != nullptr) note_whole_row(*item.left, offset);
  if (item.right != nullptr) note_whole_row(*item.right, offset);
}

Value Analysis::whole_row(Item& item, std::size_t offset) {
  note_whole_row(item, offset);
  if (item.is_scalar && item.columns.size() == 1) return item.columns.front().value;
  // RowDescription names the table of a row, too, without a column.
  Value value{.type = item.row_type, .origin = item.relation == nullptr ? 0 : item.relation->oid};
  if (item.use >= 0) {
    value.sources = source(use(item.use).relation->oid, 0);
  } else {
    for (const auto& column : item.columns) {
      const bool is_base = column.use >= 0 && input_.is_traced;
      value.sources =
          join_sources(value.sources, is_base ? source(use(column.use).relation->oid, column.number)
                                              : column.value.sources);
    }
  }
  if (item.relation == nullptr) value.row = row_of_item(item);
  value.item = &item;
  return value;
}

const Row* Analysis::row_of_item(const Item& item) {
  auto* row = make(Row{.fields = seq<Field>(), .is_open = item.is_open});
  for (const auto& column : item.columns) {
    row->fields.push_back({column.name, column.value.type, column.value.row});
  }
  spend(0, row->fields.size());
  return row;
}

const Row* Analysis::row_of_type(Oid type) {
  const catalog::Type* known = snapshot_.type(catalog::base_type(snapshot_, type));
  if (known == nullptr || known->relation == 0) return nullptr;
  const catalog::Relation* relation = snapshot_.relation(known->relation);
  if (relation == nullptr) return nullptr;
  auto* row = make(Row{.fields = seq<Field>()});
  for (const auto& column : relation->columns) {
    row->fields.push_back({column.name, column.type, nullptr});
  }
  return row;
}

const Row* Analysis::row_of(const Value& value) {
  return value.row != nullptr ? value.row : row_of_type(value.type);
}

// From here on the item's columns are in `columns`.
void Analysis::list_columns(Item& item) {
  if (item.is_listed) return;
  item.is_listed = true;
  item.is_open |= !spend(0, kCopiedColumnWork * item.relation->columns.size());
  if (item.is_open) return;
  item.columns.reserve(item.relation->columns.size());
  for (const auto& column : item.relation->columns) {
    item.columns.push_back({.name = column.name,
                            .value = {.type = column.type,
                                      .origin = item.relation->oid,
                                      .origin_column = column.number},
                            .use = item.use,
                            .number = column.number,
                            .home = &item});
  }
}

// In the body of a function in SQL a column comes before an argument of the same name:
// sql_fn_post_column_ref of executor/functions.c.
std::optional<Value> Analysis::argument_called(std::string_view name) {
  const auto found = std::ranges::find(input_.parameter_names, name);
  if (name.empty() || found == input_.parameter_names.end()) return std::nullopt;
  const auto index = static_cast<std::size_t>(found - input_.parameter_names.begin());
  if (index >= input_.parameter_types.size()) return std::nullopt;
  return Value{.type = input_.parameter_types[index]};
}

// `function.argument`, where nothing in FROM is called like the function.
std::optional<Value> Analysis::argument_of(Level& level, const List& fields) {
  const void* last = element(&fields, fields.length - 1);
  if (fields.length != 2 || !IsA(last, String)) return std::nullopt;
  const std::string_view function = strVal(element(&fields, 0));
  if (function.empty() || function != input_.function_name) return std::nullopt;
  bool is_ambiguous = false;
  if (find_item(level, function, &is_ambiguous) != nullptr) return std::nullopt;
  return argument_called(strVal(last));
}

Value Analysis::one_name(Level& level, std::string_view name, std::size_t offset) {
  note_column_name(name);
  const Found found = find_column(level, name);
  if (found.is_ambiguous) {
    unresolved("42702", "column reference " + quoted(name) + " is ambiguous", offset);
  }
  if (found.is_beyond_lateral) {
    unresolved("42P10", "invalid reference to FROM-clause entry for column " + quoted(name),
               offset);
  }
  if (found.item != nullptr) {
    const Value value = read(found.column, How::Named, offset);
    return found.saw_open ? Value{.sources = value.sources} : value;
  }
  bool ambiguous = false;
  if (const Name* row = find_item(level, name, &ambiguous)) {
    if (ambiguous) {
      unresolved("42P09", "table reference " + quoted(name) + " is ambiguous", offset);
    }
    return whole_row(*row->item, offset);
  }
  if (const auto argument = argument_called(name)) return *argument;
  if (!found.saw_open) {
    const bool has_one = level.names.size() == 1 && level.parent == nullptr;
    unresolved("42703", "column " + quoted(name) + " does not exist", offset, {},
               has_one ? level.names.front().item->relation : nullptr);
  }
  return {};
}

// A field of a whole row is that column: ParseComplexProjection of parse_func.c.
std::optional<Value> Analysis::column_of_row(const Value& row, std::string_view name,
                                             std::size_t offset) {
  if (row.item == nullptr) return std::nullopt;
  bool is_ambiguous = false;
  const auto column = column_of(*row.item, name, &is_ambiguous);
  if (!column) return std::nullopt;
  if (is_ambiguous) {
    unresolved("42702", "column reference " + quoted(name) + " is ambiguous", offset);
  }
  return read(*column, How::Named, offset);
}

Value Analysis::qualified(const Name& row, std::string_view name, std::size_t offset) {
  note_column_name(name);
  if (row.is_lateral_only && !row.is_lateral_ok) {
    unresolved("42P10",
               "invalid reference to FROM-clause entry for table " + quoted(row.item->name),
               offset);
  }
  bool ambiguous = false;
  if (const auto column = column_of(*row.item, name, &ambiguous)) {
    if (ambiguous) {
      unresolved("42702", "column reference " + quoted(name) + " is ambiguous", offset);
    }
    return read(*column, How::Named, offset);
  }
  // Attribute notation: a function of the whole row.
  const bool may_be_call = !snapshot_.functions(name).empty();
  if (row.item->is_open && !may_be_call) return {};
  if (may_be_call) return field_of(whole_row(*row.item, offset), name, offset);
  unresolved("42703",
             "column " + std::string(row.item->name) + "." + std::string(name) + " does not exist",
             offset, {}, row.item->relation);
  return {};
}

Value Analysis::column_ref(Level& level, const ColumnRef& ref) {
  const List& fields = *ref.fields;
  const std::size_t offset = place(ref.location);
  const int length = list_length(&fields);
  const void* last = fields.elements[length - 1].ptr_value;
  const bool is_star = IsA(last, A_Star);
  if (length == 1) {
    if (!is_star) return one_name(level, strVal(last), offset);
    unresolved("42601", "* is not allowed here", offset);
    return {};
  }
  if (length > 4) {
    unresolved("42601", "improper qualified name (too many dotted names)", offset);
    return {};
  }
  if (const auto argument = argument_of(level, fields)) return *argument;
  const Name* row = item_of_ref(level, fields, length - 1, offset);
  if (row == nullptr) return {};
  note_qualifiers(*row, offset, length - 1);
  if (is_star) return whole_row(*row->item, offset);
  return qualified(*row, strVal(last), offset);
}

// Every column of an item into a target list. False: they are not all known.
bool Analysis::expand_item(Item& item, std::size_t offset, Result& into) {
  list_columns(item);
  if (item.columns.size() + into.columns.size() > kOutputColumnsMax) {
    unresolved("54011", "target lists can have at most 1664 entries", offset);
    return false;
  }
  spend(offset, item.columns.size());
  if (item.use >= 0) use(item.use).columns.reserve(item.columns.size());
  for (const auto& column : item.columns) {
    if (!column.is_in_star) continue;
    Visible expanded{.name = column.name,
                     .value = read(column, How::Star, offset),
                     .use = column.use,
                     .number = column.number,
                     .home = column.home};
    expanded.value.text = nullptr;
    into.columns.push_back(expanded);
  }
  into.is_open |= item.is_open;
  return !item.is_open;
}

bool Analysis::expand_level(Level& level, std::size_t offset, Result& into) {
  bool is_complete = true;
  bool has_any = false;
  for (const auto& visible : level.names) {
    if (!visible.has_columns) continue;
    has_any = true;
    is_complete = expand_item(*visible.item, offset, into) && is_complete;
  }
  if (!has_any) unresolved("42601", "SELECT * with no tables specified is not valid", offset);
  return is_complete;
}

}  // namespace policy::resolver
