// SPDX-License-Identifier: Apache-2.0
// Who the pool logs in as, and becomes: attributes, memberships, what it owns.
#include <algorithm>
#include <array>

#include "gateway/config/text.h"
#include "gateway/doctor/checks.h"
#include "policy/rewrite/names.h"

namespace gateway::doctor {
namespace {

using policy::quote_name;

struct Attribute {
  std::string_view word, why;
  Severity severity;
};

// In the order of the columns of Topic::Roles, after the name.
constexpr std::array kAttributes{
    Attribute{"SUPERUSER", "no privilege is checked for it", Severity::Critical},
    Attribute{"BYPASSRLS", "row security does not hold for it", Severity::Critical},
    Attribute{"CREATEROLE", "it can make itself another role", Severity::Critical},
    Attribute{"CREATEDB", "it can make databases that nobody watches", Severity::Warning},
    Attribute{"REPLICATION", "it can read all that is written, past every table's privileges",
              Severity::Critical},
};

struct Predefined {
  std::string_view role, why;
};

constexpr std::array kPredefined{
    Predefined{"pg_read_all_data", "reads every table"},
    Predefined{"pg_write_all_data", "writes every table"},
    Predefined{"pg_read_server_files", "reads files of the server"},
    Predefined{"pg_write_server_files", "writes files of the server"},
    Predefined{"pg_execute_server_program", "runs programs on the server"},
    Predefined{"pg_signal_backend", "ends other sessions"},
    Predefined{"pg_monitor", "reads other sessions' statements and settings"},
    Predefined{"pg_read_all_stats", "reads other sessions' statements"},
    Predefined{"pg_read_all_settings", "reads every setting"},
    Predefined{"pg_checkpoint", "makes the server write"},
    Predefined{"pg_maintain", "locks and rewrites every table"},
    Predefined{"pg_create_subscription", "opens connections to other servers"},
    Predefined{"pg_database_owner", "owns the schema public"},
    Predefined{"rds_superuser", "is a superuser in all but name"},
    Predefined{"cloudsqlsuperuser", "is a superuser in all but name"},
    Predefined{"azure_pg_admin", "is a superuser in all but name"},
};

void check_attributes(const Row& role, Findings& findings) {
  for (std::size_t i = 0; i < kAttributes.size(); ++i) {
    if (!is_true(role[i + 1])) continue;
    const auto& [word, why, severity] = kAttributes[i];
    add(findings, "role." + config::lower(word), severity, role[0])
        .says("the role has " + std::string(word) + ": " + std::string(why),
              "ALTER ROLE " + quote_name(role[0]) + " NO" + std::string(word) + ';');
  }
}

// Who owns the database is a member that nobody made one.
std::string leaving(const std::string& member, const std::string& group,
                    const std::string& database) {
  if (group == "pg_database_owner")
    return "ALTER DATABASE " + quote_name(database) + " OWNER TO …;";
  return "REVOKE " + quote_name(group) + " FROM " + quote_name(member) + ';';
}

void check_membership(const Patient& patient, const Row& row, Findings& findings) {
  const std::string &member = row[0], &group = row[1];
  const std::string fix = leaving(member, group, patient.database.dbname);
  const auto known = std::ranges::find(kPredefined, group, &Predefined::role);
  if (known != kPredefined.end()) {
    add(findings, "role.predefined", Severity::Critical, member)
        .says("the role is a member of " + group + ", which " + std::string(known->why), fix);
  } else {
    add(findings, "role.member", Severity::Warning, member)
        .says(
            "the role is a member of " + group + ": what that may do, it may do or become able to",
            fix);
  }
}

}  // namespace

void check_roles(const Patient& patient, Findings& findings) {
  for (const Row& role : patient.survey.of(Topic::Roles)) check_attributes(role, findings);
  for (const Row& row : patient.survey.of(Topic::Memberships)) {
    if (row[1] == patient.database.readonly_role) continue;  // it becomes that one
    check_membership(patient, row, findings);
  }
  for (const Row& row : patient.survey.of(Topic::Owned)) {
    add(findings, "role.owner", Severity::Critical, row[0])
        .says("the role owns " + row[1] +
                  " objects: it can read, change, drop and grant them, whatever is revoked",
              "REASSIGN OWNED BY " + quote_name(row[0]) + " TO …;");
  }
}

}  // namespace gateway::doctor
