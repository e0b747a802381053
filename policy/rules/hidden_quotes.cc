// SPDX-License-Identifier: Apache-2.0
#include "policy/rules/hidden_quotes.h"

#include <algorithm>

namespace policy::rules {
namespace {

using catalog::RelationKind;

// Runs nothing but what its facts list. COMMIT is none: it runs deferred constraints and triggers.
bool runs_its_facts_only(StatementClass statement_class) {
  using enum StatementClass;
  switch (static_cast<int>(statement_class)) {
    case static_cast<int>(Select):
    case static_cast<int>(CopyTo):
    case static_cast<int>(Explain):
    case static_cast<int>(Show):
    case static_cast<int>(Set):
    case static_cast<int>(Reset):
    case static_cast<int>(Begin):
    case static_cast<int>(Rollback):
    case static_cast<int>(Savepoint):
    case static_cast<int>(Release):
    case static_cast<int>(RollbackTo):
    case static_cast<int>(Prepare):
    case static_cast<int>(Execute):
    case static_cast<int>(Deallocate):
    case static_cast<int>(DeclareCursor):
    case static_cast<int>(Fetch):
    case static_cast<int>(Move):
    case static_cast<int>(CloseCursor):
    case static_cast<int>(Discard):
    case static_cast<int>(Unlisten):
    case static_cast<int>(RowLock): return true;
    default: return false;
  }
}

// Its rows, or those of a partition, come from another server, which words its own errors.
bool is_foreign(const catalog::Snapshot& snapshot, const catalog::Relation& relation) {
  if (relation.kind == RelationKind::Foreign) return true;
  return std::ranges::any_of(snapshot.children(relation.oid), [&](catalog::Oid oid) {
    const auto* child = snapshot.relation(oid);
    return child == nullptr || is_foreign(snapshot, *child);
  });
}

// A view's expressions and a row security policy are not the statement's own.
bool is_plain(const catalog::Snapshot& snapshot, const RelationUse& use) {
  const auto* relation = use.relation;
  if (relation == nullptr || relation->has_row_security) return false;
  if (use.is_inserted || use.is_updated || use.is_deleted || use.is_defined) return false;
  return relation->is_built_in() ||
         (relation->kind != RelationKind::View && !is_foreign(snapshot, *relation));
}

bool is_plain(const CallUse& call) {
  if (call.candidates.empty()) return call.kind != CallUse::Kind::Function;
  return std::ranges::all_of(call.candidates, [](const catalog::Function* function) {
    return function->decision != catalog::Decision::NotBuiltIn;
  });
}

}  // namespace

bool may_quote_hidden(StatementClass statement_class, const Facts& facts, const Access& access) {
  if (!access.hides_anything()) return false;
  const bool is_known = !facts.unresolved && !facts.uncertain;
  return !is_known || !runs_its_facts_only(statement_class) ||
         !std::ranges::all_of(
             facts.relations,
             [&](const RelationUse& use) { return is_plain(access.snapshot(), use); }) ||
         !std::ranges::all_of(facts.calls, [](const CallUse& call) { return is_plain(call); });
}

}  // namespace policy::rules
