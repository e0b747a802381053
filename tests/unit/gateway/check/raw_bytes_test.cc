// SPDX-License-Identifier: Apache-2.0
#include "gateway/check/raw_bytes.h"

#include <gtest/gtest.h>

#include "policy/text_scan.h"

namespace gateway::check {
namespace {

using namespace std::literals;

TEST(RawBytes, ComeBackAsTheyWere) {
  const std::string samples[] = {
      "",
      "SELECT 1",
      "caf\u00e9 \u65e5\u672c \U0001F600",
      "\xff",
      "a\x80\xff z",
      "\xC3",
      "truncated \xF0\x9F\x98",
      "surrogate \xED\xA0\x80",
      "a mark itself \xF4\x8F\xBB\xBF",
      "next to the marks \xF4\x8F\xBF\xBF \xF4\x8F\xB7\xBF",
      "both \xF4\x8F\xB8\x80\xFF",
      "nul \0 here"s,
  };
  for (const std::string& sample : samples) {
    const std::string marked = mark_raw_bytes(sample);
    EXPECT_FALSE(policy::invalid_utf8(marked)) << sample;
    EXPECT_EQ(unmark_raw_bytes(marked), sample);
  }
}

TEST(RawBytes, EveryByteHasAMarkOfItsOwn) {
  for (int byte = 0x80; byte < 0x100; ++byte) {
    const std::string raw(1, static_cast<char>(byte));
    EXPECT_EQ(unmark_raw_bytes(mark_raw_bytes(raw)), raw) << byte;
  }
}

TEST(RawBytes, LeavesValidTextAlone) {
  EXPECT_EQ(mark_raw_bytes("SELECT '\u00fc'"), "SELECT '\u00fc'");
}

TEST(RawBytes, AreReplacedForOutput) {
  EXPECT_EQ(replace_raw_bytes("a\xff\xfe"
                              "b\u00fc"),
            "a\uFFFD\uFFFDb\u00fc");
}

}  // namespace
}  // namespace gateway::check
