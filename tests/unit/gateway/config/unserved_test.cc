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
       }) {
    EXPECT_EQ(refused(keys), std::vector<std::string>{}) << keys;
  }
}

TEST(Unserved, RefusesEveryRuleOnTheWire) {
  struct Case {
    std::string keys, path;
  };
  const Case cases[] = {
      {"access_policy: {allowed_schemas: [a]}", "access_policy.allowed_schemas"},
      {"access_policy: {tables: {allowed: [a]}}", "access_policy.tables.allowed"},
      {"access_policy: {tables: {denied: [a]}}", "access_policy.tables.denied"},
      {"access_policy: {columns: {denied: [a.b]}}", "access_policy.columns.denied"},
      {"access_policy: {columns: {denied_patterns: [a.b]}}",
       "access_policy.columns.denied_patterns"},
      {"access_policy: {functions: {allowed: [a]}}", "access_policy.functions.allowed"},
      {"access_policy: {functions: {denied: [a]}}", "access_policy.functions.denied"},
      {"access_policy: {functions: {extensions: [a]}}", "access_policy.functions.extensions"},
      {"access_policy: {views: strict}", "access_policy.views"},
      {"access_policy: {trusted_views: [a]}", "access_policy.trusted_views"},
      {"access_policy: {system_catalogs: safe}", "access_policy.system_catalogs"},
      {"access_policy: {system_catalogs: none}", "access_policy.system_catalogs"},
      {"access_policy: {foreign_tables: [a]}", "access_policy.foreign_tables"},
      {"access_policy: {explain_policy: {enabled: true}}", "access_policy.explain_policy"},
      {"access_policy: {explain_policy: {on_error: deny}}", "access_policy.explain_policy"},
      {"principals: [{match: {users: [a]}}]", "principals"},
  };
  for (const Case& c : cases) {
    const auto lines = refused(c.keys);
    ASSERT_EQ(lines.size(), 1u) << c.keys;
    EXPECT_TRUE(lines[0].starts_with("f:4:")) << lines[0];
    const std::string key = c.path.substr(c.path.find('.') + 1);
    const bool is_gate = key == "explain_policy";
    EXPECT_TRUE(lines[0].contains("`postern serve` does not start with " + (is_gate ? "it" : key)))
        << lines[0];
  }
}

TEST(Unserved, SaysOnceWhatADatabaseAsksFor) {
  const auto lines = refused(
      "access_policy: {tables: {denied: [a]}, columns: {denied: [b.c]}}, principals: [{match: "
      "{users: [u]}}]");
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_TRUE(
      lines[0].contains("error: databases[0].access_policy: access_policy is not enforced "
                        "on the wire yet: `postern serve` does not start with "
                        "tables.denied, columns.denied; use `postern check`"))
      << lines[0];
  EXPECT_TRUE(lines[1].contains("error: databases[0].principals: ")) << lines[1];
}

}  // namespace
}  // namespace gateway::config
