// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/unit/policy/rules/shop.h"

namespace policy::rules {
namespace {

Unresolved missing_relation(std::string name, std::string schema = {}) {
  return {.sqlstate = "42P01",
          .message = "relation \"" + name + "\" does not exist",
          .offset = 14,
          .name = std::move(name),
          .schema = std::move(schema)};
}

TEST(UnresolvedRule, SpeaksAsTheServerDoes) {
  const Shop shop;
  const Finds finds = shop.judge({.unresolved = missing_relation("ordrs")});
  ASSERT_EQ(finds.size(), 1u);
  EXPECT_EQ(finds[0].violation.sqlstate, "42P01");
  EXPECT_EQ(finds[0].violation.code, ErrorCode::UndefinedObject);
  EXPECT_EQ(finds[0].violation.message, "relation \"ordrs\" does not exist");
  EXPECT_EQ(finds[0].violation.hint, "Perhaps public.orders is meant.");
  EXPECT_EQ(finds[0].offset, 14u);
}

TEST(UnresolvedRule, HintsAreNearAndReadable) {
  const Shop shop;
  struct Row {
    std::string_view name, schema, hint;
  };
  for (const auto& [name, schema, hint] : {
           Row{"events", "", "Perhaps analytics.events is meant."},
           Row{"orders", "analytics", "Perhaps public.orders is meant."},
           Row{"ordrs", "analytics", ""},
           Row{"user_credential", "", ""},
           Row{"salarie", "", ""},
           Row{"xyzzy", "", ""},
       }) {
    const Finds finds = shop.judge(
        {.unresolved = missing_relation(std::string(name), std::string(schema))}, check_unresolved);
    EXPECT_EQ(finds[0].violation.hint, hint) << name;
  }
}

TEST(UnresolvedRule, ARefusedSchemaDoesNotTellWhatItLacks) {
  const Shop shop;
  const Finds finds = shop.judge({.unresolved = missing_relation("nosuch", "secret")});
  ASSERT_EQ(finds.size(), 1u);
  EXPECT_EQ(finds[0].violation.code, ErrorCode::SchemaAccessDenied);
  EXPECT_EQ(finds[0].violation.message, "schema secret may not be used");
  const Finds unknown = shop.judge({.unresolved = missing_relation("nosuch", "nosuch")});
  EXPECT_EQ(unknown[0].violation.code, ErrorCode::UndefinedObject);
}

TEST(UnresolvedRule, AMissingColumnGetsTheReadableOnes) {
  const Shop shop;
  Facts facts{.unresolved = Unresolved{.sqlstate = "42703",
                                       .message = "column \"mail\" does not exist",
                                       .relation = &shop.relation("public.users")}};
  const Finds finds = shop.judge(facts);
  ASSERT_EQ(finds.size(), 1u);
  EXPECT_EQ(finds[0].violation.hint, "Readable columns of public.users: id, email, full_name.");
}

TEST(UnresolvedRule, ARefusedTableDoesNotTellWhichColumnsItLacks) {
  const Shop shop;
  const Facts facts{
      .relations = {shop.use("public.user_credentials", {})},
      .unresolved = Unresolved{.sqlstate = "42703", .message = "column \"nosuch\" does not exist"}};
  const Finds finds = shop.judge(facts);
  ASSERT_EQ(finds.size(), 1u);
  EXPECT_EQ(finds[0].violation.code, ErrorCode::TableAccessDenied);
}

TEST(UnresolvedRule, WhatCannotBeDecidedIsNamed) {
  const Finds finds = Shop().judge({.uncertain = Uncertain{.construct = "XMLTABLE", .offset = 3}});
  ASSERT_EQ(finds.size(), 1u);
  EXPECT_EQ(finds[0].violation.code, ErrorCode::AccessDenied);
  EXPECT_EQ(finds[0].violation.resource, "XMLTABLE");
  EXPECT_EQ(finds[0].violation.message, "what the statement reads cannot be decided: XMLTABLE");
}

}  // namespace
}  // namespace policy::rules
