// SPDX-License-Identifier: Apache-2.0
#include "gateway/config/scalar.h"

#include <gtest/gtest.h>

namespace gateway::config {
namespace {

using namespace std::chrono_literals;

TEST(Scalar, ReadsDurations) {
  const std::pair<std::string, Duration> cases[] = {
      {"0", 0ms}, {"0s", 0ms},   {"500ms", 500ms}, {"30s", 30s},    {"10m", 10min}, {"1h", 1h},
      {"5", 5s},  {"30.0", 30s}, {"0.5", 500ms},   {"1.5h", 90min}, {"0.001", 1ms}, {"2.50m", 150s},
  };
  for (const auto& [text, expected] : cases) {
    const auto value = parse_duration(text, {});
    ASSERT_TRUE(value) << text;
    EXPECT_EQ(*value, expected) << text;
  }
}

TEST(Scalar, RefusesWhatIsNoDuration) {
  for (const char* text : {"",
                           "s",
                           "abc",
                           "-5s",
                           "5 s",
                           "5S",
                           "5sec",
                           "1d",
                           "1h30m",
                           ".5s",
                           "5.",
                           "0.0001",
                           "0.5ms",
                           "1..5",
                           "1.2.3s",
                           "1e3",
                           "+5",
                           "inf",
                           "5us",
                           "99999999999999999999",
                           "9223372036854775807h",
                           "0.0000000001"}) {
    EXPECT_FALSE(parse_duration(text, {})) << text;
  }
}

TEST(Scalar, NamesTheRangeOfADuration) {
  const Range range{1, 60'000};
  EXPECT_EQ(parse_duration("0", range).error(), "must be between 1ms and 1m, is '0'");
  EXPECT_EQ(parse_duration("61s", range).error(), "must be between 1ms and 1m, is '61s'");
  EXPECT_EQ(parse_duration("60s", range), 60s);
  EXPECT_EQ(parse_duration("0.0001", range).error(),
            "must be a whole number of milliseconds, is '0.0001'");
}

TEST(Scalar, ReadsSizes) {
  const std::pair<std::string, std::int64_t> cases[] = {{"0", 0},          {"512", 512},
                                                        {"512B", 512},     {"64KiB", 65'536},
                                                        {"1MiB", 1 << 20}, {"1GiB", 1 << 30}};
  for (const auto& [text, expected] : cases) EXPECT_EQ(parse_size(text, {}), expected) << text;
  for (const char* text : {"", "1MB", "1kb", "1K", "1.5MiB", "-1", "MiB", "1 MiB", "0x10",
                           "99999999999999999999", "9999999999GiB"}) {
    EXPECT_FALSE(parse_size(text, {})) << text;
  }
}

TEST(Scalar, ReadsIntegersAndBooleans) {
  EXPECT_EQ(parse_integer("-7", {-10, 10}), -7);
  EXPECT_EQ(parse_integer("65536", {0, 65'535}).error(), "must be between 0 and 65535, is '65536'");
  EXPECT_EQ(parse_integer("-1", {}).error(), "must be at least 0, is '-1'");
  for (const char* text : {"", "-", "1.0", "0x10", "1e3", " 1", "1 ", "+1", "one"}) {
    EXPECT_EQ(parse_integer(text, {}).error(),
              std::string("must be a whole number, is '") + text + "'");
  }
  EXPECT_EQ(parse_boolean("true"), true);
  EXPECT_EQ(parse_boolean("False"), false);
  for (const char* text : {"", "yes", "no", "on", "1", "0", "truee"}) {
    EXPECT_FALSE(parse_boolean(text)) << text;
  }
}

TEST(Scalar, WritesWhatItReads) {
  for (const Duration d : {0ms, 1ms, 1500ms, 30'000ms, 90'000ms, 3'600'000ms}) {
    EXPECT_EQ(parse_duration(format_duration(d), {}), d);
  }
  for (const std::int64_t n : {0, 1, 1023, 1024, 1 << 20, (1 << 20) + 1}) {
    EXPECT_EQ(parse_size(format_size(n), {}), n);
  }
  EXPECT_EQ(format_duration(90s), "90s");
  EXPECT_EQ(format_size(1 << 20), "1MiB");
}

}  // namespace
}  // namespace gateway::config
