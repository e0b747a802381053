// SPDX-License-Identifier: Apache-2.0
// Tables that are not what they seem: without statistics, with row security that does not hold,
// with children elsewhere.
#include "gateway/doctor/checks.h"
#include "gateway/grants/quoting.h"
#include "policy/rewrite/names.h"

namespace gateway::doctor {
namespace {

namespace catalog = policy::catalog;
using catalog::Relation;
using catalog::RelationKind;

bool has_statistics(const Relation& relation) { return relation.row_estimate >= 0; }

bool keeps_rows(const Relation& relation) {
  return relation.kind == RelationKind::Table || relation.kind == RelationKind::MaterializedView ||
         relation.kind == RelationKind::Partitioned;
}

// The gate judges by the server's estimates; without the gate nobody does.
void check_statistics(const Patient& patient, Findings& findings) {
  if (!patient.access.explain.enabled) return;
  const auto& snapshot = patient.rights.snapshot();
  for (const auto& relation : snapshot.relations()) {
    if (relation.is_built_in() || !keeps_rows(relation) || has_statistics(relation)) continue;
    if (!patient.rights.of(relation).is_readable) continue;
    const std::string table = grants::relation_sql(snapshot, relation);
    add(findings, "table.never_analysed", Severity::Warning, table)
        .says("it has no statistics: the plan gate judges by a guess", "ANALYZE " + table + ';');
  }
}

void check_row_security(const Patient& patient, Findings& findings) {
  const auto& snapshot = patient.rights.snapshot();
  for (const Row& row : patient.survey.of(Topic::RowSecurity)) {
    const auto* relation = snapshot.relation(static_cast<catalog::Oid>(number_of(row[0])));
    if (relation == nullptr) continue;
    const std::string table = grants::relation_sql(snapshot, *relation);
    add(findings, "table.row_security_owner", Severity::Critical, table)
        .says("the role has its owner's rights, and row security does not hold for owners",
              "ALTER TABLE " + table + " FORCE ROW LEVEL SECURITY; -- or another owner");
  }
}

// A child in an allowed schema looks like a table of its own.
void check_children(const Patient& patient, Findings& findings) {
  const auto& snapshot = patient.rights.snapshot();
  const auto& access = patient.rights.access();
  for (const auto& relation : snapshot.relations()) {
    const bool is_open = access.schema(snapshot.schema_name(relation.schema)) == nullptr;
    for (const catalog::Oid oid : relation.parents) {
      const auto* parent = snapshot.relation(oid);
      if (parent == nullptr || parent->schema == relation.schema || !is_open) continue;
      if (access.relation(*parent) == nullptr) continue;
      const std::string table = grants::relation_sql(snapshot, relation);
      add(findings, "table.child_elsewhere", Severity::Note, table)
          .says("it is a child or partition of " + grants::relation_sql(snapshot, *parent) +
                    ", which is refused, but lies in a schema that may be used",
                "ALTER TABLE " + table + " SET SCHEMA " +
                    policy::quote_name(snapshot.schema_name(parent->schema)) + ';');
    }
  }
}

}  // namespace

void check_tables(const Patient& patient, Findings& findings) {
  check_statistics(patient, findings);
  check_row_security(patient, findings);
  check_children(patient, findings);
}

}  // namespace gateway::doctor
