// SPDX-License-Identifier: Apache-2.0
#include "policy/literal_mask.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace policy {
namespace {

// Masked digits as '#'; "-" where the text has no form.
std::string form(std::string_view sql) {
  LiteralMask mask;
  std::string text(mask.form_of(sql).value_or("-"));
  std::ranges::replace(text, kMaskedDigit, '#');
  return text;
}

struct Case {
  std::string sql, form;
};

TEST(LiteralMask, LeavesOutTheDigitsOfIntegers) {
  for (const auto& [sql, expected] :
       std::vector<Case>{{"SELECT a FROM t WHERE b = 42", "SELECT a FROM t WHERE b = ##"},
                         {"SELECT a FROM t1 WHERE b=42;", "SELECT a FROM t1 WHERE b=##;"},
                         {"VALUES (1,22,-333)", "VALUES (#,##,-###)"},
                         {"LIMIT\n7\tOFFSET 007", "LIMIT\n#\tOFFSET ###"},
                         {"a[1:2]", "a[#:#]"},
                         {"5::int", "#::int"},
                         {"999999999", "#########"},
                         {"1", "#"}}) {
    EXPECT_EQ(form(sql), expected) << sql;
  }
}

// What some server of 14 to 18 does not read as one integer, or not as an int4.
TEST(LiteralMask, KeepsNumbersOfOtherKinds) {
  for (const std::string sql :
       {"1.5", "1.", ".5", "1..2", "1.ssn", "t.1", "1e5", "1E5", "0x1F", "0b1", "0o7", "1_000",
        "_1", "a1", "1a", "1234567890", "00000000001"}) {
    EXPECT_EQ(form(sql + " = 2"), sql + " = #") << sql;
    EXPECT_EQ(form("2 =" + sql), "# =" + sql) << sql;
  }
}

TEST(LiteralMask, HasNoFormOfWhatItDoesNotLex) {
  for (const std::string sql : {"a = '1'", "\"a\" = 1", "a = $1", "$$1$$", "E'\\1'", "1 -- 2",
                                "1 /* 2 */", "1 --", "1 /*", "\xC3\xA4 = 1", "a = \x01 + 1",
                                "a\v= 1", "a = \x7F 1", "a = \xFF", "1 = \xFF", "a = b", "", "-"}) {
    EXPECT_EQ(form(sql), "-") << sql;
  }
  EXPECT_EQ(form(std::string("1 \0 2", 5)), "-");
}

TEST(LiteralMask, IsBounded) {
  const auto literals = [](std::size_t count) {
    std::string sql = "1";
    for (std::size_t i = 1; i < count; ++i) sql += ",1";
    return sql;
  };
  EXPECT_NE(form(literals(LiteralOffsets::kMax)), "-");
  EXPECT_EQ(form(literals(LiteralOffsets::kMax + 1)), "-");
  const std::string blanks(LiteralMask::kTextBytesMax - 1, ' ');
  EXPECT_EQ(form(blanks + "1"), blanks + "#");
  EXPECT_EQ(form(blanks + " 1"), "-");
}

TEST(LiteralMask, SaysWhereLiteralsBegin) {
  LiteralMask mask;
  ASSERT_TRUE(mask.form_of("1 = -22"));
  EXPECT_EQ(std::vector<int>(mask.literals().all().begin(), mask.literals().all().end()),
            (std::vector<int>{0, 5}));
  ASSERT_TRUE(mask.form_of("  3"));
  EXPECT_EQ(mask.literals().all().size(), 1u);
}

TEST(LiteralOffsets, HoldsSoManyAndNoLargerOnes) {
  LiteralOffsets offsets;
  EXPECT_FALSE(offsets.add(UINT16_MAX + 1u));
  for (std::size_t i = 0; i < LiteralOffsets::kMax; ++i) EXPECT_TRUE(offsets.add(i));
  EXPECT_FALSE(offsets.add(100));
  LiteralOffsets some;
  some.add(3);
  EXPECT_TRUE(offsets.cover(some));
  some.add(100);
  EXPECT_FALSE(offsets.cover(some));
}

}  // namespace
}  // namespace policy
