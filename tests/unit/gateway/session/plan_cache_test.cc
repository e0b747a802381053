// SPDX-License-Identifier: Apache-2.0
#include "gateway/session/plan_cache.h"

#include <gtest/gtest.h>

#include <string>

namespace gateway::session {
namespace {

using std::chrono::seconds;
using TimePoint = PlanCache::TimePoint;

PlanCache::ProfileRef profile(std::size_t entries_max = 3, seconds ttl = seconds(60)) {
  policy::Profile profile;
  profile.plan = policy::PlanLimits{.cache_ttl = ttl, .cache_entries_max = entries_max};
  return std::make_shared<const policy::Profile>(std::move(profile));
}

PlanRef plan(double cost = 1) {
  policy::PlanVerdict plan;
  plan.cost = cost;
  return std::make_shared<const policy::PlanVerdict>(plan);
}

TEST(PlanCache, KeepsAPlanForItsTime) {
  PlanCache cache(1);
  const auto asker = profile();
  cache.keep(asker, "a", plan(7), TimePoint(seconds(100)));
  ASSERT_NE(cache.find(asker, "a", TimePoint(seconds(159))), nullptr);
  EXPECT_EQ(cache.find(asker, "a", TimePoint(seconds(159)))->cost, 7);
  EXPECT_EQ(cache.find(asker, "a", TimePoint(seconds(160))), nullptr);
  EXPECT_EQ(cache.size(), 0u);
  EXPECT_EQ(cache.bytes(), 0u);
  EXPECT_EQ(cache.counts().hits, 2u);
  EXPECT_EQ(cache.counts().misses, 1u);
}

TEST(PlanCache, KeepsNothingForAnotherProfile) {
  PlanCache cache(1);
  const auto asker = profile(), other = profile();
  cache.keep(asker, "a", plan(), {});
  EXPECT_EQ(cache.find(other, "a", {}), nullptr);
  cache.keep(other, "a", plan(2), {});
  EXPECT_EQ(cache.find(asker, "a", {})->cost, 1);
  EXPECT_EQ(cache.find(other, "a", {})->cost, 2);
}

TEST(PlanCache, DropsTheLeastRecentlyUsed) {
  PlanCache cache(1);
  const auto asker = profile(3);
  for (const char* key : {"a", "b", "c"}) cache.keep(asker, key, plan(), {});
  cache.find(asker, "a", {});
  cache.keep(asker, "d", plan(), {});
  EXPECT_EQ(cache.size(), 3u);
  EXPECT_NE(cache.find(asker, "a", {}), nullptr);
  EXPECT_EQ(cache.find(asker, "b", {}), nullptr);
}

TEST(PlanCache, LeavesTheEntriesOfOtherProfiles) {
  PlanCache cache(1);
  const auto large = profile(3), small = profile(1);
  for (const char* key : {"a", "b", "c"}) cache.keep(large, key, plan(), {});
  for (const char* key : {"d", "e"}) cache.keep(small, key, plan(), {});
  EXPECT_EQ(cache.size(), 4u);
  EXPECT_EQ(cache.find(small, "d", {}), nullptr);
  EXPECT_NE(cache.find(large, "a", {}), nullptr);
}

TEST(PlanCache, ReplacesAPlanOfTheSameKey) {
  PlanCache cache(1);
  const auto asker = profile();
  cache.keep(asker, "a", plan(1), {});
  cache.keep(asker, "a", plan(2), {});
  EXPECT_EQ(cache.size(), 1u);
  EXPECT_EQ(cache.find(asker, "a", {})->cost, 2);
}

TEST(PlanCache, StaysWithinItsBytes) {
  constexpr std::size_t kBytesMax = 64 * 1024;
  PlanCache cache(1, kBytesMax);
  const auto asker = profile(1'000'000);
  for (int i = 0; i < 1'000; ++i) {
    cache.keep(asker, std::to_string(i) + std::string(500, 'x'), plan(), {});
    ASSERT_LE(cache.bytes(), kBytesMax);
  }
  EXPECT_GT(cache.size(), 10u);
  cache.keep(asker, std::string(kBytesMax / 8, 'x'), plan(), {});
  EXPECT_EQ(cache.find(asker, std::string(kBytesMax / 8, 'x'), {}), nullptr);
}

TEST(PlanCache, KeepsNothingWhereItMayHoldNothing) {
  PlanCache cache(1);
  const auto asker = profile(0);
  cache.keep(asker, "a", plan(), {});
  EXPECT_EQ(cache.size(), 0u);
}

}  // namespace
}  // namespace gateway::session
