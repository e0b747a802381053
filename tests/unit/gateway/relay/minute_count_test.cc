// SPDX-License-Identifier: Apache-2.0
#include "gateway/relay/minute_count.h"

#include <gtest/gtest.h>

#include <deque>
#include <random>

namespace gateway::relay {
namespace {

using namespace std::chrono_literals;
using TimePoint = MinuteCount::TimePoint;

const TimePoint kStart{1'000'000s};

TEST(MinuteCount, ForgetsAfterAMinuteAndNotBefore) {
  MinuteCount count;
  count.add(3, kStart + 900ms);
  EXPECT_EQ(count.at(kStart + 900ms), 3u);
  EXPECT_EQ(count.at(kStart + 60'900ms), 3u);
  EXPECT_EQ(count.at(kStart + 61s), 0u);
}

TEST(MinuteCount, SaysHowLongToWait) {
  MinuteCount count;
  count.add(2, kStart);
  count.add(1, kStart + 10s);
  EXPECT_EQ(count.wait_for(1, 4, kStart + 20s), 0s);
  EXPECT_EQ(count.wait_for(1, 3, kStart + 20s), 41s);
  EXPECT_EQ(count.wait_for(3, 3, kStart + 20s), 51s);
  EXPECT_EQ(count.wait_for(4, 3, kStart + 20s), std::nullopt) << "they never fit";
}

TEST(MinuteCount, IsEmptyAfterALongSilence) {
  MinuteCount count;
  count.add(5, kStart);
  EXPECT_EQ(count.at(kStart + 24h), 0u);
  count.add(1, kStart + 24h);
  EXPECT_EQ(count.at(kStart + 24h), 1u);
}

// Whatever comes when: no 60 seconds hold more than the limit, and who waits as told gets in.
TEST(MinuteCount, LetsNoMoreThanTheLimitThroughInAnyMinute) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    std::mt19937 random(seed);
    MinuteCount count;
    constexpr std::size_t kMost = 20;
    std::deque<TimePoint> passed;
    TimePoint now = kStart;
    for (int i = 0; i < 2'000; ++i) {
      now += std::chrono::milliseconds(random() % 4 == 0 ? random() % 20'000 : random() % 50);
      const std::size_t some = 1 + random() % 4;
      const auto wait = count.wait_for(some, kMost, now);
      ASSERT_TRUE(wait.has_value());
      if (*wait > 0s) {
        ASSERT_LE(*wait, 61s);
        MinuteCount later = count;
        ASSERT_EQ(later.wait_for(some, kMost, now + *wait), 0s) << "seed " << seed;
        continue;
      }
      count.add(some, now);
      passed.insert(passed.end(), some, now);
      while (passed.front() <= now - 60s) passed.pop_front();
      ASSERT_LE(passed.size(), kMost) << "seed " << seed;
    }
  }
}

}  // namespace
}  // namespace gateway::relay
