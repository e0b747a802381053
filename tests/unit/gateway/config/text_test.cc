// SPDX-License-Identifier: Apache-2.0
#include "gateway/config/text.h"

#include <gtest/gtest.h>

namespace gateway::config {
namespace {

TEST(Text, FindsTheFirstByteThatIsNotUtf8) {
  for (const char* good : {"", "abc", "é", "€", "😀", "\xed\x9f\xbf", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_EQ(find_invalid_utf8(good), std::nullopt) << good;
  }
  for (const char* bad : {"\x80", "\xc3", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xff",
                          "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\xc3("}) {
    EXPECT_EQ(find_invalid_utf8(std::string("ab") + bad), 2u) << bad;
  }
}

TEST(Text, ShowsOneShortLine) {
  EXPECT_EQ(printable("a\nb\x7f\xff é"), "a\\x0ab\\x7f\\xff é");
  EXPECT_EQ(printable(std::string(kShownBytesMax, 'a')), std::string(kShownBytesMax, 'a'));
  EXPECT_EQ(printable(std::string(kShownBytesMax + 1, 'a')),
            std::string(kShownBytesMax, 'a') + "…");
}

}  // namespace
}  // namespace gateway::config
