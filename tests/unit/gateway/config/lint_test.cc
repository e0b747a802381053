// SPDX-License-Identifier: Apache-2.0
#include "gateway/config/lint.h"

#include <gtest/gtest.h>

#include "tests/unit/gateway/config/support.h"

namespace gateway::config {
namespace {

using Lines = std::vector<std::string>;

// "databases[0].access_policy.tables.denied[0]: 'x' says nothing new …"
Lines linted(const std::string& keys) {
  const auto parsed = parse(test::with_database(keys), test::sources());
  EXPECT_TRUE(parsed.has_value()) << keys;
  if (!parsed) return {};
  Diagnostics diagnostics;
  Findings findings(parsed->config, parsed->places, diagnostics);
  lint_access_policies(findings);
  Lines lines;
  for (const Diagnostic& d : diagnostics) {
    EXPECT_EQ(d.severity, Severity::Warning);
    EXPECT_GT(d.place.line, 0) << d.path;
    lines.push_back(d.path + ": " + d.message);
  }
  return lines;
}

Lines linted_policy(const std::string& keys) { return linted("access_policy: {" + keys + "}"); }

struct Case {
  std::string keys;
  std::string path;  // under databases[0].access_policy; empty: nothing is said
  std::string message{};
};

void expect(const Case& c) {
  const Lines lines = linted_policy(c.keys);
  if (c.path.empty()) {
    EXPECT_EQ(lines, Lines{}) << c.keys;
    return;
  }
  ASSERT_EQ(lines.size(), 1u) << c.keys << (lines.empty() ? "" : " " + lines[0]);
  EXPECT_TRUE(lines[0].starts_with("databases[0].access_policy." + c.path + ": ")) << lines[0];
  EXPECT_TRUE(lines[0].contains(c.message)) << lines[0];
}

TEST(Lint, FindsTablesBothAllowedAndDenied) {
  const Case cases[] = {
      {"tables: {allowed: [users, orders], denied: [users]}", "tables.denied[0]",
       "'users' is denied and allowed: tables.allowed wins, so tables.allowed[0] ('users') lets "
       "it"},
      {"tables: {allowed: [\"user*\"], denied: [Users]}", "tables.denied[0]", "wins"},
      {"tables: {allowed: [public.users], denied: [users]}", "tables.denied[0]",
       "has no effect: tables.allowed wins, so what tables.allowed[0] ('public.users') names"},
      {"tables: {allowed: [users], denied: [hr.users]}", "tables.denied[0]", "has no effect"},
  };
  for (const Case& c : cases) expect(c);
}

TEST(Lint, FindsRulesWithoutEffect) {
  const Case cases[] = {
      {"tables: {allowed: [orders], denied: [secrets]}", "tables.denied[0]",
       "'secrets' has no effect: tables.allowed is not empty and does not name it"},
      {"tables: {denied: [users, Users]}", "tables.denied[1]",
       "'Users' says nothing new: tables.denied[0] ('users') covers it; remove it"},
      {"tables: {denied: [hr.users, users]}", "tables.denied[0]", "tables.denied[1] ('users')"},
      {"tables: {denied: [\"user_*\", user_credentials]}", "tables.denied[1]", "says nothing new"},
      {"tables: {denied: [users, \"\\\"Users\\\"\"]}", ""},
      {"tables: {allowed: [orders, hr.orders]}", ""},
      {"columns: {denied: [users.ssn], denied_patterns: [\"*.ssn\"]}", "columns.denied[0]",
       "columns.denied_patterns[0] ('*.ssn') covers it"},
      {"columns: {denied: [users.ssn], denied_patterns: [users.ssn]}", "columns.denied_patterns[0]",
       "columns.denied[0] ('users.ssn') covers it"},
      {"columns: {denied: [users.ssn]}, tables: {denied: [users]}", "columns.denied[0]",
       "has no effect: tables.denied[0] ('users') denies the whole table"},
      {"columns: {denied: [users.ssn]}, tables: {denied: [hr.users]}", ""},
      {"columns: {denied: [users.ssn]}, tables: {allowed: [orders]}", "columns.denied[0]",
       "has no effect: tables.allowed does not name its table"},
      {"columns: {denied_patterns: [\"*.*secret*\"]}, tables: {allowed: [orders]}", ""},
      {"allowed_schemas: [public], tables: {denied: [hr.users]}", "tables.denied[0]",
       "has no effect: its schema is not in allowed_schemas"},
      {"allowed_schemas: [public], columns: {denied: [hr.users.ssn]}", "columns.denied[0]",
       "its schema is not in allowed_schemas"},
      {"allowed_schemas: [\"h*\"], columns: {denied: [hr.users.ssn]}", ""},
      {"tables: {denied: [x]}, functions: {allowed: [f, g], denied: [g]}", "functions.allowed[1]",
       "'g' is allowed and denied: functions.denied wins"},
      {"tables: {denied: [x]}, functions: {allowed: [\"f(integer)\", \"f(text)\"]}", ""},
      {"tables: {denied: [x]}, functions: {allowed: [\"f(integer)\", \"f(integer)\"]}",
       "functions.allowed[1]", "says nothing new"},
      {"tables: {denied: [x]}, functions: {allowed: [\"f(text)\"], denied: [\"f(integer)\"]}", ""},
  };
  for (const Case& c : cases) expect(c);
}

TEST(Lint, FindsRulesThatAreTooBroad) {
  const std::string with = "tables: {denied: [x]}, ";
  const Case cases[] = {
      {"tables: {denied: [\"*\"]}", "tables.denied[0]", "'*' denies every table"},
      {"tables: {denied: [\"*.**\"]}", "tables.denied[0]", "denies every table"},
      {"tables: {allowed: [\"*\"]}", "tables.allowed[0]", "allows every table"},
      {"tables: {denied: [\"hr.*\"]}", ""},
      {"tables: {denied: [\"\\\"*\\\"\"]}", ""},
      {"columns: {denied_patterns: [\"*.*\"]}", "columns.denied_patterns[0]",
       "denies every column"},
      {"columns: {denied_patterns: [\"*.*secret*\"]}", ""},
      {"columns: {denied_patterns: [\"*.*a*b*\"]}", "columns.denied_patterns[0]",
       "'*.*a*b*' has more than 2 '*' in a part"},
      {with + "allowed_schemas: [\"*\"]", "allowed_schemas[0]", "as an empty list does"},
      {with + "functions: {allowed: [\"*\"]}", "functions.allowed[0]", "allows every function"},
      {with + "functions: {denied: [\"*.*\"]}", "functions.denied[0]", "denies every function"},
      {with + "trusted_views: [\"*\"]", "trusted_views[0]", "trusts every view"},
      {with + "foreign_tables: [\"*\"]", "foreign_tables[0]", "allows every foreign table"},
  };
  for (const Case& c : cases) expect(c);
}

TEST(Lint, FindsNamesThatAreTooLong) {
  const std::string name(64, 'a');
  expect({"tables: {denied: [" + name + "]}", "tables.denied[0]", "counts as its first 63 bytes"});
  expect({"tables: {denied: [\"*" + name + "\"]}", "tables.denied[0]", "matches nothing"});
  expect({"tables: {denied: [\"*" + name.substr(1) + "\"]}", ""});
}

TEST(Lint, WantsATableOrColumnRule) {
  const Case cases[] = {
      {"tables: {allowed: [a]}", ""},
      {"tables: {denied: [a]}", ""},
      {"columns: {denied: [a.b]}", ""},
      {"columns: {denied_patterns: [a.b]}", ""},
  };
  for (const Case& c : cases) expect(c);
  for (const char* keys :
       {"port: 1", "access_policy: {}", "access_policy: {allowed_schemas: [a]}"}) {
    const Lines lines = linted(keys);
    ASSERT_EQ(lines.size(), 1u) << keys;
    EXPECT_TRUE(
        lines[0].starts_with("databases[0].access_policy: there is no table or column rule"));
  }
}

TEST(Lint, LooksAtWhatAPrincipalChanges) {
  const std::string policy = "access_policy: {tables: {denied: [secrets, \"s*\"]}}, ";
  Lines lines = linted(policy + "principals: [{match: {users: [u]}}]");
  ASSERT_EQ(lines.size(), 1u) << "what it has from the database is said once";
  EXPECT_TRUE(lines[0].starts_with("databases[0].access_policy.tables.denied[0]: ")) << lines[0];

  lines = linted(
      "access_policy: {tables: {denied: [secrets]}}, principals: [{match: {users: [etl]}, "
      "access_policy: {tables: {allowed: [\"s*\"]}}}]");
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_TRUE(
      lines[0].starts_with("databases[0].principals[0].access_policy.tables.allowed[0]: "
                           "tables.denied[0] ('secrets'), which is from the database, is "
                           "denied and allowed"))
      << lines[0];
}

}  // namespace
}  // namespace gateway::config
