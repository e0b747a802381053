// SPDX-License-Identifier: Apache-2.0
#include "gateway/check/report_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "gateway/check/excerpt.h"
#include "gateway/check/facts_json.h"
#include "gateway/check/report_json.h"
#include "policy/error_code.h"
#include "policy/rules/access.h"

namespace gateway::check {
namespace {

using policy::Violation;
using policy::catalog::Snapshot;

constexpr std::string_view kRed = "\x1b[31m", kGreen = "\x1b[32m", kPlain = "\x1b[0m";

std::string in_colour(std::string_view text, std::string_view code, Colour colour) {
  if (colour == Colour::No) return std::string(text);
  return fmt::format("{}{}{}", code, text, kPlain);
}

std::string joined(const std::vector<std::string>& words) {
  return printable(fmt::format("{}", fmt::join(words, ", ")));
}

std::string statement_lines(const Outcome& outcome,
                            const std::vector<const Violation*>& violations) {
  std::vector<std::size_t> marks;
  for (const Violation* violation : violations) {
    if (violation->position > 0) marks.push_back(byte_of(outcome.sql, violation->position));
  }
  std::ranges::sort(marks);
  marks.erase(std::ranges::unique(marks).begin(), marks.end());
  std::string_view text = outcome.sql;
  while (text.ends_with('\n') && (marks.empty() || marks.back() < text.size())) {
    text.remove_suffix(1);
  }
  return excerpt(text, marks);
}

std::string violation_lines(const Violation& violation, std::string_view sql) {
  const auto& face = policy::face(violation.code);
  const std::string_view sqlstate = violation.sqlstate.empty() ? face.sqlstate : violation.sqlstate;
  std::string out = fmt::format("{} {}: {}\n", face.name, sqlstate, printable(violation.message));
  if (violation.position > 0) {
    const Place place = place_of(sql, violation.position);
    out += fmt::format("  at:       line {}, column {}\n", place.line, place.column);
  }
  const auto add = [&](std::string_view label, const std::string& text) {
    if (!text.empty()) out += fmt::format("  {:<9} {}\n", label, printable(text));
  };
  add("resource:", violation.resource);
  add("rule:", violation.rule);
  add("hint:", violation.hint);
  return out;
}

std::string relation_line(const policy::RelationUse& use, const Snapshot& snapshot) {
  std::string out = fmt::format("  {}: {}", fmt::join(access_names(use), ", "),
                                printable(qualified_name(*use.relation, snapshot)));
  const auto read = column_names(use, Columns::Read);
  const auto written = column_names(use, Columns::Written);
  if (!read.empty()) out += fmt::format(" ({})", joined(read));
  if (!written.empty()) out += fmt::format(" writing ({})", joined(written));
  return out + "\n";
}

std::string call_line(const policy::CallUse& call, const Snapshot& snapshot) {
  std::vector<std::string> candidates;
  candidates.reserve(call.candidates.size());
  for (const auto* function : call.candidates) candidates.push_back(signature(*function, snapshot));
  return fmt::format("  call: {} = {}\n", printable(call.name), joined(candidates));
}

std::string facts_lines(const policy::Facts& facts, const Snapshot& snapshot) {
  std::string out;
  for (const auto& use : facts.relations) out += relation_line(use, snapshot);
  for (const auto& call : facts.calls) out += call_line(call, snapshot);
  std::vector<std::string> outputs;
  outputs.reserve(facts.outputs.size());
  for (const auto& output : facts.outputs) outputs.push_back(output.name);
  if (!outputs.empty()) out += fmt::format("  output: {}\n", joined(outputs));
  return out;
}

std::string verdict_lines(const Outcome& outcome, Colour colour) {
  const std::string rewritten = outcome.verdict ? outcome.verdict->rewritten : "";
  if (!outcome.allowed()) return "verdict: " + in_colour("deny", kRed, colour) + "\n";
  if (rewritten.empty()) return "verdict: " + in_colour("allow", kGreen, colour) + "\n";
  return "verdict: " + in_colour("rewrite", kGreen, colour) + ", to\n" + excerpt(rewritten, {});
}

}  // namespace

std::string report_text(const Outcome& outcome, const policy::Profile& profile, Colour colour) {
  const auto violations = violations_of(outcome);
  std::string out = statement_lines(outcome, violations) + verdict_lines(outcome, colour);
  for (const Violation* violation : violations) out += violation_lines(*violation, outcome.sql);
  if (!outcome.verdict) return out;
  for (const auto& statement : outcome.verdict->statements) {
    out += fmt::format("statement: {}\n", policy::name(statement.statement_class));
    if (profile.plan) {
      out += fmt::format("  plan: {}\n", statement.needs_plan ? "needed" : "bounded");
    }
    for (const auto& warning : statement.warnings) {
      out += "warning: " + violation_lines(warning, outcome.sql);
    }
    if (!statement.facts || !profile.access) continue;
    out += facts_lines(*statement.facts, profile.access->snapshot());
  }
  return out;
}

}  // namespace gateway::check
