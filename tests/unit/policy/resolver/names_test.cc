// SPDX-License-Identifier: Apache-2.0
// What names stand for, clause by clause. tests/integration/test_resolver_oracle.py asks PostgreSQL
// itself; these rows show which rule of its parse analysis each part of the resolver keeps.
#include <gtest/gtest.h>

#include "tests/unit/policy/resolver/world.h"

namespace policy {
namespace {

struct Row {
  const char* sql;
  const char* told;
};

void expect_told(std::initializer_list<Row> rows) {
  for (const auto& row : rows) EXPECT_EQ(told(row.sql), row.told) << row.sql;
}

TEST(ResolvedNames, OfColumns) {
  expect_told({
      {"SELECT ssn FROM users", "users(ssn)"},
      {"SELECT USERS.SSN FROM Users", "users(ssn)"},
      {"SELECT \"SSN\" FROM \"Users\"", "Users(SSN)"},
      {"SELECT public.users.ssn FROM public.users", "users(ssn)"},
      {"SELECT poldb.public.users.ssn FROM users", "users(ssn)"},
      {"SELECT U&\"s\\0073n\" FROM users", "users(ssn)"},
      {"SELECT 'ssn', $$ssn$$ FROM users", "users()"},
      {"SELECT count(*) FROM users", "users()"},
      {"SELECT id AS ssn FROM users ORDER BY ssn", "users(id)"},
      {"SELECT id AS ssn FROM users GROUP BY ssn, id", "users(id, ssn)"},
      {"SELECT id AS ssn FROM users WHERE ssn = 'x'", "users(id, ssn)"},
      {"SELECT id AS ssn FROM users ORDER BY ssn || ''", "users(id, ssn)"},
      {"SELECT ctid FROM users", "users(system)"},
      {"SELECT nothing FROM users", "42703"},
      {"SELECT id FROM users, orders", "42702"},
      {"SELECT x.id FROM users", "42P01"},
      {"SELECT public.users.ssn FROM users u", "42P01"},
      {"SELECT other.public.users.ssn FROM users", "0A000"},
  });
}

TEST(ResolvedNames, OfRows) {
  expect_told({
      {"SELECT * FROM products", "products(attrs*, id*, name*, price*, tags*)"},
      {"SELECT u FROM users u", "users((row))"},
      {"SELECT u.*::text FROM users u", "users((row))"},
      {"SELECT (u).ssn FROM users u", "users((row), ssn)"},
      {"SELECT ssn(u) FROM users u", "users((row), ssn)"},
      {"SELECT u.row_to_json FROM users u", "users((row))"},
      {"SELECT row_to_json(u) FROM users u", "users((row))"},
      {"SELECT x FROM (SELECT id FROM users) x", "users(id)"},
      {"SELECT (x).id FROM (SELECT id, ssn FROM users) x", "users(id, ssn)"},
      {"SELECT 1 FROM users u WHERE u IS NULL", "users((row))"},
      {"SELECT users FROM users AS users(a, b, c, d, e)", "users((row))"},
  });
}

TEST(ResolvedNames, OfAliases) {
  expect_told({
      {"SELECT c FROM users AS u(a, b, c, d, e)", "users(full_name)"},
      {"SELECT ssn FROM users AS u(ssn)", "42702"},
      {"SELECT e FROM users AS u(a, b, c, d, e)", "users(ssn)"},
      {"SELECT j.e FROM (users u JOIN orders o ON true) AS j(a, b, c, d, e)",
       "orders() users(ssn)"},
      {"SELECT u.id FROM (users u JOIN orders o ON true) AS j", "42P01"},
      {"SELECT a FROM users AS u(a, b, c, d, e, f)", "42P10"},
  });
}

TEST(ResolvedNames, OfJoins) {
  expect_told({
      {"SELECT 1 FROM users JOIN vendors USING (ssn)", "users(ssn=) vendors(ssn=)"},
      {"SELECT 1 FROM vendors NATURAL JOIN kyc", "kyc(ssn=) vendors(ssn=)"},
      {"SELECT ssn FROM users JOIN vendors USING (ssn)", "users(ssn=) vendors(ssn=)"},
      {"SELECT x.ssn FROM users JOIN vendors USING (ssn) AS x", "users(ssn=) vendors(ssn=)"},
      {"SELECT 1 FROM users u JOIN orders o ON u.ssn = o.note", "orders(note) users(ssn)"},
      {"SELECT 1 FROM users JOIN orders USING (ssn)", "42703"},
      {"SELECT 1 FROM users u, LATERAL (SELECT u.ssn) x", "users(ssn)"},
      {"SELECT 1 FROM users u, (SELECT u.ssn) x", "42P01"},
  });
}

TEST(ResolvedNames, OfSubqueries) {
  expect_told({
      {"SELECT (SELECT ssn FROM orders LIMIT 1) FROM users", "orders() users(ssn)"},
      {"SELECT 1 FROM orders WHERE EXISTS (SELECT ssn FROM users WHERE user_id = users.id)",
       "orders(user_id) users(id, ssn)"},
      {"SELECT x.ssn FROM (SELECT id, ssn FROM users) x", "users(id, ssn)"},
      {"SELECT a FROM (SELECT id, ssn FROM users) x(a, b)", "users(id, ssn)"},
      {"SELECT id FROM users UNION SELECT id FROM orders ORDER BY id", "orders(id) users(id)"},
      {"SELECT id FROM users UNION SELECT id FROM orders ORDER BY ssn", "42703"},
      {"VALUES ((SELECT ssn FROM users LIMIT 1))", "users(ssn)"},
      {"TABLE products", "products(attrs*, id*, name*, price*, tags*)"},
  });
}

TEST(ResolvedNames, OfCtes) {
  expect_told({
      {"WITH users AS (SELECT id FROM orders) SELECT * FROM users", "orders(id)"},
      {"WITH users AS (SELECT id FROM orders) SELECT ssn FROM users", "42703"},
      {"WITH users AS (SELECT id FROM orders) SELECT ssn FROM public.users",
       "orders(id) users(ssn)"},
      {"WITH x AS (SELECT * FROM users) SELECT id FROM x",
       "users(email*, full_name*, id*, password_hash*, ssn*)"},
      {"WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 5) SELECT n FROM "
       "t",
       ""},
      {"WITH t AS (SELECT id FROM t) SELECT 1 FROM t", "42P01"},
      {"WITH a AS (SELECT 1), a AS (SELECT 2) SELECT 1 FROM a", "42712"},
      {"WITH x(a, b) AS (SELECT id, ssn FROM users) SELECT b FROM x", "users(id, ssn)"},
      {"SELECT (WITH y AS (SELECT ssn FROM users) SELECT ssn FROM y LIMIT 1)", "users(ssn)"},
      {"WITH a AS (SELECT 1) SELECT 1 FROM (WITH users AS (SELECT 2 AS id) SELECT id FROM users) s",
       ""},
  });
}

TEST(ResolvedNames, OfWindowsAndAggregates) {
  expect_told({
      {"SELECT rank() OVER (PARTITION BY ssn) FROM users", "users(ssn)"},
      {"SELECT rank() OVER w FROM users WINDOW w AS (ORDER BY ssn)", "users(ssn)"},
      {"SELECT count(*) FILTER (WHERE ssn LIKE '9%') FROM users", "users(ssn)"},
      {"SELECT array_agg(id ORDER BY ssn) FROM users", "users(id, ssn)"},
      {"SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY ssn) FROM users", "users(ssn)"},
      {"SELECT 1 FROM users GROUP BY GROUPING SETS ((ssn), ())", "users(ssn)"},
      {"SELECT DISTINCT ON (ssn) id FROM users", "users(id, ssn)"},
      {"SELECT 1 FROM users GROUP BY 1 HAVING max(ssn) > ''", "users(ssn)"},
      {"SELECT id FROM users ORDER BY 1", "users(id)"},
      {"SELECT 1 FROM users OFFSET (SELECT count(ssn) FROM users)", "users() users(ssn)"},
  });
}

TEST(ResolvedNames, OfWrites) {
  expect_told({
      {"INSERT INTO feedback (author) VALUES ('x')", "feedback(author!)"},
      {"INSERT INTO feedback (author) SELECT ssn FROM users RETURNING id",
       "feedback(author!, id) users(ssn)"},
      {"INSERT INTO settings_kv VALUES ('a', 'b') ON CONFLICT (k) DO UPDATE SET v = excluded.v",
       "settings_kv(k, k!, v!)"},
      {"UPDATE users SET email = ssn WHERE id = 1", "users(email!, id, ssn)"},
      {"UPDATE orders SET note = u.ssn FROM users u WHERE u.id = user_id",
       "orders(note!, user_id) users(id, ssn)"},
      {"DELETE FROM orders USING users u WHERE u.ssn = note", "orders(note) users(ssn)"},
      {"MERGE INTO orders o USING users u ON u.id = o.user_id WHEN MATCHED THEN UPDATE SET note = "
       "u.ssn",
       "orders(note!, user_id) users(id, ssn)"},
      {"UPDATE users SET nothing = 1", "42703"},
  });
}

}  // namespace
}  // namespace policy
