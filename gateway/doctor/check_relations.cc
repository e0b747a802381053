// SPDX-License-Identifier: Apache-2.0
// Privileges on tables, views and columns against the policy's decisions, in both directions.
#include <algorithm>
#include <set>

#include "gateway/doctor/checks.h"
#include "gateway/grants/quoting.h"
#include "policy/catalog/known_relations.h"
#include "policy/rewrite/names.h"

namespace gateway::doctor {
namespace {

namespace catalog = policy::catalog;
using catalog::RelationKind;
using Columns = std::vector<const catalog::Column*>;
using Numbers = std::set<std::int64_t>;

Numbers numbers_of(const std::string& cell) {
  Numbers numbers;
  for (const auto& word : words_of(cell)) numbers.insert(number_of(word));
  return numbers;
}

bool has(const Columns& columns, const catalog::Column& column) {
  return std::ranges::find(columns, &column) != columns.end();
}

std::string names_of(const Columns& columns) {
  std::string text;
  for (const auto* column : columns) {
    text.append(text.empty() ? "" : ", ").append(policy::quote_name(column->name));
  }
  return text;
}

// Columns that the server gives and the policy refuses.
Columns beyond(const catalog::Relation& relation, const Numbers& given, const Columns& allowed) {
  Columns columns;
  for (const auto& column : relation.columns) {
    if (given.contains(column.number) && !has(allowed, column)) columns.push_back(&column);
  }
  return columns;
}

Columns missing(const Numbers& given, const Columns& allowed) {
  Columns columns;
  for (const auto* column : allowed) {
    if (!given.contains(column->number)) columns.push_back(column);
  }
  return columns;
}

class RelationCheck {
 public:
  RelationCheck(const Patient& patient, Findings& findings)
      : patient_(patient), role_(role_sql(patient)), findings_(findings) {}

  void check(const catalog::Relation& relation, const Row& row) {
    may_ = patient_.rights.of(relation);
    table_ = grants::relation_sql(patient_.rights.snapshot(), relation);
    check_read(relation, numbers_of(row[2]));
    check_write(relation, words_of(row[1]), row);
  }

  // No privilege reaches it.
  void check_none(const catalog::Relation& relation) {
    const auto& snapshot = patient_.rights.snapshot();
    may_ = patient_.rights.of(relation);
    table_ = grants::relation_sql(snapshot, relation);
    if (may_.read.empty()) return;
    add(findings_, "privilege.missing", Severity::Warning, table_)
        .says("the policy allows it, and the role may not use its schema",
              "GRANT USAGE ON SCHEMA " + policy::quote_name(snapshot.schema_name(relation.schema)) +
                  " TO " + role_ + "; GRANT SELECT (" + names_of(may_.read) + ") ON TABLE " +
                  table_ + " TO " + role_ + ';');
  }

 private:
  std::string check_of(const catalog::Relation& relation) const {
    if (relation.kind == RelationKind::Foreign) return "privilege.foreign_table";
    if (!may_.is_readable) return "privilege.table";
    const bool is_view =
        relation.kind == RelationKind::View || relation.kind == RelationKind::MaterializedView;
    return is_view ? "privilege.view" : "privilege.column";
  }

  std::string narrowed() const {
    std::string sql = "REVOKE SELECT ON TABLE " + table_ + " FROM " + role_ + ", PUBLIC;";
    if (may_.read.empty()) return sql;
    return sql + " GRANT SELECT (" + names_of(may_.read) + ") ON TABLE " + table_ + " TO " + role_ +
           ';';
  }

  void check_read(const catalog::Relation& relation, const Numbers& given) {
    const Columns wider = beyond(relation, given, may_.read);
    if (!wider.empty()) {
      add(findings_, check_of(relation), Severity::Critical, table_)
          .says((may_.is_readable ? "the role may read what the policy refuses of it: "
                                  : "the role may read it, which the policy refuses: ") +
                    names_of(wider),
                narrowed());
    }
    const Columns narrower = missing(given, may_.read);
    if (narrower.empty()) return;
    add(findings_, "privilege.missing", Severity::Warning, table_)
        .says(
            "the policy allows what the server will refuse: reading " + names_of(narrower),
            "GRANT SELECT (" + names_of(narrower) + ") ON TABLE " + table_ + " TO " + role_ + ';');
  }

  void check_write(const catalog::Relation& relation, const std::vector<std::string>& given,
                   const Row& row) {
    std::string refused;
    const auto refuse = [&](const std::string& privilege) {
      refused.append(refused.empty() ? "" : ", ").append(privilege);
    };
    if (!beyond(relation, numbers_of(row[3]), may_.written).empty()) refuse("INSERT");
    if (!beyond(relation, numbers_of(row[4]), may_.written).empty()) refuse("UPDATE");
    for (const auto& privilege : given) {
      const bool is_by_column =
          privilege == "SELECT" || privilege == "INSERT" || privilege == "UPDATE";
      if (is_by_column || (privilege == "DELETE" && may_.may_delete)) continue;
      refuse(privilege);
    }
    if (refused.empty()) return;
    add(findings_, "privilege.write", Severity::Warning, table_)
        .says("the role has " + refused + " on it, which the policy refuses in whole or in part",
              "REVOKE " + refused + " ON TABLE " + table_ + " FROM " + role_ + ", PUBLIC;");
  }

  const Patient& patient_;
  std::string role_;
  Findings& findings_;
  grants::RelationRights may_;
  std::string table_;
};

void check_system_relations(const Patient& patient, Findings& findings) {
  for (const Row& row : patient.survey.of(Topic::SystemRelations)) {
    add(findings, "privilege.system", Severity::Critical, row[0])
        .says("the role may read a catalog that only superusers read",
              "REVOKE ALL ON TABLE " + row[0] + " FROM " + role_sql(patient) + ", PUBLIC;");
  }
}

bool is_superuser(const Patient& patient) {
  return std::ranges::any_of(patient.survey.of(Topic::Roles), [&](const Row& role) {
    return is_true(role[1]) && role[0] == patient.session.role;
  });
}

bool can_be_compared(const catalog::Relation& relation, const Patient& patient) {
  const auto schema = patient.rights.snapshot().schema_name(relation.schema);
  return !relation.is_built_in() && grants::is_table_like(relation.kind) &&
         !catalog::is_system_schema(schema);
}

}  // namespace

// Of a superuser one finding says it all.
void check_relations(const Patient& patient, Findings& findings) {
  if (is_superuser(patient)) return;
  const auto& snapshot = patient.rights.snapshot();
  RelationCheck check(patient, findings);
  std::set<std::int64_t> seen;
  for (const Row& row : patient.survey.of(Topic::Relations)) {
    seen.insert(number_of(row[0]));
    const auto* relation = snapshot.relation(static_cast<catalog::Oid>(number_of(row[0])));
    if (relation != nullptr) check.check(*relation, row);
  }
  for (const auto& relation : snapshot.relations()) {
    if (can_be_compared(relation, patient) && !seen.contains(relation.oid)) {
      check.check_none(relation);
    }
  }
  check_system_relations(patient, findings);
}

}  // namespace gateway::doctor
