// SPDX-License-Identifier: Apache-2.0
#include "policy/reader/effects.h"

#include "policy/reader/pg_nodes.h"
#include "policy/reader/settings.h"

namespace policy {
namespace {

using Kind = Effect::Kind;

Effect named(Kind kind, const char* name) {
  return {.kind = kind, .name = name == nullptr ? "" : name};
}

Effect effect_of_transaction(TransactionStmtKind kind) {
  switch (kind) {
    case TRANS_STMT_BEGIN:
    case TRANS_STMT_START: return {.kind = Kind::Begin};
    case TRANS_STMT_COMMIT:
    case TRANS_STMT_ROLLBACK:
    case TRANS_STMT_PREPARE: return {.kind = Kind::EndTransaction};
    case TRANS_STMT_ROLLBACK_TO: return {.kind = Kind::RollbackTo};
    case TRANS_STMT_SAVEPOINT:
    case TRANS_STMT_RELEASE:
    case TRANS_STMT_COMMIT_PREPARED:
    case TRANS_STMT_ROLLBACK_PREPARED: return {};
  }
  return {};
}

Effect effect_of_copy(const CopyStmt& copy) {
  if (copy.filename != nullptr || copy.is_program) return {};
  return {.kind = copy.is_from ? Kind::CopyIn : Kind::CopyOut};
}

Effect effect_of_set(const VariableSetStmt& set) {
  const auto uses = settings_of(&set);
  if (uses.empty()) return {.kind = Kind::SetGuc};
  return {.kind = Kind::SetGuc, .name = uses.front().name, .resets = uses.front().lasts_as_reset()};
}

// EXPLAIN and CREATE TABLE AS run, or plan, what a prepared statement holds.
Effect effect_of_contained(const Node* query) {
  if (query == nullptr) return {};
  if (IsA(query, ExecuteStmt))
    return named(Kind::Execute, reinterpret_cast<const ExecuteStmt*>(query)->name);
  if (!IsA(query, CreateTableAsStmt)) return {};
  const Node* inner = reinterpret_cast<const CreateTableAsStmt*>(query)->query;
  if (inner == nullptr || !IsA(inner, ExecuteStmt)) return {};
  return named(Kind::Execute, reinterpret_cast<const ExecuteStmt*>(inner)->name);
}

template <typename T>
const T& as(const void* node) {
  return *static_cast<const T*>(node);
}

}  // namespace

Effect effect_of(const void* node) {
  switch (static_cast<int>(nodeTag(node))) {
    case T_PrepareStmt: return named(Kind::Prepare, as<PrepareStmt>(node).name);
    case T_ExecuteStmt: return named(Kind::Execute, as<ExecuteStmt>(node).name);
    case T_DeallocateStmt: return named(Kind::Deallocate, as<DeallocateStmt>(node).name);
    case T_DeclareCursorStmt: {
      Effect effect = named(Kind::Declare, as<DeclareCursorStmt>(node).portalname);
      effect.holdable = (as<DeclareCursorStmt>(node).options & CURSOR_OPT_HOLD) != 0;
      return effect;
    }
    case T_FetchStmt: return named(Kind::Fetch, as<FetchStmt>(node).portalname);
    case T_ClosePortalStmt: return named(Kind::CloseCursor, as<ClosePortalStmt>(node).portalname);
    case T_DiscardStmt:
      return {.kind = as<DiscardStmt>(node).target == DISCARD_ALL ? Kind::DiscardAll : Kind::None};
    case T_TransactionStmt: return effect_of_transaction(as<TransactionStmt>(node).kind);
    case T_VariableSetStmt: return effect_of_set(as<VariableSetStmt>(node));
    case T_CopyStmt: return effect_of_copy(as<CopyStmt>(node));
    case T_ExplainStmt: return effect_of_contained(as<ExplainStmt>(node).query);
    case T_CreateTableAsStmt: return effect_of_contained(static_cast<const Node*>(node));
    default: return {};
  }
}

}  // namespace policy
