// SPDX-License-Identifier: Apache-2.0
// The checks of `postern doctor`, one function a group: pure, from rows and the policy's own
// decisions to findings.
#pragma once

#include "gateway/config/config.h"
#include "gateway/doctor/finding.h"
#include "gateway/doctor/survey.h"
#include "gateway/grants/rights.h"

namespace gateway::doctor {

struct Patient {
  const Survey& survey;
  SessionFacts session;
  const grants::Rights& rights;  // of the database's own policy, or of a user's
  const config::Database& database;
  const config::AccessRules& access;  // as `rights`
};

void check_roles(const Patient& patient, Findings& findings);
void check_relations(const Patient& patient, Findings& findings);
void check_places(const Patient& patient, Findings& findings);  // schemas and the database
void check_routines(const Patient& patient, Findings& findings);
void check_shadows(const Patient& patient, Findings& findings);
void check_outside(const Patient& patient, Findings& findings);  // what leads out of the database
void check_settings(const Patient& patient, Findings& findings);
void check_tables(const Patient& patient, Findings& findings);
void check_connection(const Patient& patient, Findings& findings);

Findings check_all(const Patient& patient);

// Who privileges are checked for, as SQL.
std::string role_sql(const Patient& patient);

}  // namespace gateway::doctor
