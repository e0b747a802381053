// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/unit/policy/rules/shop.h"

namespace policy::rules {
namespace {

RelationUse target(const Shop& shop, std::string_view name) {
  RelationUse use = shop.use(name, {});
  use.is_read = false;
  return use;
}

TEST(Writes, BalancedModeWantsWhere) {
  const Shop shop;
  RelationUse use = target(shop, "public.orders");
  use.is_deleted = true;
  use.has_where = false;
  const Finds finds = shop.judge({.relations = {use}}, nullptr, Mode::Balanced);
  ASSERT_EQ(finds.size(), 1u);
  EXPECT_EQ(finds[0].violation.rule, "where");
  EXPECT_EQ(finds[0].violation.code, ErrorCode::UnsafeSql);
  EXPECT_EQ(finds[0].violation.message, "DELETE without WHERE changes every row of public.orders");
  EXPECT_TRUE(shop.judge({.relations = {use}}, nullptr, Mode::Permissive).empty());
  use.has_where = true;
  EXPECT_TRUE(shop.judge({.relations = {use}}, nullptr, Mode::Balanced).empty());
}

TEST(Writes, TargetsFollowTheTableRules) {
  const Shop shop;
  RelationUse use = target(shop, "public.user_credentials");
  use.is_inserted = true;
  EXPECT_EQ(shop.judge({.relations = {use}}, nullptr, Mode::Balanced).size(), 1u);
}

TEST(Writes, SystemRelationsAreOnlyRead) {
  Rowset rows = shop_rows();
  rows.relation("pg_catalog.pg_authid", {"rolname"});
  AccessPolicy policy = shop_policy();
  policy.system_catalogs = SystemCatalogs::All;
  const Shop shop(policy, std::move(rows));
  RelationUse use = target(shop, "pg_catalog.pg_authid");
  EXPECT_TRUE(shop.judge({.relations = {use}}, check_writes, Mode::Permissive).empty());
  use.is_updated = true;
  EXPECT_EQ(shop.judge({.relations = {use}}, check_writes, Mode::Permissive).size(), 1u);
  use.is_updated = false;
  use.is_locked = true;
  EXPECT_EQ(shop.judge({.relations = {use}}, check_writes, Mode::Permissive).size(), 1u);
}

TEST(Writes, ATableWithRefusedColumnsIsNotRedefined) {
  const Shop shop;
  RelationUse users = target(shop, "public.users");
  users.is_defined = true;
  const Finds finds = shop.judge({.relations = {users}}, nullptr, Mode::Permissive);
  ASSERT_EQ(finds.size(), 1u);
  EXPECT_EQ(finds[0].violation.rule, "columns.denied[0]");
  RelationUse orders = target(shop, "public.orders");
  orders.is_defined = true;
  EXPECT_TRUE(shop.judge({.relations = {orders}}, nullptr, Mode::Permissive).empty());
}

TEST(Writes, WhatHoldsNoRowsIsNotWritten) {
  const Shop shop({.tables = {.allowed = {"public.orders_id_seq"}}});
  RelationUse use = target(shop, "public.orders_id_seq");
  use.is_updated = true;
  EXPECT_EQ(shop.judge({.relations = {use}}, nullptr, Mode::Balanced).size(), 1u);
}

}  // namespace
}  // namespace policy::rules
