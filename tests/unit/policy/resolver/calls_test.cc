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

std::string type_of(std::string_view expression) {
  const auto snapshot = corpus_snapshot();
  const Facts facts = facts_of("SELECT " + std::string(expression), *snapshot);
  const auto* type = snapshot->type(facts.outputs.at(0).type);
  return type == nullptr ? "" : std::string(type->name);
}

TEST(ResolvedCalls, KnowNumbersBySize) {
  const Row rows[] = {
      {"2147483647", "int4"},
      {"2147483648", "int8"},
      {"-2147483648", "int4"},
      {"-2147483649", "int8"},
      {"09999999999", "int8"},
      {"010", "int4"},
      {"9223372036854775807", "int8"},
      {"9223372036854775808", "numeric"},
      {"1.0", "numeric"},
      {"1e3", "numeric"},
      {"0xFFFFFFFFF", "int8"},
      {"0o777777777777", "int8"},
      {"10_000_000_000", "int8"},
  };
  for (const auto& row : rows) EXPECT_EQ(type_of(row.sql), row.calls) << row.sql;
}

TEST(ResolvedCalls, KnowWhatNullifGives) {
  EXPECT_EQ(type_of("NULLIF('1', 2)"), "int4");
  EXPECT_EQ(type_of("NULLIF('a'::varchar, 'b')"), "text");
  EXPECT_EQ(type_of("NULLIF(1, 2.0)"), "numeric");
  EXPECT_EQ(calls("SELECT NULLIF('1', 2)::leak_t"), "public.to_leak/cast");
}

// A catalog with casts of the user's that PostgreSQL runs by itself, by assignment.
TEST(ResolvedCalls, SeeWhatAConditionOrANumberIsMadeBy) {
  catalog::Rows rows = corpus_rows();
  const auto schema = corpus_snapshot()->schema("public")->oid;
  const auto leak = corpus_snapshot()->type(schema, "leak_t")->oid;
  catalog::Oid next = 5'000'000;
  for (const catalog::Oid target : {16U, 20U, 23U, 25U}) {
    rows.functions.push_back(
        {.oid = next, .schema = schema, .name = "made", .arguments = {leak}, .result = target});
    rows.casts.push_back({.source = leak, .target = target, .function = next++, .context = 'a'});
  }
  const catalog::Snapshot snapshot(std::move(rows));
  const std::string value = "ROW('a')::leak_t";
  for (const std::string& sql : {
           "SELECT 1 WHERE " + value,
           "SELECT NOT " + value,
           "SELECT true AND " + value,
           "SELECT " + value + " IS TRUE",
           "SELECT CASE WHEN " + value + " THEN 1 END",
           "SELECT 1 FROM orders JOIN users ON " + value,
           "SELECT 1 HAVING " + value,
           "SELECT count(*) FILTER (WHERE " + value + ")",
           "SELECT 1 LIMIT " + value,
           "SELECT 1 OFFSET " + value,
           "SELECT tags[" + value + "] FROM products",
           "SELECT sum(1) OVER (ORDER BY 1 ROWS " + value + " PRECEDING)",
           "SELECT quote_literal(" + value + ")",
           "SELECT quote_nullable(" + value + ")",
           "EXECUTE p(" + value + ")",
       }) {
    EXPECT_TRUE(calls(sql, snapshot).contains("public.made"))
        << sql << ": " << calls(sql, snapshot);
  }
}

// pg_catalog's lower(anyrange) and lower(text) both take a literal; PostgreSQL picks text.
TEST(ResolvedCalls, OfALiteralAreOfText) {
  const Facts facts = facts_of("SELECT lower('X')");
  ASSERT_EQ(facts.outputs.size(), 1u);
  EXPECT_EQ(facts.outputs[0].type, 25u);
}

}  // namespace
}  // namespace policy
