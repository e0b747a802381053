// SPDX-License-Identifier: Apache-2.0
#include "gateway/grants/quoting.h"

#include <gtest/gtest.h>

namespace gateway::grants {
namespace {

TEST(GrantsQuoting, ALiteralIsReadAlikeWithAndWithoutStandardStrings) {
  EXPECT_EQ(literal("it's"), "'it''s'");
  EXPECT_EQ(literal("a\\'b"), "E'a\\\\''b'");
}

TEST(GrantsQuoting, ADollarQuoteIsNotEndedByWhatItHolds) {
  EXPECT_EQ(dollar_quoted("x"), "$postern$x$postern$");
  EXPECT_EQ(dollar_quoted("$postern$"), "$postern1$$postern$$postern1$");
  EXPECT_EQ(dollar_quoted("$postern$ $postern1$"), "$postern2$$postern$ $postern1$$postern2$");
}

TEST(GrantsQuoting, ACommentStaysOneLine) {
  EXPECT_EQ(comment("a\nDROP TABLE b;\r\x7f"), "-- a DROP TABLE b; \x7f\n");
}

}  // namespace
}  // namespace gateway::grants
