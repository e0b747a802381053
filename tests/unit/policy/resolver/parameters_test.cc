// SPDX-License-Identifier: Apache-2.0
// Parameters that a client left without a type and uses more than once. Over a catalog where || of
// two varchar and reverse(varchar) are the user's own.
#include <gtest/gtest.h>

#include "tests/unit/policy/resolver/world.h"

namespace policy {
namespace {

struct Row {
  const char* sql;
  const char* calls;
};

void expect_calls(std::initializer_list<Row> rows) {
  for (const auto& row : rows) EXPECT_EQ(calls(row.sql), row.calls) << row.sql;
}

TEST(Parameters, HaveTheTypeThatAllUsesAskFor) {
  expect_calls({
      {"SELECT 1 FROM users WHERE $1 = '' OR email ILIKE '%' || $1 || '%'", ""},
      {"SELECT 1 FROM users WHERE $1 IS NULL OR email = 'x' || $1", ""},
      {"SELECT reverse($1), reverse($1)", ""},
      {"SELECT 1 FROM readings WHERE label || 'x' = $1 OR $1 = ''", "public.vc_cat/operator"},
  });
}

// The server may take $1 for varchar, and then public.reverse.
TEST(Parameters, HaveNoTypeWhereUsesDifferOrSayNothing) {
  for (const char* sql : {
           "SELECT reverse($1) FROM orders WHERE id = $1",
           "SELECT coalesce($1, label), reverse($1) FROM readings",
           "SELECT reverse($1), CASE WHEN true THEN $1 ELSE label END FROM readings",
           "SELECT reverse($1) FROM readings WHERE $1 = $2 AND label = $2",
           "SELECT reverse($1) UNION SELECT $1",
           "SELECT reverse($1) FROM (SELECT $1 AS a) s",
           "SELECT reverse($1) FROM readings WHERE label IN ($1)",
           // BETWEEN compares twice, but is one use: the other one says nothing.
           "SELECT coalesce($1, label) FROM readings WHERE reverse($1) BETWEEN 'a' AND 'b'",
       }) {
    EXPECT_TRUE(calls(sql).contains("public.reverse")) << sql;
  }
}

}  // namespace
}  // namespace policy
