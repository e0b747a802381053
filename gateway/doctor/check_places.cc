// SPDX-License-Identifier: Apache-2.0
// Where the role can make objects: schemas, the database, and privileges that objects are born
// with.
#include <algorithm>

#include "gateway/doctor/checks.h"
#include "gateway/grants/quoting.h"

namespace gateway::doctor {
namespace {

using grants::identifier;

bool is_in_path(const Patient& patient, std::int64_t schema) {
  return std::ranges::find(patient.rights.access().search_path(), schema) !=
         patient.rights.access().search_path().end();
}

Finding writable_schema(const Patient& patient, const Row& row) {
  const bool is_searched = is_in_path(patient, number_of(row[0]));
  Finding finding;
  finding.check = is_searched ? "schema.create_in_path" : "schema.create";
  finding.severity = is_searched ? Severity::Critical : Severity::Warning;
  finding.object = identifier(row[1]);
  finding.message = is_searched
                        ? "the role may create objects in a schema of the search path: a function "
                          "or operator there can take the place of another"
                        : "the role may create objects in this schema";
  finding.fix = "REVOKE CREATE ON SCHEMA " + identifier(row[1]) + " FROM PUBLIC, " +
                role_sql(patient.survey) + ';';
  return finding;
}

void check_database(const Patient& patient, Findings& findings) {
  const Rows& rows = patient.survey.of(Topic::Database);
  if (rows.empty()) return;
  const std::string database = patient.survey.of(Topic::Session).front()[2];
  const auto add = [&](std::string check, std::string privilege, std::string message) {
    Finding finding;
    finding.check = std::move(check);
    finding.object = identifier(database);
    finding.message = std::move(message);
    finding.fix = "REVOKE " + privilege + " ON DATABASE " + identifier(database) +
                  " FROM PUBLIC, " + role_sql(patient.survey) + ';';
    findings.push_back(std::move(finding));
  };
  if (is_true(rows.front()[0])) {
    add("database.create", "CREATE", "the role may create schemas and trusted extensions");
  }
  if (is_true(rows.front()[1])) {
    add("database.temporary", "TEMPORARY",
        "the role may create temporary tables, which hide tables of the same name");
  }
}

std::string_view objects_of(const std::string& type) {
  if (type == "S") return "SEQUENCES";
  return type == "f" ? "ROUTINES" : "TABLES";
}

Finding default_privilege(const Row& row) {
  const std::string where = row[1].empty() ? "" : " IN SCHEMA " + identifier(row[1]);
  Finding finding;
  finding.check = "default_privileges";
  finding.object = row[0];
  finding.message = "what this role creates is born with " + row[4] + " for " + row[3] +
                    ", whatever the policy says of it";
  finding.fix = "ALTER DEFAULT PRIVILEGES FOR ROLE " + row[0] + where + " REVOKE " + row[4] +
                " ON " + std::string(objects_of(row[2])) + " FROM " + row[3] + ';';
  return finding;
}

}  // namespace

void check_places(const Patient& patient, Findings& findings) {
  for (const Row& row : patient.survey.of(Topic::Schemas)) {
    findings.push_back(writable_schema(patient, row));
  }
  check_database(patient, findings);
  for (const Row& row : patient.survey.of(Topic::DefaultPrivileges)) {
    findings.push_back(default_privilege(row));
  }
}

}  // namespace gateway::doctor
