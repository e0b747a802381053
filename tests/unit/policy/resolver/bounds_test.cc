// SPDX-License-Identifier: Apache-2.0
// Statements whose resolving would take more time or memory than any of them is worth: a few
// kilobytes of text, refused as uncertain. What people write stays far below.
#include <gtest/gtest.h>

#include <string>

#include "tests/unit/policy/resolver/world.h"

namespace policy {
namespace {

constexpr const char* kTooComplex = "uncertain: a statement of this complexity";
constexpr int kWidest = 1600;

std::string columns(const std::string& before, int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += (i == 0 ? "" : ", ") + before + "c" + std::to_string(i);
  return text;
}

// `c` of so many columns, named again and again with `between`.
std::string repeated(int width, int times, const std::string& between,
                     const std::string& after = "") {
  std::string sql = "WITH c AS (SELECT " + columns("1 AS ", width) + ") SELECT 1 FROM c a0";
  for (int i = 1; i < times; ++i) sql += between + " c a" + std::to_string(i) + after;
  return sql;
}

TEST(ResolvingIsBounded, ForWideRowsNamedOften) {
  for (const auto& sql : {
           repeated(kWidest, 60, " NATURAL JOIN"),
           repeated(kWidest, 60, " JOIN", " USING (" + columns("", kWidest) + ")"),
           repeated(kWidest, 200, " JOIN", " USING (c1)"),
           repeated(kWidest, 1200, ","),
       }) {
    EXPECT_EQ(told(sql), kTooComplex) << sql.size() << " bytes";
  }
}

TEST(ResolvingIsBounded, FarFromWhatPeopleWrite) {
  EXPECT_EQ(told(repeated(40, 30, " JOIN", " USING (c1)")), "");
  EXPECT_EQ(told(repeated(40, 5, " NATURAL JOIN")), "");
  EXPECT_EQ(told(repeated(100, 50, ",")), "");
}

}  // namespace
}  // namespace policy
