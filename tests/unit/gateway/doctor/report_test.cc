// SPDX-License-Identifier: Apache-2.0
#include "gateway/doctor/report.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace gateway::doctor {
namespace {

Finding finding_of(std::string check, Severity severity) {
  Finding finding;
  finding.check = std::move(check);
  finding.severity = severity;
  finding.object = "a\x1b[2Jb";
  finding.message = "it is so";
  finding.fix = "REVOKE …;";
  return finding;
}

TEST(DoctorReport, SaysThatNothingWasFound) {
  EXPECT_EQ(report_text({}, "one"), "one: nothing found\n");
}

TEST(DoctorReport, KeepsControlCharactersOutOfTheTerminal) {
  const Findings findings(1, finding_of("role.owner", Severity::Critical));
  EXPECT_EQ(report_text(findings, "one"),
            "critical: role.owner: a [2Jb\n  it is so\n  fix: REVOKE …;\none: 1 found\n");
}

TEST(DoctorReport, IsOneLineOfJson) {
  const Findings findings(2, finding_of("role.owner", Severity::Note));
  const std::string text = report_json(findings, "one");
  EXPECT_EQ(text.find('\n'), text.size() - 1);
  const auto parsed = nlohmann::json::parse(text);
  EXPECT_EQ(parsed["findings"].size(), 2);
  EXPECT_EQ(parsed["findings"][0]["severity"], "note");
}

TEST(DoctorReport, TheWorstComesFirst) {
  Findings findings;
  findings.push_back(finding_of("b", Severity::Note));
  findings.push_back(finding_of("a", Severity::Critical));
  sort(findings);
  EXPECT_EQ(findings.front().check, "a");
}

}  // namespace
}  // namespace gateway::doctor
