// SPDX-License-Identifier: Apache-2.0
#include "policy/reader/inert_literals.h"

#include <gtest/gtest.h>

#include <cctype>
#include <string>

#include "policy/reader/reader.h"

namespace policy {
namespace {

// The text with the digits of inert literals as '#'.
std::string told(std::string_view sql) {
  std::string text(sql);
  const auto all = read(sql);
  if (!all) return all.error().message;
  for (const auto& facts : *all) {
    for (std::size_t at : facts.inert_literals.all()) {
      while (at < text.size() && std::isdigit(static_cast<unsigned char>(text[at])) != 0) {
        text[at++] = '#';
      }
    }
  }
  return text;
}

TEST(InertLiterals, AreOnlyComputedWith) {
  for (const std::string sql :
       {"SELECT a FROM t WHERE b = #", "SELECT a FROM t WHERE # < b AND NOT b >= -#",
        "SELECT a + # FROM t", "SELECT a FROM t WHERE b IN (#, #, -#)",
        "SELECT a FROM t WHERE b BETWEEN # AND #",
        "SELECT a FROM t WHERE b NOT BETWEEN SYMMETRIC # AND #", "SELECT a FROM t LIMIT # OFFSET #",
        "SELECT a FROM t FETCH FIRST # ROWS ONLY", "VALUES (#, #), (#, #)",
        "INSERT INTO t VALUES (#, - #, -(#))",
        "INSERT INTO t (a) VALUES (#) ON CONFLICT (a) DO UPDATE SET b = #",
        "UPDATE t SET a = #, b = a + # WHERE c = #", "DELETE FROM t WHERE a = #",
        "SELECT a FROM t WHERE b = - - #", "WITH x AS (SELECT a FROM t WHERE b = #) TABLE x"}) {
    std::string text = sql;
    for (auto& c : text) c = c == '#' ? '7' : c;
    EXPECT_EQ(told(text), sql);
  }
}

TEST(InertLiterals, AreNoneThatAnythingDependsOn) {
  for (const std::string sql :
       {"SELECT 1",
        "SELECT a FROM t ORDER BY 1",
        "SELECT a FROM t ORDER BY -1",
        "SELECT a FROM t GROUP BY 1",
        "SELECT DISTINCT ON (1) a FROM t",
        "SELECT a::varchar(10) FROM t",
        "SELECT CAST(a AS numeric(10, 2)) FROM t",
        "SELECT a::interval(3) FROM t",
        "SELECT interval(3) '1'",
        "SELECT 5::regclass",
        "SELECT CAST(5 AS oid)",
        "SELECT a FROM t WHERE b = 5::regclass",
        "SELECT a FROM t WHERE b = -5::int",
        "SELECT f(1)",
        "SELECT set_config(1, 2, 3)",
        "SELECT a[1] FROM t",
        "SELECT a[1:2] FROM t",
        "SELECT a FROM t TABLESAMPLE SYSTEM (10)",
        "SELECT a FROM t TABLESAMPLE SYSTEM (a) REPEATABLE (5)",
        "SELECT sum(a) OVER (ROWS BETWEEN 1 PRECEDING AND 2 FOLLOWING) FROM t",
        "SELECT ARRAY[1, 2]",
        "SELECT ROW(1, 2)",
        "SELECT a FROM t WHERE (a, b) = (1, 2)",
        "SELECT a FROM t WHERE b = ANY (ARRAY[1])",
        "SELECT NULLIF(a, 1) FROM t",
        "SELECT CASE a WHEN 1 THEN 2 ELSE 3 END FROM t",
        "SELECT coalesce(a, 1) FROM t",
        "SELECT extract(day FROM 5)",
        "SELECT substring(a FROM 1 FOR 2) FROM t",
        "UPDATE t SET (a, b) = (1, 2)",
        "UPDATE t SET a[1] = b",
        "SET a = 5",
        "FETCH 5 FROM c",
        "MOVE 5 FROM c",
        "EXECUTE p(1, 2)",
        "SELECT a FROM t WHERE b = 1.5",
        "SELECT a FROM t WHERE b = 5000000000",
        "SELECT a FROM f(1) AS x(a varchar(5))",
        "SELECT a FROM t FETCH FIRST ROW ONLY",
        "SELECT a FROM t WHERE b = 1e+5"}) {
    EXPECT_EQ(told(sql), sql);
  }
}

TEST(InertLiterals, AreFoundBetweenOthers) {
  EXPECT_EQ(told("SELECT a FROM t WHERE b = 77 ORDER BY 1 LIMIT 5"),
            "SELECT a FROM t WHERE b = ## ORDER BY 1 LIMIT #");
  EXPECT_EQ(told("SELECT f(a + 7, 7) FROM t"), "SELECT f(a + #, 7) FROM t");
}

// Behind a sign and a comment the digits are not looked for.
TEST(InertLiterals, AreAtDigits) {
  EXPECT_EQ(told("SELECT a FROM t WHERE b = - /* 5 */ 7"), "SELECT a FROM t WHERE b = - /* 5 */ 7");
}

}  // namespace
}  // namespace policy
