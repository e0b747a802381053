// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/unit/policy/rules/shop.h"

namespace policy::rules {
namespace {

constexpr catalog::Oid kRange = 90'000, kMultirange = 90'010, kNumeric = 1700, kText = 25;

// A range type with a constructor, as `change` leaves them.
std::string rule_for(void (*change)(catalog::Type& range, catalog::Function& constructor)) {
  Rowset rows = shop_rows();
  const auto schema = rows.schema("public");
  catalog::Type range{.oid = kRange, .schema = schema, .name = rows.rows.keep("price_range")};
  range.kind = catalog::TypeKind::Range;
  range.subtype = kNumeric;
  range.multirange = kMultirange;
  catalog::Function& constructor = rows.function("public.price_range", {kNumeric, kNumeric});
  constructor.result = kRange;
  constructor.language = rows.rows.keep("internal");
  change(range, constructor);
  rows.rows.types.push_back(std::move(range));
  return Shop(shop_policy(), std::move(rows)).function_rule("public.price_range");
}

TEST(RangeConstructors, AreTheServersOwn) {
  EXPECT_EQ(rule_for([](catalog::Type&, catalog::Function&) {}), "");
  EXPECT_EQ(rule_for([](catalog::Type&, catalog::Function& constructor) {
              constructor.arguments.push_back(kText);
            }),
            "");
}

TEST(RangeConstructors, MayRunNothingOfUsers) {
  const auto rule = "functions.allowed";
  EXPECT_EQ(rule_for([](catalog::Type& range, catalog::Function&) { range.functions = {1}; }),
            rule);
  EXPECT_EQ(
      rule_for([](catalog::Type& range, catalog::Function&) { range.ordering_functions = {1}; }),
      rule);
  for (const auto change :
       {+[](catalog::Type&, catalog::Function& made) { made.language = "sql"; },
        +[](catalog::Type&, catalog::Function& made) { made.arguments = {kText, kText}; },
        +[](catalog::Type&, catalog::Function& made) { made.arguments = {kNumeric}; },
        +[](catalog::Type&, catalog::Function& made) { made.result = kNumeric; },
        +[](catalog::Type&, catalog::Function& made) { made.is_security_definer = true; },
        +[](catalog::Type& range, catalog::Function&) { range.name = "other"; }}) {
    EXPECT_EQ(rule_for(change), rule);
  }
}

}  // namespace
}  // namespace policy::rules
