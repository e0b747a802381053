// SPDX-License-Identifier: Apache-2.0
#include "gateway/doctor/report.h"

#include <nlohmann/json.hpp>

#include "gateway/check/excerpt.h"

namespace gateway::doctor {
namespace {

using check::printable;
using Json = nlohmann::ordered_json;

}  // namespace

// Names come from the server: what they do to a terminal stays out of it.
std::string report_text(const Findings& findings, const std::string& database) {
  std::string text;
  for (const Finding& finding : findings) {
    text += std::string(name(finding.severity)) + ": " + finding.check + ": " +
            printable(finding.object) + "\n  " + printable(finding.message) +
            "\n  fix: " + printable(finding.fix) + "\n";
  }
  const std::string count = findings.empty() ? "nothing" : std::to_string(findings.size());
  return text + database + ": " + count + " found\n";
}

std::string report_json(const Findings& findings, const std::string& database) {
  Json report;
  report["database"] = database;
  report["findings"] = Json::array();
  for (const Finding& finding : findings) {
    Json one;
    one["check"] = finding.check;
    one["severity"] = name(finding.severity);
    one["object"] = finding.object;
    one["message"] = finding.message;
    one["fix"] = finding.fix;
    report["findings"].push_back(std::move(one));
  }
  return report.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace gateway::doctor
