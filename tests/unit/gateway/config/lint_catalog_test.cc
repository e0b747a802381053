// SPDX-License-Identifier: Apache-2.0
#include "gateway/config/lint_catalog.h"

#include <gtest/gtest.h>

#include "tests/unit/gateway/config/support.h"

namespace gateway::config {
namespace {

using policy::catalog::Oid;
using policy::catalog::RelationKind;
using policy::catalog::Rows;
using policy::catalog::Snapshot;
using Lines = std::vector<std::string>;

constexpr Oid kPublic = 2200, kHr = 20'000;

void add(Rows& rows, Oid oid, Oid schema, std::string_view name, RelationKind kind,
         std::initializer_list<std::string_view> columns) {
  policy::catalog::Relation relation{.oid = oid, .schema = schema, .name = name, .kind = kind};
  std::int16_t number = 0;
  for (const std::string_view column : columns) {
    relation.columns.push_back({.name = column, .type = 25, .number = ++number});
  }
  rows.relations.push_back(std::move(relation));
}

// Customers and orders in public, salaries in hr.
Rows shop() {
  Rows rows;
  rows.server_major = 15;
  rows.database = "shop";
  rows.schemas = {{11, "pg_catalog"}, {kPublic, "public"}, {kHr, "hr"}};
  add(rows, 1'259, 11, "pg_class", RelationKind::Table, {"oid", "relname"});
  add(rows, 20'001, kPublic, "customers", RelationKind::Table, {"id", "ssn", "password_hash"});
  add(rows, 20'002, kPublic, "orders", RelationKind::Partitioned, {"id", "customer_id"});
  add(rows, 20'003, kHr, "salaries", RelationKind::Table, {"Amount"});
  add(rows, 20'004, kPublic, "top_customers", RelationKind::View, {"id"});
  add(rows, 20'005, kPublic, "remote_stock", RelationKind::Foreign, {"id"});
  add(rows, 20'006, kPublic, "orders_pkey", RelationKind::Index, {"id"});
  rows.functions.push_back({.oid = 20'010, .schema = kPublic, .name = "order_total"});
  rows.functions.push_back({.oid = 2'626, .schema = 11, .name = "pg_sleep"});
  rows.functions.push_back(
      {.oid = 20'011, .schema = kPublic, .name = "similarity", .extension = "pg_trgm"});
  return rows;
}

Lines compared(const std::string& keys) {
  const auto parsed = parse(test::with_database(keys), test::sources());
  EXPECT_TRUE(parsed.has_value()) << keys;
  if (!parsed) return {};
  const Snapshot snapshot(shop());
  Diagnostics diagnostics;
  Findings findings(parsed->config, parsed->places, diagnostics);
  lint_catalog(findings, 0, snapshot);
  Lines lines;
  for (const Diagnostic& d : diagnostics) {
    EXPECT_EQ(d.severity, Severity::Warning);
    EXPECT_GT(d.place.line, 0);
    lines.push_back(d.path + ": " + d.message);
  }
  return lines;
}

TEST(LintCatalog, AcceptsRulesThatNameSomething) {
  const Lines lines = compared(
      "access_policy: {allowed_schemas: [public, \"h?\"], tables: {allowed: [Customers, "
      "public.orders, \"hr.*\", pg_class], denied: [salaries]}, columns: {denied: [customers.ssn, "
      "'hr.salaries.\"Amount\"'], denied_patterns: [\"*.*password*\"]}, functions: {allowed: "
      "[\"public.order_total(integer)\"], denied: [pg_sleep], extensions: [pg_trgm]}, "
      "trusted_views: [top_customers], foreign_tables: [public.remote_stock]}");
  EXPECT_EQ(lines, Lines{});
}

TEST(LintCatalog, FindsRulesThatNameNothingAndTheNearestName) {
  struct Case {
    std::string keys, line;
  };
  const Case cases[] = {
      {"allowed_schemas: [pubic]",
       "allowed_schemas[0]: 'pubic' names no schema of this catalog; the nearest is public"},
      {"tables: {denied: [costumers]}",
       "tables.denied[0]: 'costumers' names no table of this catalog; the nearest is customers"},
      {"tables: {denied: [hr.salary]}", "the nearest is hr.salaries"},
      {"tables: {denied: [hr.customers]}", "'hr.customers' names no table"},
      {"tables: {denied: [\"tmp_*\"]}",
       "'tmp_*' names no table of this catalog; remove it or mend"},
      {"tables: {denied: [orders_pkey]}", "names no table of this catalog"},
      {"columns: {denied: [customers.snn]}",
       "'customers.snn' names no column of this catalog; the nearest is customers.ssn"},
      {"columns: {denied: [orders.ssn]}", "the nearest is orders.id"},
      {"columns: {denied: [costumers.ssn]}", "the nearest is customers.ssn"},
      {"columns: {denied: [salaries.amount]}", "the nearest is salaries.\"Amount\""},
      {"columns: {denied_patterns: [\"*.*token*\"]}", "'*.*token*' names no column"},
      {"functions: {allowed: [public.order_totals]}", "the nearest is public.order_total"},
      {"functions: {denied: [pg_slep]}", "the nearest is pg_sleep"},
      {"functions: {extensions: [postgis]}",
       "functions.extensions[0]: 'postgis' is no extension that has anything in this catalog"},
      {"trusted_views: [customers]",
       "'customers' names no view of this catalog; the nearest is top_customers"},
      {"foreign_tables: [orders]", "'orders' names no foreign table"},
      {"tables: {allowed: [salaries]}",
       "tables.allowed[0]: 'salaries' is only in schema hr, which is neither in safe_search_path "
       "nor in allowed_schemas: write hr.salaries"},
  };
  for (const Case& c : cases) {
    const Lines lines = compared("access_policy: {" + c.keys + "}");
    ASSERT_EQ(lines.size(), 1u) << c.keys;
    EXPECT_TRUE(lines[0].contains(c.line)) << lines[0];
  }
}

TEST(LintCatalog, LooksAtPrincipalsButNotAtWhatTheyInherit) {
  const Lines lines = compared(
      "access_policy: {tables: {denied: [nowhere]}}, principals: [{match: {users: [u]}, "
      "access_policy: {columns: {denied: [orders.nothing]}}}]");
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_TRUE(lines[0].starts_with("databases[0].access_policy.tables.denied[0]: "));
  EXPECT_TRUE(lines[1].starts_with("databases[0].principals[0].access_policy.columns.denied[0]: "));
}

}  // namespace
}  // namespace gateway::config
