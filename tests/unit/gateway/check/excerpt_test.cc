// SPDX-License-Identifier: Apache-2.0
#include "gateway/check/excerpt.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace gateway::check {
namespace {

std::string shown(std::string_view text, std::vector<std::size_t> marks,
                  const ExcerptLimits& limits = {}) {
  return excerpt(text, marks, limits);
}

TEST(Excerpt, PutsACaretUnderTheByte) {
  EXPECT_EQ(shown("SELECT ssn FROM users", {7}),
            "  SELECT ssn FROM users\n"
            "         ^\n");
}

TEST(Excerpt, ShowsALineWithoutMarks) { EXPECT_EQ(shown("SELECT 1", {}), "  SELECT 1\n"); }

TEST(Excerpt, PutsSeveralCaretsUnderOneLine) {
  EXPECT_EQ(shown("SELECT a, b", {10, 7}),
            "  SELECT a, b\n"
            "         ^  ^\n");
}

TEST(Excerpt, CountsColumnsNotBytes) {
  EXPECT_EQ(shown("SELECT '\u00fc\u00df', ssn", {15}),
            "  SELECT '\u00fc\u00df', ssn\n"
            "               ^\n");
  EXPECT_EQ(shown("'\u65e5\u672c' x", {9}),
            "  '\u65e5\u672c' x\n"
            "         ^\n");
  EXPECT_EQ(shown("'e\u0301' x", {6}),
            "  'e\u0301' x\n"
            "      ^\n");
}

TEST(Excerpt, ShowsControlCharactersAsBlanks) {
  EXPECT_EQ(shown("SELECT\tssn\x1b[31m", {7}),
            "  SELECT ssn [31m\n"
            "         ^\n");
}

TEST(Excerpt, ShowsWhatIsNotUtf8OrDeceivesAsAReplacement) {
  EXPECT_EQ(shown("a\xff"
                  "b",
                  {2}),
            "  a\uFFFDb\n"
            "    ^\n");
  EXPECT_EQ(shown("a\u202E"
                  "b",
                  {}),
            "  a\uFFFDb\n");
}

TEST(Excerpt, PutsTheCaretBehindTheEnd) {
  EXPECT_EQ(shown("SELECT", {6}),
            "  SELECT\n"
            "        ^\n");
}

TEST(Excerpt, MarksTheRightLine) {
  EXPECT_EQ(shown("SELECT a,\n ssn\nFROM t", {11}),
            "  SELECT a,\n"
            "   ssn\n"
            "   ^\n"
            "  FROM t\n");
}

TEST(Excerpt, CutsALongLineAroundTheMark) {
  const std::string text = std::string(100, 'a') + "X" + std::string(100, 'b');
  EXPECT_EQ(shown(text, {100}, {.columns = 9}),
            "  ...aaaXbbbbb...\n"
            "        ^\n");
}

TEST(Excerpt, OpensAWindowForEachFarMark) {
  const std::string text = "X" + std::string(98, 'a') + "Y";
  EXPECT_EQ(shown(text, {0, 99}, {.columns = 9}),
            "  Xaaaaaaaa...\n"
            "  ^\n"
            "  ...aaaaaaaaY\n"
            "             ^\n");
}

TEST(Excerpt, NeverCutsACharacter) {
  std::string text;
  for (int i = 0; i < 50; ++i) text += "\u00fc";
  for (std::size_t mark = 0; mark < text.size(); mark += 2) {
    EXPECT_EQ(shown(text, {mark}, {.columns = 9}).find("\uFFFD"), std::string::npos) << mark;
  }
}

TEST(Excerpt, LeavesOutLinesWithoutMarksBehindTheLimit) {
  EXPECT_EQ(shown("a\nb\nc\nd\ne", {6}, {.lines = 2}),
            "  a\n"
            "  b\n"
            "  ...\n"
            "  d\n"
            "  ^\n"
            "  ...\n");
}

TEST(Excerpt, StaysSmallForHugeTexts) {
  std::string text(16 << 20, 'x');
  text[8 << 20] = '\n';
  EXPECT_LT(shown(text, {5, std::size_t{12} << 20}).size(), 1000U);
}

TEST(Place, CountsCharacters) {
  const std::string text = "\u00fc\n\u00fcx";
  EXPECT_EQ(byte_of(text, 1), 0U);
  EXPECT_EQ(byte_of(text, 4), 5U);
  EXPECT_EQ(byte_of(text, 99), text.size());
  EXPECT_EQ(place_of(text, 4).line, 2U);
  EXPECT_EQ(place_of(text, 4).column, 2U);
}

}  // namespace
}  // namespace gateway::check
