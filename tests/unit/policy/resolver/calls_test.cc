// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/unit/policy/resolver/world.h"

namespace policy {
namespace {

struct Row {
  const char* sql;
  const char* calls;
};

TEST(ResolvedCalls, NameWhatIsNotBuiltIn) {
  const Row rows[] = {
      {"SELECT length('x')", ""},
      {"SELECT public.length('x')", "public.length"},
      {"SELECT order_total(1)", "public.order_total"},
      {"SELECT order_total(oid => 1)", "public.order_total"},
      {"SELECT order_total(1, 2)", "42883"},
      {"SELECT order_total(wrong => 1)", "42883"},
      // An argument of exactly its type wins over pg_catalog's text.
      {"SELECT reverse(email) FROM users", ""},
      {"SELECT reverse(label) FROM readings", "public.reverse"},
      {"SELECT reverse('x'::varchar)", "public.reverse"},
      {"SELECT pg_catalog.reverse(label) FROM readings", ""},
      {"SELECT label || label FROM readings", "public.vc_cat/operator"},
      {"SELECT email || email FROM users", ""},
      {"SELECT 'a' OPERATOR(public.=~~=) 'b'", "public.op_leak/operator"},
      {"SELECT 1::leak_t", "public.to_leak/cast"},
      {"SELECT CAST(1 AS public.leak_t)", "public.to_leak/cast"},
      {"SELECT 'x'::leaky_dom", "public.dom_chk/cast"},
      {"SELECT leak_agg(id) FROM users", "public.leak_agg"},
      {"SELECT leak_agg(id) OVER () FROM users", "public.leak_agg"},
      {"SELECT * FROM list_users()", "public.list_users"},
      {"SELECT * FROM ROWS FROM (list_users(), generate_series(1, 2)) AS t", "public.list_users"},
      {"SELECT u.user_ref FROM users u", "public.user_ref"},
      {"SELECT (u).user_ref FROM users u", "public.user_ref"},
      {"SELECT no_such_function(1)", "42883"},
      {"SELECT count(*) FROM users", ""},
  };
  for (const auto& row : rows) EXPECT_EQ(calls(row.sql), row.calls) << row.sql;
}

// pg_catalog's lower(anyrange) and lower(text) both take a literal; PostgreSQL picks text.
TEST(ResolvedCalls, OfALiteralAreOfText) {
  const Facts facts = facts_of("SELECT lower('X')");
  ASSERT_EQ(facts.outputs.size(), 1u);
  EXPECT_EQ(facts.outputs[0].type, 25u);
}

}  // namespace
}  // namespace policy
