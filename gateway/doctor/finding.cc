// SPDX-License-Identifier: Apache-2.0
#include "gateway/doctor/finding.h"

#include <algorithm>

namespace gateway::doctor {

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
