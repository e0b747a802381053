// SPDX-License-Identifier: Apache-2.0
#include "policy/statement_class.h"

#include <gtest/gtest.h>

#include <set>

namespace policy {
namespace {

TEST(StatementClass, EveryClassHasItsOwnName) {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(StatementClass::Unknown); ++i) {
    const auto each = name(static_cast<StatementClass>(i));
    EXPECT_FALSE(each.empty());
    EXPECT_TRUE(names.insert(each).second) << each;
  }
}

TEST(StatementClass, WhatIsUnknownMayNeverRun) {
  EXPECT_EQ(least(StatementClass::Unknown), Least::Never);
}

}  // namespace
}  // namespace policy
