// SPDX-License-Identifier: Apache-2.0
#include "gateway/profiles/schedule.h"

#include <gtest/gtest.h>

namespace gateway::profiles {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using upstream::Demand;
using TimePoint = Schedule::TimePoint;

constexpr TimePoint kStart{seconds(1'000)};

Schedule looked(LookResult result, milliseconds duration, Pace pace = {}) {
  Schedule schedule(pace, 1);
  schedule.looked(result, kStart, kStart + duration);
  return schedule;
}

TEST(Schedule, LooksAtOnceAtFirst) {
  EXPECT_EQ(Schedule({}, 1).due(Demand::Warmth), TimePoint::min());
  EXPECT_EQ(Schedule({.refresh = milliseconds(0)}, 1).due(Demand::Warmth), TimePoint::min());
}

TEST(Schedule, LooksAgainInTimeToKnowAChangeWithinTheInterval) {
  EXPECT_EQ(looked(LookResult::Unchanged, milliseconds(3)).due(Demand::Warmth),
            kStart + milliseconds(2500));
  EXPECT_EQ(looked(LookResult::Changed, seconds(1)).due(Demand::Warmth),
            kStart + milliseconds(2500));
}

TEST(Schedule, LooksOnlyWhenAskedWithoutAnInterval) {
  const auto schedule =
      looked(LookResult::Unchanged, milliseconds(3), {.refresh = milliseconds(0)});
  EXPECT_EQ(schedule.due(Demand::Warmth), TimePoint::max());
  EXPECT_EQ(schedule.due(Demand::Waiter), kStart + milliseconds(100));
}

TEST(Schedule, RestsTenTimesAsLongAsItLooks) {
  EXPECT_EQ(looked(LookResult::Unchanged, milliseconds(3)).due(Demand::Waiter),
            kStart + milliseconds(100));
  EXPECT_EQ(looked(LookResult::Unchanged, milliseconds(40)).due(Demand::Waiter),
            kStart + milliseconds(400));
}

TEST(Schedule, RestsAsLongAsItReadAllRows) {
  EXPECT_EQ(looked(LookResult::Changed, milliseconds(400)).due(Demand::Waiter),
            kStart + milliseconds(800));
}

TEST(Schedule, TakesNoMoreThanHalfOfTheTimeForItself) {
  EXPECT_EQ(looked(LookResult::Unchanged, seconds(4)).due(Demand::Warmth), kStart + seconds(8));
}

TEST(Schedule, TriesAgainWithBackoffButNotLaterThanTheInterval) {
  auto schedule = looked(LookResult::Failed, milliseconds(1));
  EXPECT_LE(schedule.due(Demand::Warmth), kStart + milliseconds(101));
  for (int i = 0; i < 20; ++i) schedule.looked(LookResult::Failed, kStart, kStart);
  EXPECT_EQ(schedule.due(Demand::Warmth), kStart + seconds(5));
  EXPECT_LE(schedule.due(Demand::Waiter), kStart + seconds(1));
  EXPECT_GT(schedule.due(Demand::Waiter), kStart + milliseconds(100));
}

TEST(Schedule, TriesAgainAfterAFailureEvenWithoutAnInterval) {
  const auto schedule = looked(LookResult::Failed, milliseconds(1), {.refresh = milliseconds(0)});
  EXPECT_LT(schedule.due(Demand::Warmth), kStart + seconds(1));
}

TEST(Schedule, BelievesForTenIntervalsAndAMinute) {
  EXPECT_EQ(looked(LookResult::Unchanged, seconds(1)).believed_until(), kStart + seconds(60));
  EXPECT_EQ(looked(LookResult::Unchanged, seconds(1), {.refresh = seconds(30)}).believed_until(),
            kStart + seconds(300));
}

TEST(Schedule, BelievesWhatTheLastGoodLookSaw) {
  auto schedule = looked(LookResult::Unchanged, seconds(1));
  schedule.looked(LookResult::Failed, kStart + seconds(30), kStart + seconds(31));
  EXPECT_EQ(schedule.believed_until(), kStart + seconds(60));
}

TEST(Schedule, BelievesForEverWithoutAnInterval) {
  EXPECT_EQ(looked(LookResult::Unchanged, seconds(1), {.refresh = seconds(0)}).believed_until(),
            TimePoint::max());
}

}  // namespace
}  // namespace gateway::profiles
