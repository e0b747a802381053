// SPDX-License-Identifier: Apache-2.0
// When a database's catalogs are looked at, and for how long what was seen is believed. Pure: time
// is passed in.
#pragma once

#include <chrono>
#include <cstdint>

#include "gateway/upstream/backoff.h"

namespace gateway::profiles {

enum class LookResult : std::uint8_t { Changed, Unchanged, Failed };

struct Pace {
  std::chrono::milliseconds refresh{5'000};  // 0: only when somebody asks
  std::chrono::milliseconds gap_min{100};    // between the starts of two looks
  // What could not be confirmed for ten times `refresh`, and for this long, is believed no more.
  std::chrono::milliseconds belief_min{60'000};
};

class Schedule {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  Schedule(Pace pace, std::uint32_t seed) : pace_(pace), backoff_(seed) {}
  void set(Pace pace) { pace_ = pace; }
  void looked(LookResult result, TimePoint started, TimePoint ended);

  // When the next look starts; max(): never. Where somebody waits for it, ten times the last look's
  // duration after its start at the earliest (twice, if it read all rows): who asks all day costs
  // little. Without, after half of `refresh`: a change is then known within `refresh`, as long as a
  // look takes less than the other half. After failures with backoff, but not later than `refresh`.
  TimePoint due(upstream::Demand demand) const;

  // What was seen is as old as the start of the look. min(): nothing was seen.
  TimePoint confirmed_at() const { return confirmed_at_; }
  TimePoint believed_until() const;  // max(): for ever, where nothing asks by itself

 private:
  Pace pace_;
  upstream::Backoff backoff_;
  TimePoint started_at_ = TimePoint::min(), ended_at_ = TimePoint::min();
  TimePoint confirmed_at_ = TimePoint::min();
  LookResult last_ = LookResult::Failed;
};

}  // namespace gateway::profiles
