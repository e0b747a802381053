// SPDX-License-Identifier: Apache-2.0
// Settings of the server, of roles and of databases that loosen what the gateway relies on, and
// those of the configuration that leave a limit out.
#include <algorithm>
#include <array>

#include "gateway/config/libpq.h"
#include "gateway/doctor/checks.h"
#include "policy/rewrite/names.h"

namespace gateway::doctor {
namespace {

using policy::quote_name;

struct Expected {
  std::string_view name, value;
  Severity severity;
  std::string_view why, fix;
};

constexpr std::array kExpected{
    Expected{"max_prepared_transactions", "0", Severity::Warning,
             "a transaction that is prepared keeps its locks after its session is gone",
             "ALTER SYSTEM SET max_prepared_transactions = 0; -- then restart"},
    Expected{
        "standard_conforming_strings", "on", Severity::Warning,
        "a backslash ends literals elsewhere than the policy's parser thinks; the gateway pins "
        "it for its own connections",
        "ALTER SYSTEM RESET standard_conforming_strings;"},
    Expected{"lo_compat_privileges", "off", Severity::Warning,
             "privileges on large objects are not checked",
             "ALTER SYSTEM RESET lo_compat_privileges;"},
    Expected{"row_security", "on", Severity::Note,
             "queries on tables with row security fail instead of being filtered",
             "ALTER SYSTEM RESET row_security;"},
    Expected{"session_replication_role", "origin", Severity::Critical,
             "triggers and foreign keys are not enforced",
             "ALTER SYSTEM RESET session_replication_role;"},
    Expected{"fsync", "on", Severity::Warning,
             "a crash of the machine loses or corrupts what was committed",
             "ALTER SYSTEM SET fsync = on; SELECT pg_reload_conf();"},
};

void check_server(const Patient& patient, Findings& findings) {
  for (const Row& row : patient.survey.of(Topic::Settings)) {
    const auto expected = std::ranges::find(kExpected, row[0], &Expected::name);
    if (expected != kExpected.end() && row[1] != expected->value) {
      add(findings, "setting." + row[0], expected->severity, row[0] + " = " + row[1])
          .says(std::string(expected->why), std::string(expected->fix));
    }
    if (row[0] == "temp_file_limit" && row[1] == "-1") {
      add(findings, "setting.temp_file_limit", Severity::Warning, "temp_file_limit = -1")
          .says("one statement can fill the server's disk with temporary files",
                "ALTER ROLE " + role_sql(patient) + " SET temp_file_limit = '1GB';");
    }
    if (row[0] == "log_connections" && (row[1] == "off" || row[1].empty())) {
      add(findings, "setting.log_connections", Severity::Note, "log_connections = off")
          .says("the server's log does not show who comes past the gateway",
                "ALTER SYSTEM SET log_connections = 'on';");
    }
  }
}

// Set for a role or a database, these change what is judged, or by whom.
constexpr std::array kLoosening{
    std::string_view("session_replication_role"),
    std::string_view("role"),
    std::string_view("session_authorization"),
    std::string_view("row_security"),
    std::string_view("client_encoding"),
    std::string_view("standard_conforming_strings"),
    std::string_view("local_preload_libraries"),
    std::string_view("session_preload_libraries"),
    std::string_view("seq_page_cost"),
    std::string_view("random_page_cost"),
    std::string_view("cpu_tuple_cost"),
    std::string_view("cpu_operator_cost"),
    std::string_view("cpu_index_tuple_cost"),
    std::string_view("lo_compat_privileges"),
};

std::string reset_sql(const Patient& patient, const Row& row) {
  const std::string database = quote_name(patient.session.database);
  std::string target = "DATABASE " + database;
  if (!row[1].empty()) {
    target = "ROLE " + quote_name(row[1]);
    if (row[0] == "role in database") target += " IN DATABASE " + database;
  } else if (row[0] == "all") {
    target = "ROLE ALL";
  }
  return "ALTER " + target + " RESET " + quote_name(row[2]) + ';';
}

void check_role_settings(const Patient& patient, Findings& findings) {
  const auto pins = config::pinned_settings(patient.database);
  for (const Row& row : patient.survey.of(Topic::RoleSettings)) {
    const auto pin = std::ranges::find(pins, row[2], &config::Settings::value_type::first);
    const bool differs = pin != pins.end() && pin->second != row[3];
    const bool loosens = std::ranges::find(kLoosening, row[2]) != kLoosening.end();
    if (!differs && (pin != pins.end() || !loosens)) continue;
    const std::string whose = row[1].empty() ? row[0] : row[0] + ' ' + row[1];
    add(findings, "setting.override", differs ? Severity::Note : Severity::Warning,
        whose + ": " + row[2] + " = " + row[3])
        .says(differs
                  ? "set otherwise than the gateway pins it: a connection past the gateway has this"
                  : "it is not the gateway's, and changes what runs or what it costs",
              reset_sql(patient, row));
  }
}

void check_configuration(const Patient& patient, Findings& findings) {
  const config::Database& database = patient.database;
  if (database.statement_timeout == config::Duration::zero()) {
    add(findings, "config.statement_timeout", Severity::Warning, "databases." + database.name)
        .says("a statement may run for ever: no estimate stops what is cheap on paper",
              "statement_timeout: 30s");
  }
  if (database.idle_in_transaction_timeout == config::Duration::zero()) {
    add(findings, "config.idle_in_transaction_timeout", Severity::Warning,
        "databases." + database.name)
        .says("a client that went quiet keeps its locks and its snapshot",
              "idle_in_transaction_timeout: 60s");
  }
}

}  // namespace

void check_settings(const Patient& patient, Findings& findings) {
  check_server(patient, findings);
  check_role_settings(patient, findings);
  check_configuration(patient, findings);
}

}  // namespace gateway::doctor
