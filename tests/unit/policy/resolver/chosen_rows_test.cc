// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/unit/policy/resolver/world.h"

namespace policy {
namespace {

// "name = a, b", or "any".
std::string chosen(std::string_view sql) {
  const Facts facts = facts_of(sql);
  std::string text;
  for (const auto& use : facts.relations) {
    if (!use.chosen) return "any";
    text.append(use.relation->column(use.chosen->column)->name).append(" =");
    for (const auto& value : use.chosen->values) text.append(" ").append(value);
  }
  return text;
}

TEST(ChosenRows, AreThoseThatAWholeStatementNames) {
  for (const char* sql : {
           "SELECT setting FROM pg_settings WHERE name = 'a'",
           "SELECT s.setting FROM pg_catalog.pg_settings AS s WHERE s.name = 'a' ORDER BY 1 LIMIT "
           "1",
           "SELECT upper(setting) FROM pg_settings WHERE pg_settings.name IN ('a')",
           "EXPLAIN SELECT setting FROM pg_settings WHERE name = 'a'",
           "PREPARE p AS SELECT setting FROM pg_settings WHERE name = 'a'",
       }) {
    EXPECT_EQ(chosen(sql), "name = a") << sql;
  }
  EXPECT_EQ(chosen("SELECT * FROM users WHERE email IN ('x', 'y')"), "email = x y");
}

// Each of these may compute something of other rows first: an error then tells what they hold.
TEST(ChosenRows, AreNoneWhereMoreIsLookedAt) {
  for (const char* sql : {
           "SELECT setting FROM pg_settings",
           "SELECT setting FROM pg_settings WHERE name = 'a' AND setting::int = 1",
           "SELECT setting FROM pg_settings WHERE name = 'a' OR name = 'b'",
           "SELECT setting FROM pg_settings WHERE name <> 'a'",
           "SELECT setting FROM pg_settings WHERE name NOT IN ('a')",
           "SELECT setting FROM pg_settings WHERE name = ANY ('{a}')",
           "SELECT setting FROM pg_settings WHERE name = 'a' || 'b'",
           "SELECT setting FROM pg_settings WHERE name IN ('a', setting)",
           "SELECT setting FROM pg_settings WHERE setting = name",
           "SELECT setting FROM pg_settings WHERE name = $1",
           "SELECT setting FROM pg_settings WHERE name LIKE 'a'",
           "SELECT 1 FROM pg_settings WHERE name = 'a' GROUP BY setting HAVING setting::int = 1",
           "SELECT * FROM (SELECT setting FROM pg_settings WHERE name = 'a') AS s",
           "WITH s AS (SELECT setting FROM pg_settings WHERE name = 'a') SELECT setting FROM s",
           "SELECT (SELECT setting FROM pg_settings WHERE name = 'a')",
           "SELECT s.setting FROM pg_settings s, users WHERE name = 'a'",
           "SELECT s.setting FROM pg_settings s JOIN pg_settings t USING (name) WHERE name = 'a'",
           "SELECT name FROM pg_settings AS s(setting, name) WHERE name = 'a'",
           "SELECT setting FROM pg_settings WHERE name = 'a' UNION SELECT '1'",
           "SELECT setting FROM pg_settings WHERE name OPERATOR(pg_catalog.=) 'a'",
           "CREATE VIEW v AS SELECT setting FROM pg_settings WHERE name = 'a'",
       }) {
    EXPECT_EQ(chosen(sql), "any") << sql;
  }
}

}  // namespace
}  // namespace policy
