// SPDX-License-Identifier: Apache-2.0
// Functions that the role can call and the policy refuses, and languages that run anything.
#include "gateway/doctor/checks.h"
#include "gateway/grants/quoting.h"

namespace gateway::doctor {
namespace {

namespace catalog = policy::catalog;

Finding callable(const Patient& patient, const catalog::Function& function, bool is_definer) {
  const std::string routine = grants::routine_sql(patient.rights.snapshot(), function);
  Finding finding;
  finding.check = is_definer ? "function.security_definer" : "function.executable";
  finding.severity = is_definer ? Severity::Critical : Severity::Warning;
  finding.object = routine;
  finding.message = is_definer ? "the role may call it, which the policy refuses; it runs with the "
                                 "rights of its owner"
                               : "the role may call it, which the policy refuses";
  finding.fix =
      "REVOKE EXECUTE ON ROUTINE " + routine + " FROM PUBLIC, " + role_sql(patient.survey) + ';';
  return finding;
}

}  // namespace

void check_routines(const Patient& patient, Findings& findings) {
  for (const Row& row : patient.survey.of(Topic::Routines)) {
    const auto oid = static_cast<catalog::Oid>(number_of(row[0]));
    const auto* function = patient.rights.snapshot().function(oid);
    if (function == nullptr || function->decision != catalog::Decision::NotBuiltIn) continue;
    if (patient.rights.may_call(*function)) continue;
    findings.push_back(callable(patient, *function, is_true(row[1])));
  }
  for (const Row& row : patient.survey.of(Topic::Languages)) {
    Finding finding;
    finding.check = "language.untrusted";
    finding.object = grants::identifier(row[0]);
    finding.message = "functions in this language can do whatever the server's account can";
    finding.fix = "DROP LANGUAGE " + grants::identifier(row[0]) + "; -- or its extension";
    findings.push_back(std::move(finding));
  }
}

}  // namespace gateway::doctor
