// SPDX-License-Identifier: Apache-2.0
// DDL and maintenance: every relation, schema and type that a definition names, and every
// expression in it. They are not run now, but by whoever uses what they define.
#include <array>

#include "policy/reader/node_children.h"
#include "policy/resolver/analysis.h"

namespace policy::resolver {
namespace {

bool is_temporary(const RangeVar& var) {
  const std::string_view schema = var.schemaname == nullptr ? "" : var.schemaname;
  return var.relpersistence == 't' || schema == "pg_temp";
}

// What takes away whose a table is, or which of its rows are whose.
const char* unguards(const AlterTableStmt& node) {
  for (int i = 0; i < list_length(node.cmds); ++i) {
    switch (as<AlterTableCmd>(element(node.cmds, i)).subtype) {
      case AT_ChangeOwner: return "OWNER TO";
      case AT_DisableRowSecurity:
      case AT_NoForceRowSecurity: return "row security taken away";
      case AT_DisableTrig:
      case AT_DisableTrigAll:
      case AT_DisableTrigUser:
      case AT_DisableRule: return "DISABLE TRIGGER or RULE";
      default: break;
    }
  }
  return nullptr;
}

// A publication hands out whole tables, those to come included.
bool publishes_unnamed(bool for_all_tables, const List* objects) {
  for (int i = 0; i < list_length(objects); ++i) {
    const auto kind = as<PublicationObjSpec>(element(objects, i)).pubobjtype;
    if (kind != PUBLICATIONOBJ_TABLE && kind != PUBLICATIONOBJ_CONTINUATION) return true;
  }
  return for_all_tables;
}

// Text that runs later, as somebody else or unseen; and what changes whose a thing is.
const char* unreadable(const void* node) {
  switch (nodeTag(node)) {
    case T_DoStmt: return "DO";
    case T_CreateFunctionStmt: return "CREATE FUNCTION";
    case T_AlterFunctionStmt: return "ALTER FUNCTION";
    case T_RuleStmt: return "CREATE RULE";
    case T_CreateTrigStmt: return "CREATE TRIGGER";
    case T_CreateEventTrigStmt: return "CREATE EVENT TRIGGER";
    case T_CreatePolicyStmt: return "CREATE POLICY";
    case T_AlterPolicyStmt: return "ALTER POLICY";
    case T_CreateCastStmt: return "CREATE CAST";
    case T_DefineStmt: return "CREATE AGGREGATE, OPERATOR or TYPE";
    case T_CreateRangeStmt: return "CREATE TYPE AS RANGE";
    case T_CreateAmStmt: return "CREATE ACCESS METHOD";
    case T_CreateDomainStmt: return "CREATE DOMAIN";
    case T_AlterDomainStmt: return "ALTER DOMAIN";
    case T_CreateOpClassStmt: return "CREATE OPERATOR CLASS";
    case T_AlterOpFamilyStmt: return "ALTER OPERATOR FAMILY";
    case T_CreateTransformStmt: return "CREATE TRANSFORM";
    case T_CreateConversionStmt: return "CREATE CONVERSION";
    case T_AlterObjectSchemaStmt: return "SET SCHEMA";
    case T_RenameStmt: return "RENAME";
    case T_AlterOwnerStmt: return "OWNER TO";
    case T_AlterTableStmt: return unguards(as<AlterTableStmt>(node));
    case T_DropStmt:
      return as<DropStmt>(node).removeType == OBJECT_POLICY ? "DROP POLICY" : nullptr;
    case T_CreatePublicationStmt: {
      const auto& create = as<CreatePublicationStmt>(node);
      const bool is_wide = publishes_unnamed(create.for_all_tables, create.pubobjects);
      return is_wide ? "a publication of tables that it does not name" : nullptr;
    }
    case T_AlterPublicationStmt: {
      const auto& alter = as<AlterPublicationStmt>(node);
      const bool is_wide = publishes_unnamed(alter.for_all_tables, alter.pubobjects);
      return is_wide ? "a publication of tables that it does not name" : nullptr;
    }
    default: return nullptr;
  }
}

bool is_expression(const void* node) {
  switch (nodeTag(node)) {
    case T_ColumnRef:
    case T_FuncCall:
    case T_A_Expr:
    case T_TypeCast:
    case T_SubLink:
    case T_CaseExpr:
    case T_A_ArrayExpr:
    case T_RowExpr:
    case T_A_Indirection:
    case T_SQLValueFunction:
    case T_CoalesceExpr:
    case T_MinMaxExpr:
    case T_BoolExpr:
    case T_NullTest:
    case T_BooleanTest:
    case T_CollateClause:
    case T_XmlExpr:
    case T_XmlSerialize:
    case T_JsonIsPredicate:
    case T_JsonParseExpr:
    case T_JsonScalarExpr:
    case T_JsonSerializeExpr:
    case T_JsonObjectConstructor:
    case T_JsonArrayConstructor:
    case T_JsonArrayQueryConstructor:
    case T_JsonFuncExpr: return true;
    default: return false;
  }
}

// transformColumnDefinition(): an integer with a sequence, whatever types there are.
bool is_serial(const TypeName& type) {
  constexpr std::array<std::string_view, 6> kWords{"serial",  "serial2",   "serial4",
                                                   "serial8", "bigserial", "smallserial"};
  if (list_length(type.names) != 1) return false;
  const std::string_view name = strVal(element(type.names, 0));
  for (const auto word : kWords) {
    if (word == name) return true;
  }
  return false;
}

// The relation that a definition is about; null: none.
const RangeVar* subject_of(const void* node) {
  switch (nodeTag(node)) {
    case T_CreateStmt: return as<CreateStmt>(node).relation;
    case T_CreateForeignTableStmt: return as<CreateForeignTableStmt>(node).base.relation;
    case T_AlterTableStmt: return as<AlterTableStmt>(node).relation;
    case T_IndexStmt: return as<IndexStmt>(node).relation;
    case T_CreateStatsStmt: {
      const List* relations = as<CreateStatsStmt>(node).relations;
      const bool is_one = list_length(relations) == 1 && IsA(element(relations, 0), RangeVar);
      return is_one ? &as<RangeVar>(element(relations, 0)) : nullptr;
    }
    default: return nullptr;
  }
}

}  // namespace

// A relation that a definition names; one that does not exist is the server's to refuse, or new.
void Analysis::define(const RangeVar& var) {
  const std::size_t offset = place(var.location);
  if (is_temporary(var)) uncertain("a temporary object", offset);
  if (const auto* relation = find_relation(var)) {
    use(note_relation(*relation, offset)).is_defined = true;
  } else if (var.schemaname != nullptr) {
    note_schema(var.schemaname, offset);
  }
}

void Analysis::note_schema(const char* name, std::size_t offset) {
  if (name != nullptr) facts_.named_schemas.push_back({.name = name, .offset = offset});
}

// `names` without the last `fewer`: of a trigger, the table's.
void Analysis::define_named(const List* names, int fewer) {
  const int length = list_length(names) - fewer;
  if (length < 1) return;
  RangeVar var{};
  var.relpersistence = 'p';
  var.relname = strVal(element(names, length - 1));
  var.schemaname = length > 1 ? strVal(element(names, length - 2)) : nullptr;
  define(var);
}

// What DROP, COMMENT and SECURITY LABEL name.
void Analysis::named_object(ObjectType type, const void* object) {
  const auto* names = IsA(object, List) ? static_cast<const List*>(object) : nullptr;
  switch (type) {
    case OBJECT_SCHEMA: return note_schema(IsA(object, String) ? strVal(object) : nullptr, 0);
    case OBJECT_TABLE:
    case OBJECT_VIEW:
    case OBJECT_MATVIEW:
    case OBJECT_FOREIGN_TABLE:
    case OBJECT_SEQUENCE:
    case OBJECT_INDEX: return define_named(names, 0);
    case OBJECT_COLUMN:
    case OBJECT_TABCONSTRAINT:
    case OBJECT_TRIGGER:
    case OBJECT_RULE:
    case OBJECT_POLICY: return define_named(names, 1);
    default: break;
  }
  if (IsA(object, ObjectWithArgs)) names = as<ObjectWithArgs>(object).objname;
  if (IsA(object, TypeName)) names = as<TypeName>(object).names;
  const int length = list_length(names);
  if (length > 1 && IsA(element(names, length - 2), String)) {
    note_schema(strVal(element(names, length - 2)), 0);
  }
}

void Analysis::named_objects(const void* node) {
  if (IsA(node, DropStmt)) {
    const auto& drop = as<DropStmt>(node);
    for (int i = 0; i < list_length(drop.objects); ++i) {
      named_object(drop.removeType, element(drop.objects, i));
    }
  } else if (IsA(node, CommentStmt)) {
    named_object(as<CommentStmt>(node).objtype, as<CommentStmt>(node).object);
  } else if (IsA(node, SecLabelStmt)) {
    named_object(as<SecLabelStmt>(node).objtype, as<SecLabelStmt>(node).object);
  } else if (IsA(node, CreateSchemaStmt)) {
    const auto& create = as<CreateSchemaStmt>(node);
    // Without a name it is called like its owner.
    const bool is_named = create.schemaname != nullptr || create.authrole == nullptr;
    note_schema(is_named ? create.schemaname : create.authrole->rolename, 0);
  } else if (IsA(node, ReindexStmt) && as<ReindexStmt>(node).kind == REINDEX_OBJECT_SCHEMA) {
    note_schema(as<ReindexStmt>(node).name, 0);
  }
}

void Analysis::column_definition(Definition& definition, const ColumnDef& column) {
  if (column.typeName == nullptr || is_serial(*column.typeName)) return;
  const Oid type = type_of(column.typeName);
  note_cast(catalog::kUnknown, type, place(column.location));
  if (column.colname != nullptr) {
    definition.item->columns.push_back({.name = column.colname, .value = {.type = type}});
  }
}

// ALTER COLUMN … TYPE converts what the column holds.
void Analysis::changed_type(Definition& definition, const AlterTableCmd& command) {
  if (command.subtype != AT_AlterColumnType || command.name == nullptr) return;
  bool ambiguous = false;
  const auto before = column_of(*definition.item, command.name, &ambiguous);
  const TypeName* type = as<ColumnDef>(command.def).typeName;
  if (before) note_cast(before->value.type, type_of(type), 0);
}

void Analysis::visit_definition(void* state, const void* node) {
  auto& definition = *static_cast<Definition*>(state);
  definition.analysis->defined(definition, node);
}

// Every part of a definition, at any depth. Columns of a new table come before what uses them.
void Analysis::defined(Definition& definition, const void* node) {
  if (!spend(0)) return;
  if (IsA(node, List)) {
    const auto* list = static_cast<const List*>(node);
    for (int i = 0; i < list_length(list); ++i) {
      if (element(list, i) != nullptr) defined(definition, element(list, i));
    }
    return;
  }
  if (IsA(node, RangeVar)) return define(as<RangeVar>(node));
  if (IsA(node, SelectStmt)) {
    any_query(node, nullptr);
    return;
  }
  if (is_expression(node)) {
    expression(*definition.level, node);
    return;
  }
  if (IsA(node, AlterTableCmd)) changed_type(definition, as<AlterTableCmd>(node));
  NodeVisit visit{.child = &Analysis::visit_definition, .state = &definition, .shape = 0};
  if (!visit_node(node, &visit)) uncertain("this kind of definition", 0);
}

// The columns that expressions of a definition can name. More may come by LIKE and INHERITS.
void Analysis::scope_definition(Definition& definition, const void* node) {
  Item& item = *definition.item;
  item.is_listed = item.is_open = true;
  if (const RangeVar* subject = subject_of(node)) {
    item.name = subject->relname;
    if (const auto* relation = find_relation(*subject)) {
      for (const auto& column : relation->columns) {
        item.columns.push_back({.name = column.name, .value = {.type = column.type}});
      }
    }
  }
  const List* elements = IsA(node, CreateStmt)          ? as<CreateStmt>(node).tableElts
                         : IsA(node, CompositeTypeStmt) ? as<CompositeTypeStmt>(node).coldeflist
                                                        : nullptr;
  for (int i = 0; i < list_length(elements); ++i) {
    if (!IsA(element(elements, i), ColumnDef)) continue;
    column_definition(definition, as<ColumnDef>(element(elements, i)));
  }
  if (!IsA(node, AlterTableStmt)) return;
  const List* commands = as<AlterTableStmt>(node).cmds;
  for (int i = 0; i < list_length(commands); ++i) {
    const auto& command = as<AlterTableCmd>(element(commands, i));
    const bool has_column = command.def != nullptr && IsA(command.def, ColumnDef);
    if (has_column) column_definition(definition, as<ColumnDef>(command.def));
  }
}

void Analysis::utility(const void* node) {
  if (const char* what = unreadable(node)) uncertain(what, 0);
  named_objects(node);
  Level level = make_level(nullptr);
  Definition definition{.analysis = this, .level = &level, .item = make_item()};
  level.names.push_back({.item = definition.item});
  scope_definition(definition, node);
  defined(definition, node);
}

}  // namespace policy::resolver
