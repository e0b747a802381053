// SPDX-License-Identifier: Apache-2.0
#include "gateway/config/unserved.h"

#include <gtest/gtest.h>

#include "tests/unit/gateway/config/support.h"

namespace gateway::config {
namespace {

std::vector<std::string> refused(std::string_view keys) {
  const auto parsed = parse(test::with_database(keys), test::sources());
  EXPECT_TRUE(parsed.has_value()) << keys;
  std::vector<std::string> lines;
  if (!parsed) return lines;
  for (const auto& d : unserved(parsed->config, parsed->places, Severity::Error)) {
    lines.push_back(describe(d, "f"));
  }
  return lines;
}

TEST(Unserved, HasNothingAgainstWhatNeedsNoEnforcement) {
  for (const char* keys : {
           "port: 1",
           "access_policy: {}",
           "access_policy: {allow_explain: true, views: transparent, system_catalogs: all}",
           "access_policy: {allowed_schemas: [], tables: {allowed: [], denied: []}, columns: "
           "{denied: [], denied_patterns: [], on_denied: reject}, functions: {denied: []}}",
           "access_policy: {explain_policy: {enabled: false, max_estimated_rows: 5}}",
           "principals: []",
           "principals: [{match: {users: [a]}}]",
           "access_policy: {tables: {denied: [a]}, columns: {denied_patterns: [a.b]}}",
       }) {
    EXPECT_EQ(refused(keys), std::vector<std::string>{}) << keys;
  }
}

TEST(Unserved, RefusesThePlanGate) {
  struct Case {
    std::string keys, place;
  };
  const Case cases[] = {
      {"access_policy: {explain_policy: {enabled: true}}", "databases[0].access_policy."},
      {"access_policy: {explain_policy: {on_error: deny}}", "databases[0].access_policy."},
      {"principals: [{match: {users: [a]}, access_policy: {explain_policy: {enabled: true}}}]",
       "databases[0].principals[0].access_policy."},
  };
  for (const Case& c : cases) {
    const auto lines = refused(c.keys);
    ASSERT_EQ(lines.size(), 1u) << c.keys;
    EXPECT_TRUE(lines[0].contains("error: " + c.place + "explain_policy: ")) << lines[0];
    EXPECT_TRUE(lines[0].contains("`postern serve` does not start with it")) << lines[0];
  }
}

}  // namespace
}  // namespace gateway::config
