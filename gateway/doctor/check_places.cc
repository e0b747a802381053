// SPDX-License-Identifier: Apache-2.0
// Where the role can make objects: schemas, the database, and privileges that objects are born
// with.
#include <algorithm>

#include "gateway/doctor/checks.h"
#include "policy/rewrite/names.h"

namespace gateway::doctor {
namespace {

using policy::quote_name;

bool is_in_path(const Patient& patient, std::int64_t schema) {
  return std::ranges::find(patient.rights.access().search_path(), schema) !=
         patient.rights.access().search_path().end();
}

void check_schema(const Patient& patient, const Row& row, Findings& findings) {
  const std::string fix =
      "REVOKE CREATE ON SCHEMA " + quote_name(row[1]) + " FROM PUBLIC, " + role_sql(patient) + ';';
  if (is_in_path(patient, number_of(row[0]))) {
    add(findings, "schema.create_in_path", Severity::Critical, quote_name(row[1]))
        .says(
            "the role may create objects in a schema of the search path: a function or operator "
            "there can take the place of another",
            fix);
  } else {
    add(findings, "schema.create", Severity::Warning, quote_name(row[1]))
        .says("the role may create objects in this schema", fix);
  }
}

void check_database(const Patient& patient, Findings& findings) {
  const Rows& rows = patient.survey.of(Topic::Database);
  if (rows.empty()) return;
  const std::string database = patient.session.database;
  const std::string from =
      " ON DATABASE " + quote_name(database) + " FROM PUBLIC, " + role_sql(patient) + ';';
  if (is_true(rows.front()[0])) {
    add(findings, "database.create", Severity::Warning, quote_name(database))
        .says("the role may create schemas and trusted extensions", "REVOKE CREATE" + from);
  }
  if (is_true(rows.front()[1])) {
    add(findings, "database.temporary", Severity::Warning, quote_name(database))
        .says("the role may create temporary tables, which hide tables of the same name",
              "REVOKE TEMPORARY" + from);
  }
}

std::string_view objects_of(const std::string& type) {
  if (type == "S") return "SEQUENCES";
  return type == "f" ? "ROUTINES" : "TABLES";
}

void check_default(const Row& row, Findings& findings) {
  const std::string where = row[1].empty() ? "" : " IN SCHEMA " + quote_name(row[1]);
  add(findings, "default_privileges", Severity::Warning, row[0])
      .says("what this role creates is born with " + row[4] + " for " + row[3] +
                ", whatever the policy says of it",
            "ALTER DEFAULT PRIVILEGES FOR ROLE " + row[0] + where + " REVOKE " + row[4] + " ON " +
                std::string(objects_of(row[2])) + " FROM " + row[3] + ';');
}

}  // namespace

void check_places(const Patient& patient, Findings& findings) {
  for (const Row& row : patient.survey.of(Topic::Schemas)) {
    check_schema(patient, row, findings);
  }
  check_database(patient, findings);
  for (const Row& row : patient.survey.of(Topic::DefaultPrivileges)) {
    check_default(row, findings);
  }
}

}  // namespace gateway::doctor
