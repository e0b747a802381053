// SPDX-License-Identifier: Apache-2.0
// How many of something happened within the last minute, by whole seconds: what is counted is
// forgotten 60 to 61 seconds later, so that no 60 seconds ever hold more than a limit lets through.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace gateway::relay {

class MinuteCount {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  // Times never go back.
  std::size_t at(TimePoint now);
  void add(std::size_t count, TimePoint now);
  // Until `count` more fit under `most`; 0: they do now. Nothing: they never will.
  std::optional<std::chrono::seconds> wait_for(std::size_t count, std::size_t most, TimePoint now);

 private:
  static constexpr std::size_t kSlots = 61;  // the second that runs, and 60 whole ones

  void advance(TimePoint now);

  std::array<std::uint32_t, kSlots> slots_{};  // by second modulo kSlots
  std::int64_t newest_ = 0;                    // the second that runs
  std::size_t total_ = 0;
};

}  // namespace gateway::relay
