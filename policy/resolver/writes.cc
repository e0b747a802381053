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

// The columns of an INSERT; without a list all of them.
void Analysis::written_columns(Item& target, const List* columns, std::size_t offset) {
  if (target.relation == nullptr) return;
  if (list_length(columns) == 0) {
    for (const auto& column : target.relation->columns) {
      note_column(target.use, column.number, How::Written, offset);
      note_cast(catalog::kUnknown, column.type, offset);
    }
    return;
  }
  for (int i = 0; i < list_length(columns); ++i) {
    written_column(target, as<ResTarget>(columns->elements[i].ptr_value));
  }
}

// The conversion of the value at one place of an INSERT.
void Analysis::note_assignment(const Item& target, const List* columns, std::size_t place_in_row,
                               const Value& value) {
  if (target.relation == nullptr) return;
  const auto& all = target.relation->columns;
  const catalog::Column* column = nullptr;
  if (static_cast<std::size_t>(list_length(columns)) > place_in_row) {
    const auto& named = as<ResTarget>(columns->elements[place_in_row].ptr_value);
    column = target.relation->column(std::string_view(named.name));
  } else if (columns == nullptr && place_in_row < all.size()) {
    column = &all[place_in_row];
  }
  if (column != nullptr) note_cast(value.type, column->type, value.offset);
}

void Analysis::set_clause(Level& level, Item& target, const List* targets) {
  for (int i = 0; i < list_length(targets); ++i) {
    const auto& assignment = as<ResTarget>(targets->elements[i].ptr_value);
    written_column(target, assignment);
    // SET a[i] = …: the subscripts are read, and so is what stays of the column.
    if (list_length(assignment.indirection) > 0 && target.relation != nullptr) {
      if (const auto* column = target.relation->column(std::string_view(assignment.name))) {
        note_column(target.use, column->number, How::Named, place(assignment.location));
      }
    }
    for (int j = 0; j < list_length(assignment.indirection); ++j) {
      const void* step = assignment.indirection->elements[j].ptr_value;
      if (!IsA(step, A_Indices)) continue;
      const auto& indices = as<A_Indices>(step);
      if (indices.lidx != nullptr) expression(level, indices.lidx);
      if (indices.uidx != nullptr) expression(level, indices.uidx);
    }
    if (assignment.val == nullptr) continue;
    // (a, b) = (SELECT …) comes as one MultiAssignRef a column, of the same source.
    const auto* multiple =
        IsA(assignment.val, MultiAssignRef) ? &as<MultiAssignRef>(assignment.val) : nullptr;
    if (multiple != nullptr && multiple->colno > 1) continue;
    const Value value = expression(level, multiple != nullptr ? multiple->source : assignment.val);
    if (multiple != nullptr || target.relation == nullptr) continue;
    if (const auto* column = target.relation->column(std::string_view(assignment.name))) {
      note_cast(value.type, column->type, place(assignment.location));
    }
  }
}

void Analysis::insert(Level& level, const InsertStmt& node, Result* returned) {
  with_clause(level, node.withClause);
  Item* target = write_target(level, *node.relation);
  if (target->use >= 0) use(target->use).is_inserted = true;
  written_columns(*target, node.cols, place(node.relation->location));
  if (node.selectStmt != nullptr) {
    const Result rows = any_query(node.selectStmt, &level);
    level.entries += rows.entries;
    for (std::size_t i = 0; i < rows.columns.size(); ++i) {
      note_assignment(*target, node.cols, i, rows.columns[i].value);
    }
  }
  level.names.push_back({.item = target});
  if (const auto* conflict = node.onConflictClause) {
    if (conflict->infer != nullptr) {
      for (int i = 0; i < list_length(conflict->infer->indexElems); ++i) {
        const auto& element = as<IndexElem>(conflict->infer->indexElems->elements[i].ptr_value);
        if (element.name != nullptr) {
          one_name(level, element.name, place(conflict->infer->location));
        } else if (element.expr != nullptr) {
          expression(level, element.expr);
        }
      }
      if (conflict->infer->whereClause != nullptr) filter(level, conflict->infer->whereClause);
    }
    if (conflict->action == ONCONFLICT_UPDATE) {
      if (target->use >= 0) use(target->use).is_updated = true;
      // The row that was to be inserted: its columns are the statement's own data.
      Item* excluded = make_item();
      excluded->name = "excluded";
      excluded->has_alias = true;
      excluded->is_listed = true;
      if (target->relation != nullptr) {
        for (const auto& column : target->relation->columns) {
          excluded->columns.push_back({.name = column.name, .value = {.type = column.type}});
        }
      } else {
        excluded->is_open = true;
      }
      level.names.push_back({.item = excluded, .has_columns = false});
      set_clause(level, *target, conflict->targetList);
      if (conflict->whereClause != nullptr) filter(level, conflict->whereClause);
      level.names.pop_back();
    }
  }
  target_list(level, node.returningList, *returned);
  returned->entries += level.entries;
}

void Analysis::update(Level& level, const UpdateStmt& node, Result* returned) {
  with_clause(level, node.withClause);
  Item* target = write_target(level, *node.relation);
  level.names.push_back({.item = target});
  from_clause(level, node.fromClause);
  if (target->use >= 0) {
    use(target->use).is_updated = true;
    use(target->use).has_where = node.whereClause != nullptr;
  }
  set_clause(level, *target, node.targetList);
  if (node.whereClause != nullptr) filter(level, node.whereClause);
  target_list(level, node.returningList, *returned);
  returned->entries += level.entries;
}

void Analysis::remove(Level& level, const DeleteStmt& node, Result* returned) {
  with_clause(level, node.withClause);
  Item* target = write_target(level, *node.relation);
  level.names.push_back({.item = target});
  from_clause(level, node.usingClause);
  if (target->use >= 0) {
    use(target->use).is_deleted = true;
    use(target->use).has_where = node.whereClause != nullptr;
  }
  if (node.whereClause != nullptr) filter(level, node.whereClause);
  target_list(level, node.returningList, *returned);
  returned->entries += level.entries;
}

void Analysis::merge(Level& level, const MergeStmt& node, Result* returned) {
  needs(15, "MERGE", place(node.relation->location));
  with_clause(level, node.withClause);
  Item* target = write_target(level, *node.relation);
  Names names(&arena_);
  from_item(level, node.sourceRelation, names);
  level.names.push_back({.item = target});
  level.names.insert(level.names.end(), names.begin(), names.end());
  filter(level, node.joinCondition);
  for (int i = 0; i < list_length(node.mergeWhenClauses); ++i) {
    const auto& when = as<MergeWhenClause>(node.mergeWhenClauses->elements[i].ptr_value);
    if (when.matchKind == MERGE_WHEN_NOT_MATCHED_BY_SOURCE) {
      needs(17, "WHEN NOT MATCHED BY SOURCE", place(node.relation->location));
    }
    if (when.condition != nullptr) filter(level, when.condition);
    RelationUse* used = target->use >= 0 ? &use(target->use) : nullptr;
    switch (when.commandType) {
      case CMD_INSERT:
        if (used != nullptr) used->is_inserted = true;
        written_columns(*target, when.targetList, place(node.relation->location));
        for (int j = 0; j < list_length(when.values); ++j) {
          const Value value = expression(level, when.values->elements[j].ptr_value);
          note_assignment(*target, when.targetList, static_cast<std::size_t>(j), value);
        }
        break;
      case CMD_UPDATE:
        if (used != nullptr) used->is_updated = true;
        set_clause(level, *target, when.targetList);
        break;
      case CMD_DELETE:
        if (used != nullptr) used->is_deleted = true;
        break;
      default: break;
    }
  }
  if (list_length(node.returningList) > 0) {
    needs(17, "RETURNING of MERGE", place(node.relation->location));
  }
  target_list(level, node.returningList, *returned);
  returned->entries += level.entries;
}

void Analysis::copy(Level& level, const CopyStmt& node) {
  if (node.query != nullptr) {
    const Result result = any_query(node.query, &level);
    (void)result;
    return;
  }
  if (node.relation == nullptr) return;
  Item* target = write_target(level, *node.relation);
  if (target->relation == nullptr) return;
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
