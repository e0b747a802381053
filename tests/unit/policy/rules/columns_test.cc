// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/unit/policy/rules/shop.h"

namespace policy::rules {
namespace {

using How = ColumnUse::How;

TEST(Columns, EveryUseHasItsWords) {
  struct Row {
    How how;
    std::string_view message, hint;
  };
  const Shop shop;
  for (const auto& row : {
           Row{How::Named, "column \"ssn\" of table public.users is not readable",
               "Readable columns of public.users: id, email, full_name."},
           Row{How::Star, "* reads column \"ssn\" of table public.users, which is not readable",
               "List the columns instead of *: id, email, full_name."},
           Row{How::WholeRow,
               "the whole row holds column \"ssn\" of table public.users, which is not readable",
               "List the columns instead of the whole row: id, email, full_name."},
           Row{How::Join,
               "the join compares column \"ssn\" of table public.users, which is not readable",
               "Readable columns of public.users: id, email, full_name."},
           Row{How::Written, "column \"ssn\" of table public.users may not be written",
               "Readable columns of public.users: id, email, full_name."},
       }) {
    const Finds finds =
        shop.judge({.relations = {shop.use("public.users", {"id", "ssn"}, row.how)}});
    ASSERT_EQ(finds.size(), 1u) << row.message;
    EXPECT_EQ(finds[0].violation.message, row.message);
    EXPECT_EQ(finds[0].violation.hint, row.hint);
    EXPECT_EQ(finds[0].violation.code, ErrorCode::ColumnAccessDenied);
    EXPECT_EQ(finds[0].violation.resource, "public.users.ssn");
    EXPECT_EQ(finds[0].violation.rule, "columns.denied[1]");
    EXPECT_EQ(finds[0].offset, 20u);
  }
}

TEST(Columns, AStarNamesEachRefusedColumn) {
  const Shop shop;
  const Finds finds = shop.judge(
      {.relations = {shop.use("public.users", {"id", "password_hash", "ssn"}, How::Star)}});
  ASSERT_EQ(finds.size(), 2u);
  EXPECT_EQ(finds[0].violation.resource, "public.users.password_hash");
  EXPECT_EQ(finds[1].violation.resource, "public.users.ssn");
}

TEST(Columns, NumberZeroIsTheWholeRow) {
  const Shop shop;
  RelationUse use = shop.use("public.users", {});
  use.columns.push_back({.column = 0, .how = How::WholeRow});
  EXPECT_EQ(shop.judge({.relations = {use}}).size(), 2u);
  use.columns = {{.column = -1}, {.column = -7}};
  EXPECT_TRUE(shop.judge({.relations = {use}}).empty());
  use.columns = {{.column = 77}};
  EXPECT_EQ(shop.judge({.relations = {use}}).size(), 1u);
}

TEST(Columns, AnAllowedTableKeepsItsColumnRules) {
  const Shop shop({.tables = {.allowed = {"users"}}, .columns = {.denied = {"users.ssn"}}});
  EXPECT_EQ(shop.judge({.relations = {shop.use("public.users", {"ssn"})}}).size(), 1u);
  EXPECT_TRUE(shop.judge({.relations = {shop.use("public.users", {"email"})}}).empty());
}

TEST(Columns, HintsListTwentyAndQuoteWhereSqlNeedsIt) {
  Rowset rows = shop_rows();
  auto& wide = rows.relation("public.wide", {"Mixed Case", "ssn"});
  for (std::int16_t i = 3; i <= 30; ++i) {
    wide.columns.push_back({.name = rows.rows.keep("c" + std::to_string(i)), .number = i});
  }
  const Shop shop({.columns = {.denied = {"wide.ssn"}}}, std::move(rows));
  const Finds finds = shop.judge({.relations = {shop.use("public.wide", {"ssn"})}});
  ASSERT_EQ(finds.size(), 1u);
  EXPECT_TRUE(finds[0].violation.hint.starts_with(
      "Readable columns of public.wide: \"Mixed Case\", c3, c4,"));
  EXPECT_TRUE(finds[0].violation.hint.ends_with("c21 and 9 more."));
}

}  // namespace
}  // namespace policy::rules
