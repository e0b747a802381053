// SPDX-License-Identifier: Apache-2.0
#include "policy/reader/node_class.h"

#include <cstring>

#include "policy/reader/pg_nodes.h"

namespace policy {
namespace {

using enum StatementClass;

// Objects that reach beyond the database, whatever is done to them.
StatementClass class_of_object(ObjectType type, StatementClass otherwise) {
  switch (static_cast<int>(type)) {
    case OBJECT_ROLE: return Role;
    case OBJECT_TABLESPACE: return Tablespace;
    case OBJECT_EXTENSION: return Extension;
    case OBJECT_LANGUAGE: return Language;
    case OBJECT_SUBSCRIPTION: return Subscription;
    case OBJECT_FDW:
    case OBJECT_FOREIGN_SERVER:
    case OBJECT_FOREIGN_TABLE:
    case OBJECT_USER_MAPPING: return ForeignServer;
    default: return otherwise;
  }
}

StatementClass class_of_copy(const CopyStmt& copy) {
  if (copy.is_program) return CopyProgram;
  if (copy.filename != nullptr) return CopyFile;
  return copy.is_from ? CopyFrom : CopyTo;
}

StatementClass class_of_transaction(TransactionStmtKind kind) {
  switch (kind) {
    case TRANS_STMT_BEGIN:
    case TRANS_STMT_START: return Begin;
    case TRANS_STMT_COMMIT: return Commit;
    case TRANS_STMT_ROLLBACK: return Rollback;
    case TRANS_STMT_SAVEPOINT: return Savepoint;
    case TRANS_STMT_RELEASE: return Release;
    case TRANS_STMT_ROLLBACK_TO: return RollbackTo;
    case TRANS_STMT_PREPARE:
    case TRANS_STMT_COMMIT_PREPARED:
    case TRANS_STMT_ROLLBACK_PREPARED: return TwoPhase;
  }
  return Unknown;
}

StatementClass class_of_set(VariableSetKind kind) {
  return kind == VAR_RESET || kind == VAR_RESET_ALL ? Reset : Set;
}

// Machine code by name: LOAD by another door.
bool loads_code(const CreateFunctionStmt& create) {
  const ListCell* cell = nullptr;
  foreach (cell, create.options) {
    const auto* option = static_cast<const DefElem*>(lfirst(cell));
    if (std::strcmp(option->defname, "language") != 0) continue;
    if (option->arg == nullptr || !IsA(option->arg, String)) return true;
    const char* language = strVal(option->arg);
    if (strcasecmp(language, "c") == 0 || strcasecmp(language, "internal") == 0) return true;
  }
  return false;
}

StatementClass class_of_as(const CreateTableAsStmt& create) {
  if (create.objtype == OBJECT_MATVIEW) return CreateMaterializedView;
  return create.is_select_into ? SelectInto : CreateTableAs;
}

}  // namespace

std::optional<StatementClass> class_of_tag(int tag) {
  switch (tag) {
#define NODE(tag, item) \
  case T_##tag: return StatementClass::item;
#include "policy/reader/node_class.def"
#undef NODE
    default: return std::nullopt;
  }
}

std::optional<StatementClass> class_of(const void* node) {
  const auto plain = class_of_tag(nodeTag(node));
  if (!plain) return plain;
  const auto as = [node]<typename T>() -> const T& { return *static_cast<const T*>(node); };
  switch (static_cast<int>(nodeTag(node))) {
    case T_SelectStmt: return as.operator()<SelectStmt>().intoClause ? SelectInto : Select;
    case T_CopyStmt: return class_of_copy(as.operator()<CopyStmt>());
    case T_TransactionStmt: return class_of_transaction(as.operator()<TransactionStmt>().kind);
    case T_VariableSetStmt: return class_of_set(as.operator()<VariableSetStmt>().kind);
    case T_FetchStmt: return as.operator()<FetchStmt>().ismove ? Move : Fetch;
    case T_VacuumStmt: return as.operator()<VacuumStmt>().is_vacuumcmd ? Vacuum : Analyze;
    case T_CreateTableAsStmt: return class_of_as(as.operator()<CreateTableAsStmt>());
    case T_CreateFunctionStmt:
      return loads_code(as.operator()<CreateFunctionStmt>()) ? LoadedFunction : *plain;
    case T_DropStmt: return class_of_object(as.operator()<DropStmt>().removeType, *plain);
    case T_RenameStmt: return class_of_object(as.operator()<RenameStmt>().renameType, *plain);
    case T_AlterTableStmt: return class_of_object(as.operator()<AlterTableStmt>().objtype, *plain);
    case T_AlterOwnerStmt:
      return class_of_object(as.operator()<AlterOwnerStmt>().objectType, *plain);
    case T_AlterObjectSchemaStmt:
      return class_of_object(as.operator()<AlterObjectSchemaStmt>().objectType, *plain);
    default: return plain;
  }
}

}  // namespace policy
