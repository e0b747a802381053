// SPDX-License-Identifier: Apache-2.0
#include "gateway/audit/timestamp.h"

#include <gtest/gtest.h>

namespace gateway::audit {
namespace {

struct Case {
  std::int64_t microseconds;
  const char* text;
};

TEST(Timestamp, IsRfc3339InUtcWithMicroseconds) {
  constexpr Case kCases[] = {
      {0, "1970-01-01T00:00:00.000000Z"},
      {1, "1970-01-01T00:00:00.000001Z"},
      {999'999, "1970-01-01T00:00:00.999999Z"},
      {1'000'000, "1970-01-01T00:00:01.000000Z"},
      {1'709'209'845'123'456, "2024-02-29T12:30:45.123456Z"},
      {1'709'209'845'000'007, "2024-02-29T12:30:45.000007Z"},
      {1'795'247'999'999'999, "2026-11-21T07:59:59.999999Z"},
      {1'709'209'845'123'456, "2024-02-29T12:30:45.123456Z"},
      {-1, "1969-12-31T23:59:59.999999Z"},
  };
  TimestampFormat format;
  for (const Case& c : kCases) {
    std::string out;
    format.append(out, std::chrono::microseconds(c.microseconds));
    EXPECT_EQ(out, c.text);
  }
}

}  // namespace
}  // namespace gateway::audit
