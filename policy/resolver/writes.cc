// SPDX-License-Identifier: Apache-2.0
// INSERT, UPDATE, DELETE, MERGE and COPY: analyze.c, parse_merge.c, copy.c.
#include "policy/resolver/analysis.h"

namespace policy::resolver {

// A target is never a WITH query.
Item* Analysis::write_target(Level& level, const RangeVar& var) {
  const auto* relation = relation_of(var);
  Item* item = nullptr;
  if (relation != nullptr) {
    item = base_item(*relation, place(var.location));
  } else {
    item = make_item();
    item->name = var.relname;
    item->is_listed = item->is_open = true;
  }
  rename(*item, var.alias);
  level.entries += 1;
  return item;
}

void Analysis::written_column(Item& target, const ResTarget& node) {
  if (target.relation == nullptr) return;
  const auto* column = target.relation->column(std::string_view(node.name));
  if (column == nullptr) {
    unresolved("42703",
               std::string("column \"") + node.name + "\" of relation \"" +
                   std::string(target.relation->name) + "\" does not exist",
               place(node.location), {}, target.relation);
    return;
  }
  note_column(target.use, column->number, How::Written, place(node.location));
  note_cast(catalog::kUnknown, column->type, place(node.location));
}

// The columns of an INSERT; without a list as many as there are values, from the first on.
void Analysis::written_columns(Item& target, const List* columns, std::size_t values,
                               std::size_t offset) {
  if (target.relation == nullptr) return;
  if (list_length(columns) == 0) {
    for (const auto& column : target.relation->columns) {
      if (values-- == 0) return;
      note_column(target.use, column.number, How::Written, offset);
      note_cast(catalog::kUnknown, column.type, offset);
    }
    return;
  }
  for (int i = 0; i < list_length(columns); ++i) {
    written_column(target, as<ResTarget>(columns->elements[i].ptr_value));
  }
}

// The subscripts of SET a[i] = … are read; what stays of the column is not, for PostgreSQL.
void Analysis::subscripts(Level& level, const List* indirection) {
  for (int i = 0; i < list_length(indirection); ++i) {
    const void* step = indirection->elements[i].ptr_value;
    if (!IsA(step, A_Indices)) continue;
    const auto& indices = as<A_Indices>(step);
    if (indices.lidx != nullptr) expression(level, indices.lidx);
    if (indices.uidx != nullptr) expression(level, indices.uidx);
  }
}

void Analysis::set_clause(Level& level, Item& target, const List* targets) {
  Value several;
  for (int i = 0; i < list_length(targets); ++i) {
    const auto& assignment = as<ResTarget>(targets->elements[i].ptr_value);
    written_column(target, assignment);
    subscripts(level, assignment.indirection);
    if (assignment.val == nullptr) continue;
    if (!IsA(assignment.val, MultiAssignRef)) {
      note_assignment(target, assignment, expression(level, assignment.val));
      continue;
    }
    // (a, b) = (SELECT …) comes as one MultiAssignRef a column, of the same source.
    const auto& multiple = as<MultiAssignRef>(assignment.val);
    if (multiple.colno == 1) several = expression(level, multiple.source);
    const auto index = static_cast<std::size_t>(multiple.colno - 1);
    Value one;
    if (several.row != nullptr && index < several.row->fields.size()) {
      one = {.type = several.row->fields[index].type, .row = several.row->fields[index].row};
    } else if (multiple.ncolumns == 1 && several.type != catalog::kRecord) {
      one = several;
    }
    note_assignment(target, assignment, one);
  }
}

// Of `SET column.field[1] = …` the type that is assigned. A domain on the way is checked again.
Oid Analysis::assigned_type(Oid type, const List* indirection, std::size_t offset) {
  bool is_slice = false;
  for (int i = 0; i < list_length(indirection) && type != kCannotTell; ++i) {
    const void* step = indirection->elements[i].ptr_value;
    note_cast(catalog::base_type(snapshot_, type), type, offset);
    if (IsA(step, A_Indices)) {
      is_slice |= as<A_Indices>(step).is_slice;
      const bool is_last = i + 1 == list_length(indirection) ||
                           !IsA(indirection->elements[i + 1].ptr_value, A_Indices);
      if (!is_last) continue;
      type = is_slice ? catalog::slice_type(snapshot_, type)
                      : catalog::subscript_type(snapshot_, type);
      is_slice = false;
      continue;
    }
    const Row* row = IsA(step, String) ? row_of_type(type) : nullptr;
    const std::string_view name = row == nullptr ? "" : strVal(step);
    type = kCannotTell;
    for (std::size_t j = 0; row != nullptr && j < row->fields.size(); ++j) {
      if (row->fields[j].name == name) type = row->fields[j].type;
    }
  }
  return type;
}

void Analysis::note_assignment(const Item& target, const ResTarget& named, const Value& value) {
  if (target.relation == nullptr) return;
  const auto* column = target.relation->column(std::string_view(named.name));
  if (column == nullptr) return;
  const std::size_t offset = place(named.location);
  note_cast(value, assigned_type(column->type, named.indirection, offset), offset);
}

// The value at that place of an INSERT becomes its column's type.
void Analysis::note_assignment(const Item& target, const List* columns, std::size_t index,
                               const Value& value, std::size_t offset) {
  if (target.relation == nullptr) return;
  if (columns == nullptr) {
    if (index >= target.relation->columns.size()) return;
    note_cast(value, target.relation->columns[index].type, offset);
  } else if (index < static_cast<std::size_t>(list_length(columns))) {
    note_assignment(target, as<ResTarget>(columns->elements[index].ptr_value), value);
  }
}

// The rows of an INSERT: a query's, or none of DEFAULT VALUES.
void Analysis::inserted_rows(Level& level, Item& target, const InsertStmt& node) {
  const std::size_t offset = place(node.relation->location);
  if (node.selectStmt == nullptr) return written_columns(target, node.cols, 0, offset);
  const Result rows = any_query(node.selectStmt, &level);
  level.entries += rows.entries;
  level.rows *= rows.rows;
  level.work += rows.work;
  const std::size_t count = rows.is_open ? kOutputColumnsMax : rows.columns.size();
  written_columns(target, node.cols, count, offset);
  for (std::size_t i = 0; i < rows.columns.size(); ++i) {
    note_assignment(target, node.cols, i, rows.columns[i].value, offset);
    if (rows.row_types == nullptr) continue;
    for (const Oid type : (*rows.row_types)[i]) {
      if (type != catalog::kRecord) note_assignment(target, node.cols, i, {.type = type}, offset);
    }
  }
}

// ON CONFLICT ON CONSTRAINT reads the columns of the constraint. Which it is of several is not in
// the snapshot: those of all.
void Analysis::constraint_columns(Item& target, std::size_t offset) {
  if (target.relation == nullptr) return;
  use(target.use).is_read = true;
  for (const auto& key : target.relation->unique_keys) {
    for (const std::int16_t number : key) note_column(target.use, number, How::Named, offset);
  }
  if (target.relation->unique_keys.empty()) note_column(target.use, 0, How::WholeRow, offset);
}

void Analysis::inference(Level& level, Item& target, const InferClause& node) {
  const std::size_t offset = place(node.location);
  if (node.conname != nullptr) constraint_columns(target, offset);
  for (int i = 0; i < list_length(node.indexElems); ++i) {
    const auto& element = as<IndexElem>(node.indexElems->elements[i].ptr_value);
    if (element.name != nullptr) {
      one_name(level, element.name, offset);
    } else if (element.expr != nullptr) {
      expression(level, element.expr);
    }
  }
  if (node.whereClause != nullptr) filter(level, node.whereClause);
}

// The row that was to be inserted: its columns are the statement's own data.
Item* Analysis::excluded_row(const Item& target) {
  Item* excluded = make_item();
  excluded->name = "excluded";
  excluded->has_alias = true;
  excluded->is_listed = true;
  excluded->is_open = target.relation == nullptr;
  if (target.relation == nullptr) return excluded;
  excluded->row_type = target.relation->row_type;
  for (const auto& column : target.relation->columns) {
    excluded->columns.push_back({.name = column.name, .value = {.type = column.type}});
  }
  return excluded;
}

void Analysis::on_conflict(Level& level, Item& target, const OnConflictClause& node) {
  if (node.infer != nullptr) inference(level, target, *node.infer);
  if (node.action != ONCONFLICT_UPDATE) return;
  if (target.use >= 0) use(target.use).is_updated = true;
  level.names.push_back({.item = excluded_row(target)});
  set_clause(level, target, node.targetList);
  if (node.whereClause != nullptr) filter(level, node.whereClause);
  level.names.pop_back();
}

// RETURNING; since PostgreSQL 18 the row before and after are there as "old" and "new", unless
// something else has that name.
void Analysis::returning(Level& level, Item& target, const List* list, Result& returned) {
  if (list_length(list) == 0) return;
  for (const std::string_view name : {"old", "new"}) {
    bool is_ambiguous = false;
    if (snapshot_.server_major() < 18 || find_item(level, name, &is_ambiguous) != nullptr) continue;
    Item* row = make_item();
    *row = target;  // into the arena: a copy made at once would allocate its columns elsewhere
    row->name = name;
    row->has_alias = true;
    level.names.push_back({.item = row, .has_columns = false});
  }
  target_list(level, list, returned);
}

void Analysis::insert(Level& level, const InsertStmt& node, Result* returned) {
  with_clause(level, node.withClause);
  Item* target = write_target(level, *node.relation);
  if (target->use >= 0) use(target->use).is_inserted = true;
  inserted_rows(level, *target, node);
  level.names.push_back({.item = target});
  if (node.onConflictClause != nullptr) on_conflict(level, *target, *node.onConflictClause);
  returning(level, *target, node.returningList, *returned);
  bound_values(level, *returned, level.rows);
  returned->entries += level.entries;
}

// The FROM of UPDATE, the USING of DELETE: nothing in it can name the target.
void Analysis::from_beside(Level& level, Item& target, const List* items) {
  level.names.push_back({.item = &target, .is_lateral_only = true, .is_lateral_ok = false});
  from_clause(level, items);
  level.names.front().is_lateral_only = false;
  level.names.front().is_lateral_ok = true;
}

void Analysis::update(Level& level, const UpdateStmt& node, Result* returned) {
  with_clause(level, node.withClause);
  Item* target = write_target(level, *node.relation);
  from_beside(level, *target, node.fromClause);
  if (target->use >= 0) {
    use(target->use).is_updated = true;
    use(target->use).has_where = node.whereClause != nullptr;
  }
  set_clause(level, *target, node.targetList);
  if (node.whereClause != nullptr) filter(level, node.whereClause);
  equalities(level, node.whereClause);
  returning(level, *target, node.returningList, *returned);
  bound(level, *returned, target);
  returned->entries += level.entries;
}

void Analysis::remove(Level& level, const DeleteStmt& node, Result* returned) {
  with_clause(level, node.withClause);
  Item* target = write_target(level, *node.relation);
  from_beside(level, *target, node.usingClause);
  if (target->use >= 0) {
    use(target->use).is_deleted = true;
    use(target->use).has_where = node.whereClause != nullptr;
  }
  if (node.whereClause != nullptr) filter(level, node.whereClause);
  equalities(level, node.whereClause);
  returning(level, *target, node.returningList, *returned);
  bound(level, *returned, target);
  returned->entries += level.entries;
}

void Analysis::merge_action(Level& level, Item& target, const MergeWhenClause& when,
                            std::size_t offset) {
  if (when.condition != nullptr) filter(level, when.condition);
  RelationUse* used = target.use >= 0 ? &use(target.use) : nullptr;
  switch (when.commandType) {
    case CMD_INSERT:
      if (used != nullptr) used->is_inserted = true;
      written_columns(target, when.targetList, static_cast<std::size_t>(list_length(when.values)),
                      offset);
      for (int i = 0; i < list_length(when.values); ++i) {
        const Value value = expression(level, when.values->elements[i].ptr_value);
        note_assignment(target, when.targetList, static_cast<std::size_t>(i), value, offset);
      }
      return;
    case CMD_UPDATE:
      if (used != nullptr) used->is_updated = true;
      return set_clause(level, target, when.targetList);
    case CMD_DELETE:
      if (used != nullptr) used->is_deleted = true;
      return;
    default: return;
  }
}

void Analysis::merge(Level& level, const MergeStmt& node, Result* returned) {
  const std::size_t offset = place(node.relation->location);
  needs(15, "MERGE", offset);
  with_clause(level, node.withClause);
  Item* target = write_target(level, *node.relation);
  Names source(&arena_);
  from_item(level, node.sourceRelation, source);
  Names both(source, &arena_);
  both.push_back({.item = target});
  level.names = both;
  filter(level, node.joinCondition);
  for (int i = 0; i < list_length(node.mergeWhenClauses); ++i) {
    const auto& when = as<MergeWhenClause>(node.mergeWhenClauses->elements[i].ptr_value);
    // A row that has no match is of one side only.
    switch (when.matchKind) {
      case MERGE_WHEN_MATCHED: level.names = both; break;
      case MERGE_WHEN_NOT_MATCHED_BY_TARGET: level.names = source; break;
      case MERGE_WHEN_NOT_MATCHED_BY_SOURCE:
        needs(17, "WHEN NOT MATCHED BY SOURCE", offset);
        level.names.assign(1, {.item = target});
        break;
    }
    merge_action(level, *target, when, offset);
  }
  if (list_length(node.returningList) > 0) needs(17, "RETURNING of MERGE", offset);
  level.names = both;
  returning(level, *target, node.returningList, *returned);
  returned->entries += level.entries;
}

// COPY table TO: as the query that it is.
void Analysis::copied_table(const catalog::Relation& table, std::size_t offset) {
  const double rows = rows_of(table);
  facts_.bound = {.planned = CostBound::Planned::Table,
                  .rows = rows,
                  .work = rows,
                  .largest_scan = rows,
                  .table_at = offset};
}

void Analysis::copy(Level& level, const CopyStmt& node) {
  if (node.query != nullptr) {
    return planned(CostBound::Planned::Inside, any_query(node.query, &level));
  }
  if (node.relation == nullptr) return;
  Item* target = write_target(level, *node.relation);
  if (target->relation == nullptr) return;
  if (!node.is_from) copied_table(*target->relation, place(node.relation->location));
  const How how = node.is_from ? How::Written : How::Named;
  auto& used = use(target->use);
  (node.is_from ? used.is_inserted : used.is_read) = true;
  const std::size_t offset = place(node.relation->location);
  if (list_length(node.attlist) == 0) {
    for (const auto& column : target->relation->columns) {
      // COPY t TO leaves generated columns out, but says so nowhere: they count.
      note_column(target->use, column.number, node.is_from ? How::Written : How::Star, offset);
      if (node.is_from) note_cast(catalog::kUnknown, column.type, offset);
    }
  }
  for (int i = 0; i < list_length(node.attlist); ++i) {
    const char* name = strVal(node.attlist->elements[i].ptr_value);
    if (const auto* column = target->relation->column(std::string_view(name))) {
      note_column(target->use, column->number, how, offset);
      if (node.is_from) note_cast(catalog::kUnknown, column->type, offset);
    } else {
      unresolved("42703",
                 std::string("column \"") + name + "\" of relation \"" +
                     std::string(target->relation->name) + "\" does not exist",
                 offset, {}, target->relation);
    }
  }
  if (node.whereClause != nullptr) {
    level.names.push_back({.item = target});
    filter(level, node.whereClause);
  }
}

}  // namespace policy::resolver
