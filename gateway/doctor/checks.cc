// SPDX-License-Identifier: Apache-2.0
#include "gateway/doctor/checks.h"
#include "policy/rewrite/names.h"

namespace gateway::doctor {

Findings check_all(const Patient& patient) {
  Findings findings;
  for (const auto check :
       {check_roles, check_relations, check_places, check_routines, check_shadows, check_outside,
        check_settings, check_tables, check_connection}) {
    check(patient, findings);
  }
  sort(findings);
  return findings;
}

std::string role_sql(const Patient& patient) { return policy::quote_name(patient.session.role); }

}  // namespace gateway::doctor
