// SPDX-License-Identifier: Apache-2.0
// What leads out of the database's tables: extensions, foreign servers, large objects.
#include <algorithm>
#include <array>

#include "gateway/doctor/checks.h"
#include "policy/rewrite/names.h"

namespace gateway::doctor {
namespace {

using policy::quote_name;

struct Known {
  std::string_view extension, why;
};

constexpr std::array kKnown{
    Known{"dblink", "opens connections and runs any SQL over them"},
    Known{"postgres_fdw", "opens connections to other servers"},
    Known{"file_fdw", "reads files and runs programs of the server"},
    Known{"adminpack", "writes files of the server"},
    Known{"pageinspect", "reads pages of tables past their privileges"},
    Known{"pg_surgery", "changes rows past every check"},
    Known{"pg_walinspect", "reads the write-ahead log, and so every row"},
    Known{"pg_buffercache", "tells what other sessions read"},
    Known{"pg_cron", "runs SQL text later, as its owner"},
    Known{"plpython3u", "runs any program"},
    Known{"plperlu", "runs any program"},
    Known{"xml2", "runs SQL text that no rule sees"},
    Known{"lo", "makes large objects, which no rule can name"},
};

void check_extensions(const Patient& patient, Findings& findings) {
  for (const Row& row : patient.survey.of(Topic::Extensions)) {
    const auto known = std::ranges::find(kKnown, row[0], &Known::extension);
    if (known == kKnown.end()) continue;
    add(findings, "extension.dangerous", Severity::Warning, quote_name(row[0]))
        .says("this extension " + std::string(known->why),
              "DROP EXTENSION " + quote_name(row[0]) + ';');
  }
}

void check_foreign(const Patient& patient, Findings& findings) {
  const std::string from = " FROM PUBLIC, " + role_sql(patient) + ';';
  for (const Row& row : patient.survey.of(Topic::ForeignServers)) {
    add(findings, "foreign.server", Severity::Warning, quote_name(row[0]))
        .says("the role may make its own foreign tables and mappings on this server",
              "REVOKE USAGE ON FOREIGN SERVER " + quote_name(row[0]) + from);
  }
  for (const Row& row : patient.survey.of(Topic::UserMappings)) {
    const bool is_public = row[1] == "public";
    const std::string whose = is_public ? "PUBLIC" : quote_name(row[1]);
    add(findings, "foreign.user_mapping", Severity::Warning, quote_name(row[0]))
        .says("the role can act on this foreign server by the mapping for " + whose,
              "DROP USER MAPPING FOR " + whose + " SERVER " + quote_name(row[0]) + ';');
  }
}

}  // namespace

void check_outside(const Patient& patient, Findings& findings) {
  check_extensions(patient, findings);
  check_foreign(patient, findings);
  for (const Row& row : patient.survey.of(Topic::LargeObjects)) {
    add(findings, "large_object.readable", Severity::Warning, row[0])
        .says("the role has privileges on this large object, which no rule can name",
              "REVOKE ALL ON LARGE OBJECT " + row[0] + " FROM PUBLIC, " + role_sql(patient) + ';');
  }
}

}  // namespace gateway::doctor
