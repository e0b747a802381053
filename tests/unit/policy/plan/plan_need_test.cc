// SPDX-License-Identifier: Apache-2.0
#include "policy/plan_need.h"

#include <gtest/gtest.h>

#include <string>

#include "policy/plan/judge_plan.h"
#include "tests/unit/policy/plan/plan_world.h"

namespace policy {
namespace {

bool needs_plan(std::string_view sql) { return verdict_of(sql, plan_profile()).needs_plan; }

TEST(PlanNeed, IsNotThereWhereKeysAreGiven) {
  for (const char* sql : {
           "SELECT * FROM orders WHERE id = 7",
           "SELECT status FROM orders WHERE 7 = id AND status = 'paid'",
           "SELECT * FROM orders WHERE id = $1",
           "SELECT * FROM orders WHERE id = '7'",
           "SELECT * FROM orders WHERE id = 7::bigint",
           "SELECT * FROM orders WHERE id IN (1, 2, 3)",
           "SELECT * FROM customers WHERE email = 'a'",
           "SELECT * FROM members WHERE tenant = 1 AND login = 'a'",
           "SELECT * FROM events WHERE id = 1 AND day = '2024-01-01'",
           "SELECT o.* FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.id = 1",
           "SELECT o.* FROM orders o, customers c WHERE c.id = o.customer_id AND o.id = 1",
           "SELECT o.* FROM orders o LEFT JOIN customers c ON c.id = o.customer_id WHERE o.id = 1",
           "SELECT * FROM orders o JOIN events USING (id) WHERE o.id = 1 AND day = '2024-01-01'",
           "SELECT (SELECT name FROM customers WHERE id = 3), 1",
           "WITH o AS (SELECT * FROM orders WHERE id = 3) SELECT * FROM o",
           "SELECT * FROM (SELECT * FROM orders WHERE id = 3) o",
           "SELECT * FROM orders WHERE id = 1 UNION ALL SELECT * FROM orders WHERE id = 2",
           "UPDATE orders SET status = 'x' WHERE id = 1",
           "UPDATE orders SET status = c.name FROM customers c WHERE orders.id = 1 AND c.id = 2",
           "DELETE FROM orders WHERE id = 1",
           "SELECT * FROM orders WHERE id = 1 FOR UPDATE",
           "DECLARE c CURSOR FOR SELECT * FROM orders WHERE id = 1",
           "COPY (SELECT * FROM orders WHERE id = 1) TO STDOUT",
           "EXPLAIN ANALYZE SELECT * FROM orders WHERE id = 1",
       }) {
    EXPECT_FALSE(needs_plan(sql)) << sql;
  }
}

TEST(PlanNeed, IsNotThereForWhatIsSmallOrReadsNothing) {
  for (const char* sql : {
           "SELECT 1",
           "SELECT now(), current_user",
           "VALUES (1), (2)",
           "INSERT INTO orders (id) VALUES (1), (2)",
           "SHOW work_mem",
           "BEGIN",
           "COMMIT",
           "SET application_name = 'x'",
           "SELECT * FROM regions",
           "SELECT * FROM regions a, regions b",
           "SELECT * FROM generate_series(1, 10)",
           "SELECT unnest(ARRAY[1, 2, 3])",
           "SELECT unnest(ARRAY[1, -2]::int[]), unnest('{1,2}'::int[])",
           "SELECT * FROM members WHERE tenant = 3",
           "INSERT INTO regions SELECT * FROM regions",
           "COPY regions TO STDOUT",
           "COPY regions FROM STDIN",
           "EXPLAIN SELECT * FROM orders",
           "EXPLAIN (ANALYZE off) SELECT * FROM orders",
           "PREPARE p AS SELECT * FROM orders WHERE id = $1",
           "FETCH 5 FROM c",
           "CLOSE c",
           "DEALLOCATE p",
           "VACUUM orders",
           "CREATE TABLE t (a int)",
           "REFRESH MATERIALIZED VIEW order_names",
       }) {
    EXPECT_FALSE(needs_plan(sql)) << sql;
  }
}

TEST(PlanNeed, IsThereForWhatIsNotBounded) {
  for (const char* sql : {
           "SELECT * FROM orders",
           "SELECT * FROM orders LIMIT 1",
           "SELECT * FROM orders WHERE id > 7",
           "SELECT * FROM orders WHERE id = 7 OR true",
           "SELECT * FROM orders WHERE NOT id = 7",
           "SELECT * FROM orders WHERE id = customer_id",
           "SELECT * FROM orders WHERE id = 7.0",
           "SELECT * FROM orders WHERE id = 7::numeric",
           "SELECT * FROM orders WHERE id = (SELECT 7)",
           "SELECT * FROM orders WHERE id = id",
           "SELECT * FROM orders WHERE id = id + 0",
           "SELECT * FROM orders WHERE id = abs(7)",
           "SELECT * FROM orders WHERE id IN (1, id)",
           "SELECT * FROM orders a, orders b WHERE a.id = b.id AND b.id = a.id",
           "SELECT * FROM orders a JOIN orders b ON a.id = b.id",
           "SELECT * FROM customers WHERE email = email",
           "SELECT * FROM customers WHERE email = email || ''",
           "SELECT * FROM customers WHERE email = lower(email)",
           "SELECT * FROM customers WHERE email IN (lower(email), 'x')",
           "SELECT * FROM customers WHERE email = (SELECT 'x'::text)",
           "SELECT * FROM customers WHERE email = 'x' COLLATE \"C\"",
           "SELECT * FROM customers a, customers b WHERE a.email = a.email || '' AND b.email = 'x'",
           "SELECT * FROM orders TABLESAMPLE BERNOULLI (100) WHERE id = 5",
           "SELECT count(*) FROM orders TABLESAMPLE SYSTEM (1) WHERE id = 5",
           "SELECT id FROM orders WHERE id = 5 GROUP BY CUBE (id, status)",
           "SELECT region FROM regions GROUP BY ROLLUP (region, name)",
           "SELECT region FROM regions GROUP BY GROUPING SETS ((region), (name))",
           "SELECT * FROM orders WHERE id = ANY ($1)",
           "SELECT * FROM orders WHERE customer_id = 7",
           "SELECT * FROM members, orders WHERE members.tenant = 1",
           "SELECT * FROM orders o LEFT JOIN customers c ON o.id = 1",
           "SELECT * FROM customers c LEFT JOIN orders o ON o.id = 1",
           "SELECT * FROM orders o FULL JOIN customers c ON o.id = 1 AND c.id = 1",
           "SELECT * FROM orders WHERE EXISTS (SELECT FROM customers c WHERE orders.id = 1)",
           "SELECT * FROM orders WHERE id = 1 UNION SELECT * FROM orders",
           "SELECT (SELECT count(*) FROM orders)",
           "SELECT * FROM (SELECT id AS x FROM orders) o WHERE x = 1",
           "SELECT * FROM notes WHERE id = 1",  // row security reads more
           "SELECT * FROM fresh",               // never analysed
           "SELECT * FROM order_names WHERE id = 1",
           "SELECT * FROM orders_of(1)",
           "SELECT * FROM generate_series(1, 1000000)",
           "SELECT * FROM generate_series(1, $1)",
           "SELECT generate_series(1, 1000000)",
           "SELECT * FROM generate_series(1, 1000) a, generate_series(1, 1000) b",
           "SELECT unnest($1::int[])",
           "SELECT unnest(ARRAY[array_fill(0, ARRAY[100000])])",
           "SELECT unnest(ARRAY['{1,2}'::int[]])",
           "SELECT unnest(ARRAY[(SELECT array_agg(region) FROM regions)])",
           "SELECT unnest(ARRAY[$1::int[]])",
           "SELECT unnest(ARRAY[$1])",
           "SELECT unnest(ARRAY[ARRAY[1, 2], ARRAY[3, 4]])",
           "SELECT unnest(ARRAY[labels]) FROM (SELECT array_agg(region) AS labels FROM regions) r",
           "SELECT * FROM unnest(ARRAY[1], ARRAY[array_fill(0, ARRAY[100000])])",
           "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT * FROM r",
           "WITH a AS (SELECT * FROM regions), b AS (SELECT * FROM a, a a2, a a3), "
           "c AS (SELECT * FROM b, b b2) SELECT * FROM c",
           "UPDATE orders SET status = 'x'",
           "DELETE FROM orders WHERE status = 'x'",
           "INSERT INTO regions SELECT name, name FROM customers",
           "WITH d AS (DELETE FROM orders RETURNING id) SELECT 1",
           "MERGE INTO regions r USING regions c ON c.region = r.region WHEN MATCHED THEN DELETE",
           "CREATE TABLE made AS SELECT * FROM orders",
           "EXECUTE p",
           "EXECUTE p(1)",
           "PREPARE p AS SELECT * FROM orders",
           "DECLARE c CURSOR FOR SELECT * FROM orders",
           "COPY (SELECT * FROM orders) TO STDOUT",
           "COPY orders TO STDOUT",
           "EXPLAIN ANALYZE SELECT * FROM orders",
       }) {
    EXPECT_TRUE(needs_plan(sql)) << sql;
  }
}

TEST(PlanNeed, LooksUpNoChildByTheKeyOfItsParent) {
  const Profile profile = plan_profile({.large_table_rows = 100});
  EXPECT_TRUE(verdict_of("SELECT * FROM animals WHERE id = 1", profile).needs_plan);
  EXPECT_FALSE(verdict_of("SELECT * FROM dogs WHERE breed = 'b'", plan_profile()).needs_plan);
}

TEST(PlanNeed, IsNothingWhereTheGateIsOff) {
  Profile profile = plan_profile();
  profile.plan.reset();
  EXPECT_FALSE(verdict_of("SELECT * FROM orders", profile).needs_plan);
}

TEST(PlanNeed, SaysWhatTheServerIsAsked) {
  const std::pair<const char*, const char*> cases[] = {
      {" SELECT * FROM orders ; ", "SELECT * FROM orders"},
      {"COPY (SELECT * FROM orders) TO STDOUT", "SELECT * FROM orders"},
      {"copy/* ( */( SELECT ')', E'\\')', $a$)$a$, \")\" FROM (SELECT 1 AS \")\") x, orders -- )\n)"
       " TO STDOUT (FORMAT csv)",
       " SELECT ')', E'\\')', $a$)$a$, \")\" FROM (SELECT 1 AS \")\") x, orders -- )\n"},
      {"EXPLAIN ANALYZE VERBOSE SELECT * FROM orders", "SELECT * FROM orders"},
      {"EXPLAIN (ANALYZE, FORMAT json) (SELECT * FROM orders)", "(SELECT * FROM orders)"},
      {"DECLARE c CURSOR FOR SELECT * FROM orders", "DECLARE c CURSOR FOR SELECT * FROM orders"},
      {"EXECUTE p(1)", "EXECUTE p(1)"},
      {"COPY public . orders (id) TO STDOUT", "TABLE ONLY public . orders"},
      {"COPY \"orders\" TO STDOUT", "TABLE ONLY \"orders\""},
  };
  for (const auto& [sql, asked] : cases) {
    const auto verdict = verdict_of(sql, plan_profile());
    EXPECT_TRUE(verdict.allowed()) << sql << ": " << verdict.violations.front().message;
    const auto planned =
        std::string_view(sql).substr(verdict.planned_offset, verdict.planned_bytes);
    EXPECT_EQ(explain_prefix(verdict).append(planned), std::string(kExplain) + asked) << sql;
  }
}

// A verdict is kept for texts that differ in the digits of inert literals.
TEST(PlanNeed, IsTheSameForAllDigitsOfInertLiterals) {
  for (const char* sql : {
           "SELECT * FROM orders WHERE id = 7",
           "SELECT * FROM orders WHERE id IN (1, 2)",
           "SELECT * FROM orders WHERE id = 7 LIMIT 3",
           "SELECT * FROM orders WHERE id > 7 LIMIT 3",
           "SELECT * FROM generate_series(1, 7) WHERE 3 = 3",
           "SELECT * FROM generate_series(1, 3 + 4)",
           "SELECT repeat('x', 10 * 10)",
           "SELECT repeat('x', 7) FROM orders WHERE id = 1",
           "SELECT lpad('x', 5), array_fill(0, ARRAY[3]) FROM orders WHERE id = 1",
           "UPDATE orders SET amount = 7 WHERE id = 3",
           "SELECT * FROM regions OFFSET 3",
           "SELECT generate_series(1, 5), id FROM regions r, orders WHERE id = 5",
       }) {
    const Profile profile = plan_profile();
    const Verdict first = judge({.sql = sql, .parameter_types = {}, .profile = profile});
    std::string other = sql;
    for (const auto at : first.inert_literals.all()) {
      std::size_t end = at;
      while (end < other.size() && other[end] >= '0' && other[end] <= '9') other[end++] = '9';
    }
    for (const char digit : {'0', '9'}) {
      for (const auto at : first.inert_literals.all()) {
        for (std::size_t i = at; other[i] >= '0' && other[i] <= '9'; ++i) other[i] = digit;
      }
      const Verdict second = judge({.sql = other, .parameter_types = {}, .profile = profile});
      EXPECT_EQ(first.allowed(), second.allowed()) << other;
      EXPECT_EQ(first.statements[0].needs_plan, second.statements[0].needs_plan) << other;
    }
  }
}

bool is_immutable(std::string_view sql) {
  return verdict_of(sql, plan_profile()).facts->is_immutable;
}

TEST(PlanOfAStatement, LastsWhereNothingElseDecidesOnIt) {
  for (const char* sql : {
           "SELECT * FROM orders WHERE id > 7 AND status = 'known' ORDER BY id LIMIT 3",
           "SELECT o.* FROM orders o JOIN customers c ON c.id = o.customer_id WHERE c.name = $1",
           "SELECT count(*), sum(o.amount), max(id) FROM orders o GROUP BY status",
           "SELECT lower(email) FROM customers WHERE email LIKE 'a%' AND id IN (1, 2)",
           "SELECT * FROM events WHERE day > '2026-01-12'",
           "UPDATE orders SET amount = amount + 5 WHERE customer_id = 7",
           "DELETE FROM orders WHERE id BETWEEN 3 AND 7::bigint",
       }) {
    EXPECT_TRUE(is_immutable(sql)) << sql;
  }
}

TEST(PlanOfAStatement, DoesNotLastWhereTimeOrSettingsDecide) {
  for (const char* sql : {
           "SELECT id FROM orders WHERE id < current_setting('application_name')::int",
           "SELECT id FROM orders WHERE id < (extract(epoch FROM now())::bigint - 5) * 100",
           "SELECT * FROM events WHERE day > CURRENT_DATE",
           "SELECT * FROM events WHERE day > 'today'",
           "SELECT * FROM events WHERE day > ' NOW '",
           "SELECT * FROM events WHERE day IN ('2026-01-12', 'Yesterday')",
           "SELECT * FROM events WHERE day > ('to' || 'day')::date",
           "SELECT * FROM events WHERE day > date('to' || 'day')",
           "SELECT * FROM events WHERE day = ANY (('{to' || 'day}')::date[])",
           "SELECT * FROM customers WHERE name = current_user",
           "SELECT * FROM notes",  // row security
           "EXECUTE p('today')",
           "COPY (SELECT * FROM orders WHERE random() < 0.5) TO STDOUT",
       }) {
    EXPECT_FALSE(is_immutable(sql)) << sql;
  }
}

TEST(BuiltValues, ThatConstantsMakeLargeAreRefused) {
  for (const char* sql : {
           "EXPLAIN SELECT factorial(32000)",
           "SELECT length(repeat(repeat('x', 30000), 30000))",
           "SELECT repeat('x', 30000 * 30000)",
           "SELECT repeat('x', '900000000'::int)",
           "SELECT sum(length(repeat('x', 100000000 + i))) FROM generate_series(1, 10) i",
           "SELECT count(*) FROM ts_parse('default', repeat('a b ', 5000000))",
           "SELECT array_fill(0, ARRAY[100000000])",
           "SELECT array_fill(0, ARRAY[10000, 10000])",
           "SELECT lpad('x', 500000000)",
           "SELECT rpad('x', 500000000, 'ab')",
           "SELECT format('%900000000s', 'x')",
           "SELECT pg_catalog.repeat('x', 900000000)",
           "SELECT * FROM orders WHERE status = repeat('x', 900000000)",
           "SELECT power(10::numeric, 130000)",
           "SELECT repeat('x', 6000000) || repeat('x', 6000000)",
       }) {
    const auto verdict = verdict_of(sql, plan_profile());
    ASSERT_FALSE(verdict.allowed()) << sql;
    EXPECT_EQ(verdict.violations[0].code, ErrorCode::QueryTooExpensive) << sql;
    EXPECT_EQ(verdict.violations[0].check, Check::Plan) << sql;
  }
}

TEST(BuiltValues, OfOrdinarySizePass) {
  for (const char* sql : {
           "SELECT repeat('=', 80)",
           "SELECT repeat('x', 1000000)",
           "SELECT lpad(name, 20) FROM customers WHERE id = 1",
           "SELECT factorial(20), power(2, 62), power(10::numeric, 20)",
           "SELECT array_fill(0, ARRAY[100, 100])",
           "SELECT format('%-20s|', name) FROM regions r, customers WHERE id = 1",
           "SELECT repeat(name, 3) FROM customers",
           "SELECT upper('repeat(x, 900000000)')",
       }) {
    const auto verdict = verdict_of(sql, plan_profile());
    EXPECT_TRUE(verdict.allowed()) << sql << ": " << verdict.violations.front().message;
  }
  Profile off = plan_profile();
  off.plan.reset();
  EXPECT_TRUE(verdict_of("SELECT repeat('x', 900000000)", off).allowed());
}

}  // namespace
}  // namespace policy
