// SPDX-License-Identifier: Apache-2.0
#include "policy/guc_value.h"

#include <gtest/gtest.h>

namespace policy {
namespace {

using Names = std::vector<std::string>;

TEST(GucValue, BooleansAreUniquePrefixes) {
  for (const char* text : {"on", "ON", "t", "true", "TRU", "y", "yes", "1"}) {
    EXPECT_EQ(parse_boolean(text), true) << text;
  }
  for (const char* text : {"off", "of", "f", "FALSE", "n", "no", "0"}) {
    EXPECT_EQ(parse_boolean(text), false) << text;
  }
  for (const char* text : {"", "o", "2", "onn", "maybe"}) {
    EXPECT_EQ(parse_boolean(text), std::nullopt) << text;
  }
}

TEST(GucValue, DurationsTakeTheUnitsOfThePostgresManual) {
  EXPECT_EQ(parse_milliseconds("1000"), 1000);
  EXPECT_EQ(parse_milliseconds("5s"), 5000);
  EXPECT_EQ(parse_milliseconds(" 200 ms "), 200);
  EXPECT_EQ(parse_milliseconds("1.5min"), 90000);
  EXPECT_EQ(parse_milliseconds("2h"), 7200000);
  EXPECT_EQ(parse_milliseconds("1d"), 86400000);
  EXPECT_EQ(parse_milliseconds("500us"), 0.5);
  EXPECT_EQ(parse_milliseconds("-1"), -1);
  for (const char* text : {"", "s", "5 S", "5 sec", "1e9", "0x10", "nan", "inf", "1 2", "5s5"}) {
    EXPECT_EQ(parse_milliseconds(text), std::nullopt) << text;
  }
}

TEST(GucValue, NameListsFoldWhatIsNotQuoted) {
  EXPECT_EQ(split_names(""), Names{});
  EXPECT_EQ(split_names("\"\""), Names{""});
  EXPECT_EQ(split_names("Public"), Names{"public"});
  EXPECT_EQ(split_names(" \"$user\" ,Public "), (Names{"$user", "public"}));
  EXPECT_EQ(split_names("\"a\"\"B\""), Names{"a\"B"});
  EXPECT_EQ(split_names("\"a, b\""), Names{"a, b"});
  for (const char* text : {",", "a,", "a b", "\"a", "a,,b"}) {
    EXPECT_EQ(split_names(text), std::nullopt) << text;
  }
}

TEST(GucValue, EncodingNamesIgnorePunctuationAndCase) {
  for (const char* text : {"UTF8", "utf-8", "UTF_8", "Unicode"}) EXPECT_TRUE(is_utf8_name(text));
  for (const char* text : {"", "SJIS", "utf88", "utf16", "mule_internal"}) {
    EXPECT_FALSE(is_utf8_name(text)) << text;
  }
}

}  // namespace
}  // namespace policy
