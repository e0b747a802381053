// SPDX-License-Identifier: Apache-2.0
// When to try again after failures: exponential with jitter. Time is passed in.
#pragma once

#include <chrono>
#include <cstdint>
#include <random>

namespace gateway::upstream {

// Somebody waits for the attempt, or the pool only wants to be warm.
enum class Demand : std::uint8_t { None, Warmth, Waiter };

class Backoff {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::milliseconds kFirst{100};
  static constexpr std::chrono::milliseconds kWarmthMax{10'000};
  static constexpr std::chrono::milliseconds kWaiterMax{1'000};  // a client shall not wait for long

  explicit Backoff(std::uint32_t seed) : random_(seed) {}
  void failed(TimePoint now);
  void succeeded() { failures_ = 0; }
  bool is_failing() const { return failures_ > 0; }
  TimePoint retry_at(Demand demand) const;  // `now` or earlier without failures

 private:
  std::minstd_rand random_;
  unsigned failures_ = 0;
  TimePoint failed_at_{};
  std::chrono::milliseconds delay_{0};
};

}  // namespace gateway::upstream
