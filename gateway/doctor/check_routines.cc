// SPDX-License-Identifier: Apache-2.0
// Functions that the role can call and the policy refuses, and languages that run anything.
#include "gateway/doctor/checks.h"
#include "gateway/grants/quoting.h"
#include "policy/rewrite/names.h"

namespace gateway::doctor {
namespace {

namespace catalog = policy::catalog;

void check_callable(const Patient& patient, const catalog::Function& function, Findings& findings) {
  const std::string routine = grants::routine_sql(patient.rights.snapshot(), function);
  const std::string fix =
      "REVOKE EXECUTE ON ROUTINE " + routine + " FROM PUBLIC, " + role_sql(patient) + ';';
  if (function.is_security_definer) {
    add(findings, "function.security_definer", Severity::Critical, routine)
        .says("the role may call it, which the policy refuses; it runs with its owner's rights",
              fix);
  } else {
    add(findings, "function.executable", Severity::Warning, routine)
        .says("the role may call it, which the policy refuses", fix);
  }
}

}  // namespace

void check_routines(const Patient& patient, Findings& findings) {
  for (const Row& row : patient.survey.of(Topic::Routines)) {
    const auto oid = static_cast<catalog::Oid>(number_of(row[0]));
    const auto* function = patient.rights.snapshot().function(oid);
    if (function == nullptr || function->decision != catalog::Decision::NotBuiltIn) continue;
    if (patient.rights.may_call(*function)) continue;
    check_callable(patient, *function, findings);
  }
  for (const Row& row : patient.survey.of(Topic::Languages)) {
    const std::string language = policy::quote_name(row[0]);
    add(findings, "language.untrusted", Severity::Warning, language)
        .says("functions in this language can do whatever the server's account can",
              "DROP LANGUAGE " + language + "; -- or its extension");
  }
}

}  // namespace gateway::doctor
