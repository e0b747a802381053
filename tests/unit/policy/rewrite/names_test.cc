// SPDX-License-Identifier: Apache-2.0
#include "policy/rewrite/names.h"

#include <gtest/gtest.h>

namespace policy {
namespace {

TEST(QuoteName, ANameCannotEndItsQuotes) {
  EXPECT_EQ(quote_name("users"), "\"users\"");
  EXPECT_EQ(quote_name("a\"; DROP TABLE b"), "\"a\"\"; DROP TABLE b\"");
  EXPECT_EQ(quote_name(""), "\"\"");
}

}  // namespace
}  // namespace policy
