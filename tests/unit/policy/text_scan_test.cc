// SPDX-License-Identifier: Apache-2.0
#include "policy/text_scan.h"

#include <gtest/gtest.h>

#include <string>

namespace policy {
namespace {

using Kind = TextFault::Kind;

std::string repeat(std::string_view unit, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += unit;
  return text;
}

std::optional<Kind> fault_of(std::string_view sql, int server_major = 15) {
  const auto fault = scan_text(sql, {.server_major = server_major});
  return fault ? std::optional(fault->kind) : std::nullopt;
}

const std::string kTooDeep = repeat("(", kBracketDepthMax + 1);

// The brackets behind `prefix` are code, not text inside a literal or comment.
bool is_code_after(const std::string& prefix) {
  return fault_of(prefix + kTooDeep) == Kind::BracketsTooDeep;
}

TEST(TextScan, EachLimitIsHitExactly) {
  EXPECT_EQ(fault_of(repeat("(", kBracketDepthMax)), std::nullopt);
  EXPECT_EQ(fault_of(repeat("[", kBracketDepthMax + 1)), Kind::BracketsTooDeep);
  EXPECT_EQ(fault_of(repeat("()", 5000)), std::nullopt);
  EXPECT_EQ(fault_of(repeat("/*", kCommentDepthMax) + repeat("*/", kCommentDepthMax)),
            std::nullopt);
  EXPECT_EQ(fault_of(repeat("/*", kCommentDepthMax + 1)), Kind::CommentTooDeep);
  EXPECT_EQ(fault_of("1 " + repeat("+", kOperatorCharsMax) + " 1"), std::nullopt);
  EXPECT_EQ(fault_of("1 " + repeat("+", kOperatorCharsMax + 1) + " 1"), Kind::OperatorTooLong);
  EXPECT_EQ(scan_text("abc", {.bytes_max = 3}), std::nullopt);
  EXPECT_EQ(scan_text("abcd", {.bytes_max = 3})->kind, Kind::TooLong);
}

TEST(TextScan, NulAndBrokenEncodingAreNamedWithTheirPlace) {
  using namespace std::string_literals;
  const auto nul = scan_text("SELECT 1\0; x"s, {});
  ASSERT_TRUE(nul);
  EXPECT_EQ(nul->kind, Kind::NulByte);
  EXPECT_EQ(nul->offset, 8u);
  const auto bad = scan_text("SELECT '\xC3'", {});
  ASSERT_TRUE(bad);
  EXPECT_EQ(bad->kind, Kind::NotUtf8);
  EXPECT_EQ(bad->offset, 8u);
}

TEST(TextScan, BannersAndRulersAreHarmless) {
  const std::string banner = "/" + repeat("*", 200) + "/\n";
  EXPECT_EQ(fault_of(repeat(banner, 1000) + "SELECT 1"), std::nullopt);
  EXPECT_EQ(fault_of(repeat("-", 500) + "\nSELECT 1"), std::nullopt);
  EXPECT_EQ(fault_of("SELECT 1 /* " + repeat("=", 500) + " */"), std::nullopt);
  EXPECT_EQ(fault_of("SELECT '" + repeat("+", 500) + "'"), std::nullopt);
  EXPECT_EQ(fault_of("SELECT a->>'b' || -1 <> @ -2"), std::nullopt);
}

// scan.l matches a whole run of operator characters for each of these, and then goes back.
TEST(TextScan, RereadingIsBounded) {
  EXPECT_EQ(fault_of("SELECT 1 " + repeat("/**/", 2000)), Kind::TooMuchRereading);
  EXPECT_EQ(fault_of("SELECT 1 /* " + repeat("/**/", 2000) + " */"), Kind::TooMuchRereading);
  EXPECT_EQ(fault_of("SELECT 1 +" + repeat("/**/+", 2000)), Kind::TooMuchRereading);
  EXPECT_EQ(fault_of("SELECT 1 " + repeat(repeat("+", 64) + " 1", 2000)), Kind::TooMuchRereading);
  EXPECT_EQ(fault_of("SELECT 1 " + repeat("/**/ ", 20000)), std::nullopt);
  EXPECT_EQ(fault_of("SELECT 1 " + repeat(" + - -1", 20000)), std::nullopt);
}

TEST(TextScan, LexesAsPostgresDoes) {
  for (const char* prefix : {"",
                             "'a' ",
                             "'a''b' ",
                             "'\\' ",
                             "b'01' ",
                             "x'ff' ",
                             "n'a' ",
                             "U&'\\0061' ",
                             "u&'\\' ",
                             "E'\\'' ",
                             "e'\\\\' ",
                             "E'a''\\'' ",
                             "E'a' '\\' ",
                             "E'a'-- x\n'\\'' ",
                             "E'a'\n'\\'' ",
                             "E'a' -- x\n \t '\\'' ",
                             "\"a\" ",
                             "\"a\"\"b\" ",
                             "\"a'b\" ",
                             "U&\"a\" ",
                             "$$a'b$$ ",
                             "$t$ $$ $u$ $t$ ",
                             "$t$a$t$ ",
                             "$ä$ ' $ä$ ",
                             "-- it's\n",
                             "-- it's\r",
                             "/* ' */ ",
                             "/* /* */ ' */ ",
                             "/*/ */ ",
                             "/**/",
                             "a$b$c ",
                             "a$$ ",
                             "1 ",
                             "1.5e10$a$'$a$ ",
                             "0x1F$a$'$a$ ",
                             "1_0$a$'$a$ ",
                             "$1 ",
                             "$1.e5$a$ ",
                             "te'a' ",
                             "1..2 "}) {
    EXPECT_TRUE(is_code_after(prefix) || fault_of(prefix) == Kind::NumeralTooNew) << prefix;
  }
}

TEST(TextScan, KnowsWhatIsStillOpen) {
  for (const char* prefix : {"'", "'a''", "E'\\'", "E'a'\n'\\'", "\"", "\"a\"\"", "U&'", "$$",
                             "$t$ $$ ", "$t$ $T$ ", "--", "/*", "/* /* */", "/*/", "1.5e10$a$"}) {
    EXPECT_FALSE(is_code_after(prefix)) << prefix;
  }
}

TEST(TextScan, NewNumeralsNeedANewServer) {
  for (const char* sql : {"1_000", "0x1F", "0o17", "0b11", "1.5_0", "1e1_0"}) {
    EXPECT_EQ(fault_of(sql, 15), Kind::NumeralTooNew) << sql;
    EXPECT_EQ(fault_of(sql, 16), std::nullopt) << sql;
  }
  for (const char* sql : {"a1_000", "\"1_0\"", "'0x1F'", "x'1F'", "t.c1_0", "0.5", "100"}) {
    EXPECT_EQ(fault_of(sql, 15), std::nullopt) << sql;
  }
}

}  // namespace
}  // namespace policy
