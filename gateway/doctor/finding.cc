// SPDX-License-Identifier: Apache-2.0
#include "gateway/doctor/finding.h"

#include <algorithm>
#include <utility>

namespace gateway::doctor {

void Finding::says(std::string sentence, std::string remedy) {
  message = std::move(sentence);
  fix = std::move(remedy);
}

Finding& add(Findings& findings, std::string check, Severity severity, std::string object) {
  Finding& finding = findings.emplace_back();
  finding.check = std::move(check);
  finding.severity = severity;
  finding.object = std::move(object);
  return finding;
}

std::string_view name(Severity severity) {
  switch (severity) {
    case Severity::Critical: return "critical";
    case Severity::Warning: return "warning";
    case Severity::Note: return "note";
  }
  return "unknown";
}

void sort(Findings& findings) { std::ranges::stable_sort(findings, {}, &Finding::severity); }

}  // namespace gateway::doctor
