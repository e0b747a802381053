// SPDX-License-Identifier: Apache-2.0
#include "gateway/upstream/backoff.h"

#include <gtest/gtest.h>

namespace gateway::upstream {
namespace {

using std::chrono::milliseconds;
const Backoff::TimePoint kNow{std::chrono::hours(1)};

TEST(Backoff, DoublesUpToItsMaximumWithJitter) {
  Backoff backoff(1);
  milliseconds whole = Backoff::kFirst;
  for (int i = 0; i < 50; ++i) {
    backoff.failed(kNow);
    const auto delay = backoff.retry_at(Demand::Warmth) - kNow;
    EXPECT_GE(delay, whole / 2);
    EXPECT_LE(delay, whole);
    whole = std::min(whole * 2, Backoff::kWarmthMax);
  }
  EXPECT_EQ(whole, Backoff::kWarmthMax);
}

TEST(Backoff, IsShorterWhereSomebodyWaits) {
  Backoff backoff(1);
  for (int i = 0; i < 50; ++i) backoff.failed(kNow);
  EXPECT_EQ(backoff.retry_at(Demand::Waiter) - kNow, Backoff::kWaiterMax);
}

TEST(Backoff, StartsAgainAfterASuccess) {
  Backoff backoff(1);
  for (int i = 0; i < 50; ++i) backoff.failed(kNow);
  backoff.succeeded();
  EXPECT_FALSE(backoff.is_failing());
  EXPECT_LE(backoff.retry_at(Demand::Warmth), kNow);
  backoff.failed(kNow);
  EXPECT_LE(backoff.retry_at(Demand::Warmth) - kNow, Backoff::kFirst);
}

TEST(Backoff, DiffersBetweenPools) {
  Backoff one(1), other(2);
  bool differs = false;
  for (int i = 0; i < 20; ++i) {
    one.failed(kNow);
    other.failed(kNow);
    differs |= one.retry_at(Demand::Warmth) != other.retry_at(Demand::Warmth);
  }
  EXPECT_TRUE(differs);
}

}  // namespace
}  // namespace gateway::upstream
