// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>

#include "policy/text_scan.h"

namespace policy {
namespace {

TEST(Utf8, AcceptsEachLengthAtItsBounds) {
  for (const std::string_view good :
       {"", "a", "\x7F", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80",
        "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_EQ(invalid_utf8(good), std::nullopt) << testing::PrintToString(good);
  }
}

TEST(Utf8, RefusesOverlongSurrogatesAndWhatLiesBeyond) {
  for (const std::string_view bad :
       {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xE0\x9F\xBF", "\xED\xA0\x80",
        "\xED\xBF\xBF", "\xF0\x80\x80\x80", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80",
        "\xF5\x80\x80\x80", "\xFE", "\xFF", "\xC3", "\xE2\x82", "\xF0\x9F\x98", "\xC3(",
        "\xE2(\xA1"}) {
    EXPECT_EQ(invalid_utf8(bad), 0u) << testing::PrintToString(bad);
  }
}

TEST(Utf8, FindsTheBadByteWhereverItStands) {
  for (std::size_t at = 0; at < 40; ++at) {
    std::string text(40, 'x');
    text[at] = '\xFF';
    EXPECT_EQ(invalid_utf8(text), at);
  }
}

// Every code point, encoded by hand: exactly the scalar values pass.
TEST(Utf8, KnowsEveryThreeByteSequence) {
  for (unsigned code = 0x800; code <= 0xFFFF; ++code) {
    const std::string text{static_cast<char>(0xE0 | (code >> 12)),
                           static_cast<char>(0x80 | ((code >> 6) & 0x3F)),
                           static_cast<char>(0x80 | (code & 0x3F))};
    const bool is_surrogate = code >= 0xD800 && code <= 0xDFFF;
    ASSERT_EQ(invalid_utf8(text).has_value(), is_surrogate) << std::hex << code;
  }
}

}  // namespace
}  // namespace policy
