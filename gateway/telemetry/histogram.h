// SPDX-License-Identifier: Apache-2.0
// Durations counted into fixed buckets: plain counters of one loop, a few nanoseconds an
// observation.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace gateway::telemetry {

inline constexpr std::size_t kBucketCount = 16;
using Bounds = std::array<std::chrono::nanoseconds, kBucketCount>;  // rising, each inclusive

extern const Bounds kRequestBounds;  // 100 us to 10 s
extern const Bounds kPolicyBounds;   // 100 ns to 10 ms

class Histogram {
 public:
  explicit Histogram(const Bounds& bounds) : bounds_(&bounds) {}

  void observe(std::chrono::nanoseconds duration) {
    std::size_t bucket = 0;  // most are short
    while (bucket < kBucketCount && duration > (*bounds_)[bucket]) ++bucket;
    ++counts_[bucket];
    sum_ += duration;
  }

  const Bounds& bounds() const { return *bounds_; }
  // Not cumulative; the last is what lies above every bound.
  const std::array<std::uint64_t, kBucketCount + 1>& counts() const { return counts_; }
  std::chrono::nanoseconds sum() const { return sum_; }

 private:
  const Bounds* bounds_;
  std::array<std::uint64_t, kBucketCount + 1> counts_{};
  std::chrono::nanoseconds sum_{0};
};

}  // namespace gateway::telemetry
