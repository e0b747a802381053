// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "gateway/config/check.h"
#include "gateway/config/text.h"

namespace gateway::config {
namespace {

// The system's tables of passwords, without the column that says until when one is valid.
bool forgets_expiry(const std::string& query) {
  const std::string text = lower(query);
  const bool reads_passwords = text.contains("pg_authid") || text.contains("pg_shadow");
  return reads_passwords && !text.contains("valuntil") && !text.contains("rolvaliduntil");
}

void check_query(Findings& findings, const std::string& query) {
  if (query.empty()) return;
  if (!query.contains("$1")) {
    findings.error("auth_query.query", "must hold $1, which stands for the user's name");
  }
  if (forgets_expiry(query)) {
    findings.warning("auth_query.query",
                     "lets passwords in whose VALID UNTIL is over; give NULL instead of them: CASE "
                     "WHEN rolvaliduntil < now() THEN NULL ELSE rolpassword END");
  }
}

// The role that asks can ask for everybody's verifier.
void check_asker(Findings& findings, const Database& database) {
  const AuthQuery& auth_query = findings.config().auth_query;
  if (auth_query.user.empty() || auth_query.user == database.user) {
    findings.warning("auth_query.user",
                     fmt::format("clients' statements run as '{}', too, so they could ask for "
                                 "verifiers; give auth_query a user of its own",
                                 printable(database.user)));
  }
  if (auth_query.user.empty() && !auth_query.password.empty()) {
    findings.error("auth_query.password", "is given without auth_query.user");
  }
  check_literal(findings, "auth_query.password");
}

bool is_given(const AuthQuery& auth_query) {
  return !auth_query.query.empty() || !auth_query.user.empty() || !auth_query.password.empty();
}

}  // namespace

void check_auth_query(Findings& findings) {
  const AuthQuery& auth_query = findings.config().auth_query;
  if (auth_query.database.empty()) {
    if (!is_given(auth_query)) return;
    return findings.error("auth_query.database",
                          "is needed: the name of the one of databases[] that knows the users");
  }
  check_query(findings, auth_query.query);
  const auto& databases = findings.config().databases;
  const auto database = std::ranges::find(databases, auth_query.database, &Database::name);
  if (database == databases.end()) {
    return findings.error("auth_query.database", fmt::format("'{}' is none of databases[]",
                                                             printable(auth_query.database)));
  }
  check_asker(findings, *database);
}

}  // namespace gateway::config
