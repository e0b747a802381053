// SPDX-License-Identifier: Apache-2.0
// Which relations of a catalog may be read and named: schemas, tables, parents, kinds.
#pragma once

#include <vector>

#include "policy/rules/name_lists.h"

namespace policy::rules {

struct RelationDecision {
  const Refusal* readable = nullptr;  // null: it may be read
  const Refusal* named = nullptr;     // null: a constant may name it ('orders'::regclass, nextval)
};

class RelationRules {
 public:
  explicit RelationRules(const Binding& binding);
  // In the order of Snapshot::relations(). Refusals live as long as the rules.
  std::vector<RelationDecision> decide() const;
  // Schema rules alone. Null: its objects may be used.
  const Refusal* schema(std::string_view name) const;
  // Relations that no rule needs to know: of another catalog.
  static const Refusal* unknown();

 private:
  const Refusal* own_named(const catalog::Relation& relation) const;
  const Refusal* own_readable(const catalog::Relation& relation) const;
  const Refusal* system(const catalog::Relation& relation, std::string_view schema) const;
  const Refusal* by_table(const catalog::Relation& relation, std::string_view schema) const;
  const Refusal* by_kind(const catalog::Relation& relation, std::string_view schema) const;
  const Refusal* by_extension(const catalog::Relation& relation) const;

  Binding binding_;
  AllowList schemas_, allowed_, foreign_;
  std::vector<DenyEntry> denied_;
  Refusal by_schema_, by_allowed_, by_foreign_, by_extension_, by_system_;
};

}  // namespace policy::rules
