// SPDX-License-Identifier: Apache-2.0
#include "policy/rules/hidden_quotes.h"

#include <algorithm>
#include <array>

namespace policy::rules {
namespace {

using catalog::RelationKind;

// Runs nothing but what its facts list. COMMIT is none: it runs deferred constraints and triggers.
bool runs_its_facts_only(StatementClass statement_class) {
  using enum StatementClass;
  constexpr std::array kClasses = {
      Select,        CopyTo,    Explain, Show,        Set,     Reset,    Begin,
      Rollback,      Savepoint, Release, RollbackTo,  Prepare, Execute,  Deallocate,
      DeclareCursor, Fetch,     Move,    CloseCursor, Discard, Unlisten, RowLock};
  return std::ranges::find(kClasses, statement_class) != kClasses.end();
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
