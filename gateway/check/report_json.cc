// SPDX-License-Identifier: Apache-2.0
#include "gateway/check/report_json.h"

#include <algorithm>
#include <utility>

#include "gateway/check/facts_json.h"
#include "policy/error_code.h"
#include "policy/rules/access.h"

namespace gateway::check {
namespace {

using Json = nlohmann::ordered_json;
using policy::StatementVerdict;
using policy::Violation;

Json violation_json(const Violation& violation) {
  const auto& face = policy::face(violation.code);
  return {{"check", policy::name(violation.check)},
          {"resource", violation.resource},
          {"rule", violation.rule},
          {"code", face.name},
          {"sqlstate", face.sqlstate},
          {"message", violation.message},
          {"hint", violation.hint},
          {"position", violation.position}};
}

Json statement_json(const StatementVerdict& statement, const policy::Profile& profile) {
  Json json{{"class", policy::name(statement.statement_class)},
            {"offset", statement.offset},
            {"bytes", statement.bytes}};
  if (statement.facts && profile.access) {
    json.update(facts_json(*statement.facts, profile.access->snapshot()));
  }
  return json;
}

void add_step(Json& report, const Judged& judged, std::size_t step,
              const policy::Profile& profile) {
  const Outcome& outcome = judged.steps[step];
  const auto append = [&](const char* list, Json item) {
    if (judged.is_script) item["step"] = step;
    report[list].push_back(std::move(item));
  };
  for (const Violation* violation : violations_of(outcome)) {
    append("violations", violation_json(*violation));
    const std::string_view code = policy::face(violation->code).name;
    if (std::ranges::find(report["codes"], Json(code)) == report["codes"].end()) {
      report["codes"].push_back(code);
    }
  }
  if (!outcome.verdict) return;
  for (const auto& statement : outcome.verdict->statements) {
    append("statements", statement_json(statement, profile));
  }
}

}  // namespace

bool Judged::allowed() const { return std::ranges::all_of(steps, &Outcome::allowed); }

std::vector<const Violation*> violations_of(const Outcome& outcome) {
  std::vector<const Violation*> all;
  if (outcome.verdict) {
    for (const auto& violation : outcome.verdict->unreadable) all.push_back(&violation);
    for (const auto& statement : outcome.verdict->statements) {
      for (const auto& violation : statement.violations) all.push_back(&violation);
    }
    if (all.empty() && !outcome.verdict->allowed()) all.push_back(outcome.verdict->refusal());
  }
  for (const auto& violation : outcome.refusals) all.push_back(&violation);
  return all;
}

Json report_json(const Judged& judged, const policy::Profile& profile) {
  Json report{{"id", judged.id},        {"verdict", judged.allowed() ? "allow" : "deny"},
              {"codes", Json::array()}, {"violations", Json::array()},
              {"rewritten", nullptr},   {"statements", Json::array()}};
  for (std::size_t i = 0; i < judged.steps.size(); ++i) add_step(report, judged, i, profile);
  return report;
}

std::string line_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace gateway::check
