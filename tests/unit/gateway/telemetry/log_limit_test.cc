// SPDX-License-Identifier: Apache-2.0
#include "gateway/telemetry/log_limit.h"

#include <gtest/gtest.h>

namespace gateway::telemetry {
namespace {

using namespace std::chrono_literals;

TEST(LogLimit, PassesTheFirstAndThenOneAnIntervalWithTheCountHeldBack) {
  LogLimit limit(1s);
  const LogLimit::Time start{5s};
  EXPECT_EQ(limit.pass(start), 0u);
  EXPECT_EQ(limit.pass(start), std::nullopt);
  EXPECT_EQ(limit.pass(start + 999ms), std::nullopt);
  EXPECT_EQ(limit.pass(start + 1s), 2u);
  EXPECT_EQ(limit.pass(start + 1s), std::nullopt);
  EXPECT_EQ(limit.pass(start + 60s), 1u);
  EXPECT_EQ(limit.pass(start + 120s), 0u);
}

}  // namespace
}  // namespace gateway::telemetry
