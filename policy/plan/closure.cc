// SPDX-License-Identifier: Apache-2.0
#include "policy/plan/closure.h"

#include <algorithm>

#include "policy/rules/access.h"
#include "policy/rules/bodies.h"

namespace policy::plan {

using catalog::Function;
using catalog::Oid;
using catalog::Relation;
using catalog::RelationKind;

Closure::Closure(const Facts& facts, const Profile& profile)
    : profile_(profile), snapshot_(profile.access->snapshot()) {
  add(facts);
  follow();
}

void Closure::add(const Facts& facts) {
  for (const auto& use : facts.relations) {
    if (use.relation != nullptr) add(use.relation->oid);
  }
  for (const auto& call : facts.calls) {
    for (const Function* candidate : call.candidates) add_function(candidate->oid);
  }
}

void Closure::add(Oid relation) {
  if (relations_.insert(relation).second) open_relations_.push_back(relation);
}

void Closure::add_function(Oid function) {
  if (function < catalog::kFirstUserOid) return;
  if (functions_.insert(function).second) open_functions_.push_back(function);
}

void Closure::follow() {
  while (!open_relations_.empty()) {
    const Relation* relation = snapshot_.relation(open_relations_.back());
    open_relations_.pop_back();
    if (relation != nullptr) follow_relation(*relation);
  }
}

void Closure::follow_relation(const Relation& relation) {
  for (const Oid child : snapshot_.children(relation.oid)) add(child);
  for (const auto& read : relation.view_reads) add(read.relation);
  for (const Oid function : relation.view_functions) add_function(function);
  for (const Oid read : relation.policy_reads) add(read);
  for (const Oid function : relation.policy_functions) add_function(function);
  has_system_views_ |= relation.is_built_in() && relation.kind == RelationKind::View;
}

// The planner merges a body only where it is a query that it may read: in SQL, as the caller.
void Closure::follow_functions() {
  while (!open_functions_.empty()) {
    const Function* function = snapshot_.function(open_functions_.back());
    open_functions_.pop_back();
    if (function == nullptr || function->body.empty() || function->is_security_definer) continue;
    const Verdict verdict = rules::judge_body(*function, profile_);
    for (const auto& statement : verdict.statements) {
      if (statement.facts != nullptr) add(*statement.facts);
    }
    follow();
  }
}

bool Closure::knows(const Relation& relation) const {
  return relations_.contains(relation.oid) || (has_system_views_ && relation.is_built_in());
}

bool Closure::has(const Relation& relation) {
  if (knows(relation)) return true;
  follow_functions();
  return knows(relation);
}

bool Closure::has_foreign_tables() const {
  return std::ranges::any_of(relations_, [&](Oid oid) {
    const Relation* relation = snapshot_.relation(oid);
    return relation != nullptr && relation->kind == RelationKind::Foreign;
  });
}

}  // namespace policy::plan
