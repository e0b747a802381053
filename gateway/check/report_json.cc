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
  const std::string_view sqlstate = violation.sqlstate.empty() ? face.sqlstate : violation.sqlstate;
  return {{"check", policy::name(violation.check)},
          {"resource", violation.resource},
          {"rule", violation.rule},
          {"code", face.name},
          {"sqlstate", sqlstate},
          {"message", violation.message},
          {"hint", violation.hint},
          {"position", violation.position}};
}

Json statement_json(const StatementVerdict& statement, const policy::Profile& profile) {
  Json json{{"class", policy::name(statement.statement_class)},
            {"offset", statement.offset},
            {"bytes", statement.bytes}};
  if (profile.plan) json["plan"] = statement.needs_plan ? "needed" : "bounded";
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
    for (const auto& warning : statement.warnings) append("warnings", violation_json(warning));
    append("statements", statement_json(statement, profile));
  }
}

bool is_rewritten(const Outcome& outcome) {
  return outcome.verdict && !outcome.verdict->rewritten.empty();
}

const char* verdict_of(const Judged& judged) {
  if (!judged.allowed()) return "deny";
  return std::ranges::any_of(judged.steps, is_rewritten) ? "rewrite" : "allow";
}

// The text to run instead; of a script, one for each step. Null: as it is.
Json rewritten_of(const Judged& judged) {
  if (!judged.allowed() || std::ranges::none_of(judged.steps, is_rewritten)) return nullptr;
  Json texts = Json::array();
  for (const Outcome& outcome : judged.steps) {
    texts.push_back(is_rewritten(outcome) ? Json(outcome.verdict->rewritten) : Json());
  }
  return judged.is_script ? texts : texts.front();
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
  Json report;
  report["id"] = judged.id;
  report["verdict"] = verdict_of(judged);
  for (const char* list : {"codes", "violations", "warnings"}) report[list] = Json::array();
  report["rewritten"] = rewritten_of(judged);
  report["statements"] = Json::array();
  for (std::size_t i = 0; i < judged.steps.size(); ++i) add_step(report, judged, i, profile);
  return report;
}

std::string line_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace gateway::check
