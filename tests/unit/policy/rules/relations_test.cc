// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/unit/policy/rules/shop.h"

namespace policy::rules {
namespace {

struct Row {
  std::string_view relation;
  ErrorCode code;
  std::string_view rule, message, hint;
};

TEST(Relations, TellWhatIsRefusedAndByWhichRule) {
  const Shop shop;
  for (const auto& row : {
           Row{"public.user_credentials", ErrorCode::TableAccessDenied, "tables.denied[0]",
               "table public.user_credentials may not be used",
               "Leave it out, or ask whoever runs the gateway for access to it."},
           Row{"secret.orders", ErrorCode::SchemaAccessDenied, "allowed_schemas",
               "schema secret may not be used, so neither may table secret.orders",
               "Perhaps public.orders is meant."},
           Row{"hr.salaries", ErrorCode::SchemaAccessDenied, "allowed_schemas",
               "schema hr may not be used, so neither may table hr.salaries",
               "Schemas that may be used: public, analytics."},
           Row{"analytics.remote", ErrorCode::TableAccessDenied, "foreign_tables",
               "foreign table analytics.remote may not be used",
               "Foreign tables are read only where foreign_tables lists them."},
       }) {
    const Finds finds = shop.judge({.relations = {shop.use(row.relation, {})}}, check_relations);
    ASSERT_EQ(finds.size(), 1u) << row.relation;
    EXPECT_EQ(finds[0].violation.code, row.code);
    EXPECT_EQ(finds[0].violation.rule, row.rule);
    EXPECT_EQ(finds[0].violation.message, row.message);
    EXPECT_EQ(finds[0].violation.hint, row.hint);
    EXPECT_EQ(finds[0].violation.resource, row.relation);
    EXPECT_EQ(finds[0].offset, 10u);
  }
}

TEST(Relations, ReadableOnesPass) {
  const Shop shop;
  EXPECT_TRUE(shop.judge({.relations = {shop.use("public.orders", {"id"})}}).empty());
  EXPECT_TRUE(shop.judge({}).empty());
}

TEST(Relations, AConstantThatNamesARefusedOneIsRefused) {
  const Shop shop;
  const auto judge = [&](std::string_view name) {
    return shop.judge({.named_relations = {{.relation = &shop.relation(name), .offset = 7}}});
  };
  EXPECT_EQ(judge("secret.orders").size(), 1u);
  EXPECT_EQ(judge("pg_toast.pg_toast_2619").size(), 1u);
  EXPECT_TRUE(judge("public.users").empty());
  EXPECT_TRUE(judge("public.orders_id_seq").empty());
}

TEST(Relations, WhatIsNotInTheCatalogIsRefusedUnlessItIsMade) {
  const Shop shop;
  EXPECT_EQ(shop.judge({.relations = {{.is_read = true}}}).size(), 1u);
  EXPECT_TRUE(shop.judge({.relations = {{.is_defined = true}}}).empty());
}

TEST(Relations, HintsNeverNameWhatMayNotBeRead) {
  Rowset rows = shop_rows();
  rows.relation("secret.user_credential", {"a"});
  rows.relation("public.user_credentialz", {"a"}, catalog::RelationKind::Sequence);
  const Shop shop(shop_policy(), std::move(rows));
  const Finds finds = shop.judge({.relations = {shop.use("public.user_credentials", {})}});
  ASSERT_FALSE(finds.empty());
  EXPECT_EQ(finds[0].violation.hint,
            "Leave it out, or ask whoever runs the gateway for access to it.");
}

}  // namespace
}  // namespace policy::rules
