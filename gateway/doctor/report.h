// SPDX-License-Identifier: Apache-2.0
// Findings as text for people, or as one JSON object for programs.
#pragma once

#include <string>

#include "gateway/doctor/finding.h"

namespace gateway::doctor {

// One paragraph a finding and a line of summary.
std::string report_text(const Findings& findings, const std::string& database);

// {"database":…, "findings":[{"check":…, "severity":…, "object":…, "message":…, "fix":…}]}, a line.
std::string report_json(const Findings& findings, const std::string& database);

}  // namespace gateway::doctor
