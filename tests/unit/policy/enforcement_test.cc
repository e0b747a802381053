// SPDX-License-Identifier: Apache-2.0
// `enforcement: warn`: the rules tell what they would refuse, and refuse only what nothing allows.
#include "policy/enforcement.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "policy/rules/access.h"
#include "tests/unit/policy/resolver/world.h"

namespace policy {
namespace {

Profile profile_of(Enforcement enforcement) {
  AccessPolicy policy{.allowed_schemas = {"public"},
                      .tables = {.denied = {"user_credentials"}},
                      .columns = {.denied = {"users.ssn"}, .on_denied = OnDenied::Filter},
                      .functions = {.denied = {"pg_sleep", "upper"}}};
  return {.mode = Mode::Balanced,
          .enforcement = enforcement,
          .access = std::make_shared<const Access>(std::move(policy), corpus_snapshot(),
                                                   std::vector<std::string>{"public"})};
}

Verdict ask(std::string_view sql, Enforcement enforcement = Enforcement::Warn) {
  return judge({.sql = sql, .parameter_types = {}, .profile = profile_of(enforcement)});
}

std::vector<std::string> rules_of(const std::vector<Violation>& violations) {
  std::vector<std::string> rules;
  for (const auto& violation : violations) rules.push_back(violation.rule);
  return rules;
}

TEST(Warn, TellsWhatTheRulesWouldRefuse) {
  struct Case {
    std::string_view sql, rule;
  };
  constexpr Case kCases[] = {
      {"SELECT ssn FROM users", "columns.denied[0]"},
      {"SELECT count(*) FROM users WHERE ssn LIKE '9%'", "columns.denied[0]"},
      {"SELECT * FROM users", "columns.denied[0]"},
      {"SELECT login FROM user_credentials", "tables.denied[0]"},
      {"SELECT id FROM hr.salaries", "allowed_schemas"},
      {"SELECT upper('a')", "functions.denied[1]"},
      {"SELECT pg_sleep(1)", "functions.denied[0]"},
      {"SELECT peek_pl(1)", "functions.allowed"},
      {"DELETE FROM orders", "where"},
      {"CREATE TABLE t (a int)", "mode"},
      {"EXPLAIN SELECT 1", "allow_explain"},
      {"SELECT nothing_of_the_kind FROM orders", "resolve"},
      {"SELECT 1 FROM nowhere", "resolve"},
  };
  for (const auto& each : kCases) {
    EXPECT_FALSE(ask(each.sql, Enforcement::Enforce).allowed() &&
                 ask(each.sql, Enforcement::Enforce).rewritten.empty())
        << each.sql;
    const Verdict verdict = ask(each.sql);
    ASSERT_TRUE(verdict.allowed()) << each.sql << ": " << verdict.refusal()->message;
    EXPECT_TRUE(verdict.rewritten.empty()) << each.sql;
    ASSERT_FALSE(verdict.statements[0].warnings.empty()) << each.sql;
    EXPECT_EQ(verdict.statements[0].warnings[0].rule, each.rule) << each.sql;
  }
}

TEST(Warn, RefusesWhatNothingAllows) {
  constexpr std::string_view kTexts[] = {
      "COPY orders TO '/tmp/x'",
      "COPY orders FROM PROGRAM 'id'",
      "ALTER SYSTEM SET work_mem = '1GB'",
      "SET ROLE postgres",
      "SET search_path = hr",
      "SELECT set_config('role', 'postgres', false)",
      "GRANT ALL ON orders TO PUBLIC",
      "SELECT pg_read_file('/etc/passwd')",
      "SELECT query_to_xml('SELECT ssn FROM users', true, true, '')",
      "SELECT pg_terminate_backend(1)",
      "SELECT lo_import('/etc/passwd')",
      "EXECUTE _postern_absent_",
      "SELECT FROM WHERE",
      "SELECT 1; LOAD 'x'",
      "SHOW ALL",
      "DO $$BEGIN EXECUTE 'LOAD x'; END$$",
      "CALL nothing_of_the_kind()",
      // Newer than the server's grammar: what it reads there cannot be told.
      "SELECT * FROM JSON_TABLE('[]', '$[*]' COLUMNS (a int)) t",
  };
  for (const auto sql : kTexts) EXPECT_FALSE(ask(sql).allowed()) << sql;
}

TEST(Warn, RefusesWhatNothingAllowsBehindAnyNumberOfWarnings) {
  Verdict verdict = ask("SELECT pg_read_file('x')");
  EXPECT_EQ(rules_of(verdict.statements[0].violations), std::vector<std::string>{"never"});
  const Profile profile = [] {
    AccessPolicy policy{.functions = {.denied = {"pg_read_file", "pg_catalog.*"}}};
    Profile denying = profile_of(Enforcement::Warn);
    denying.access = std::make_shared<const Access>(std::move(policy), corpus_snapshot(),
                                                    std::vector<std::string>{"public"});
    return denying;
  }();
  constexpr std::string_view kText =
      "SELECT abs(1), ceil(1.5), floor(1.5), round(1.5), sign(1.5), sqrt(2.0), exp(1.0), ln(2.0),"
      " lower('a'), upper('a'), initcap('a'), btrim('a'), ltrim('a'), rtrim('a'), ascii('a'),"
      " chr(65), md5('a'), reverse('a'::text), repeat('a', 2), lpad('a', 2), rpad('a', 2),"
      " strpos('a', 'a'), pg_read_file('/etc/passwd')";
  verdict = judge({.sql = kText, .parameter_types = {}, .profile = profile});
  EXPECT_FALSE(verdict.allowed());
  EXPECT_EQ(rules_of(verdict.statements.at(0).violations), std::vector<std::string>{"never"});
}

TEST(Warn, TellsOfARefusedStatementBothLists) {
  const Verdict verdict = ask("SELECT ssn, pg_read_file('/etc/passwd') FROM users");
  ASSERT_EQ(verdict.statements.size(), 1u);
  EXPECT_EQ(rules_of(verdict.statements[0].violations), std::vector<std::string>{"never"});
  EXPECT_EQ(rules_of(verdict.statements[0].warnings),
            std::vector<std::string>{"columns.denied[0]"});
}

TEST(Warn, TellsNothingOfWhatIsAllowed) {
  const Verdict verdict = ask("SELECT id FROM orders; SELECT ssn FROM users");
  ASSERT_TRUE(verdict.allowed());
  EXPECT_TRUE(verdict.statements[0].warnings.empty());
  EXPECT_EQ(verdict.statements[1].warnings.size(), 1u);
  EXPECT_TRUE(ask("SELECT id FROM orders", Enforcement::Enforce).statements[0].warnings.empty());
}

}  // namespace
}  // namespace policy
