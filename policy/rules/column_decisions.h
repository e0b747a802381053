// SPDX-License-Identifier: Apache-2.0
// Which columns of a catalog may be read: column rules, parents, generated columns.
#pragma once

#include <vector>

#include "policy/rules/column_names.h"
#include "policy/rules/name_lists.h"

namespace policy::rules {

// As Relation::columns; null: readable. Empty: all are.
using ColumnDecisions = std::vector<const Refusal*>;

class ColumnRules {
 public:
  explicit ColumnRules(const Binding& binding);
  // In the order of Snapshot::relations(). Refusals live as long as the rules.
  std::vector<ColumnDecisions> decide() const;
  // Of a column that the catalog does not have.
  static const Refusal* unknown();

 private:
  ColumnDecisions own(const catalog::Relation& relation, ColumnNames& names) const;
  void apply_entries(const catalog::Relation& relation, std::string_view schema, ColumnNames& names,
                     ColumnDecisions& decisions) const;
  void apply_system(const catalog::Relation& relation, std::string_view schema,
                    ColumnDecisions& decisions) const;

  Binding binding_;
  std::vector<DenyEntry> denied_;  // `denied`, then `denied_patterns`
  Refusal by_system_;
};

}  // namespace policy::rules
