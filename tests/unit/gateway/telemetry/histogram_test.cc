// SPDX-License-Identifier: Apache-2.0
#include "gateway/telemetry/histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

namespace gateway::telemetry {
namespace {

using namespace std::chrono_literals;

TEST(Histogram, BoundsRise) {
  for (const Bounds& bounds : {kRequestBounds, kPolicyBounds}) {
    EXPECT_TRUE(std::adjacent_find(bounds.begin(), bounds.end(), std::greater_equal<>()) ==
                bounds.end());
  }
}

TEST(Histogram, ABoundBelongsToItsBucket) {
  for (std::size_t i = 0; i < kBucketCount; ++i) {
    Histogram at(kRequestBounds), above(kRequestBounds);
    at.observe(kRequestBounds[i]);
    above.observe(kRequestBounds[i] + 1ns);
    EXPECT_EQ(at.counts()[i], 1u);
    EXPECT_EQ(above.counts()[i + 1], 1u);
  }
}

TEST(Histogram, CountsEveryObservationAndSumsThem) {
  Histogram histogram(kPolicyBounds);
  histogram.observe(-1ns);
  histogram.observe(0ns);
  histogram.observe(3us);
  histogram.observe(1h);
  EXPECT_EQ(std::accumulate(histogram.counts().begin(), histogram.counts().end(), 0u), 4u);
  EXPECT_EQ(histogram.counts()[0], 2u);
  EXPECT_EQ(histogram.counts()[kBucketCount], 1u);
  EXPECT_EQ(histogram.sum(), 1h + 3us - 1ns);
}

}  // namespace
}  // namespace gateway::telemetry
