// SPDX-License-Identifier: Apache-2.0
// Keeps an error that repeats from filling the log. Time comes in.
//   if (const auto skipped = limit.pass(now)) log_warn("…", {{"skipped", *skipped}});
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace gateway::telemetry {

class LogLimit {
 public:
  using Time = std::chrono::steady_clock::time_point;
  explicit LogLimit(std::chrono::milliseconds every) : every_(every) {}
  // The first passes, then one an interval: with how many were held back since the last one.
  std::optional<std::uint64_t> pass(Time now);

 private:
  std::chrono::milliseconds every_;
  std::optional<Time> last_;
  std::uint64_t skipped_ = 0;
};

}  // namespace gateway::telemetry
