// SPDX-License-Identifier: Apache-2.0
#include "gateway/relay/minute_count.h"

#include <algorithm>
#include <utility>

namespace gateway::relay {
namespace {

std::int64_t second_of(MinuteCount::TimePoint time) {
  return std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
}

}  // namespace

void MinuteCount::advance(TimePoint now) {
  const std::int64_t second = second_of(now);
  if (second <= newest_) return;
  const auto passed = std::min<std::int64_t>(second - newest_, kSlots);
  for (std::int64_t i = 1; i <= passed && total_ > 0; ++i) {
    total_ -= std::exchange(slots_[static_cast<std::size_t>(newest_ + i) % kSlots], 0);
  }
  newest_ = second;
}

std::size_t MinuteCount::at(TimePoint now) {
  advance(now);
  return total_;
}

void MinuteCount::add(std::size_t count, TimePoint now) {
  advance(now);
  slots_[static_cast<std::size_t>(newest_) % kSlots] += static_cast<std::uint32_t>(count);
  total_ += count;
}

std::optional<std::chrono::seconds> MinuteCount::wait_for(std::size_t count, std::size_t most,
                                                          TimePoint now) {
  advance(now);
  if (count > most) return std::nullopt;
  std::size_t left = total_;
  if (left + count <= most) return std::chrono::seconds(0);
  constexpr auto kSlotCount = static_cast<std::int64_t>(kSlots);
  std::int64_t second = newest_ - kSlotCount + 1;  // the oldest that still counts
  for (; second <= newest_; ++second) {
    left -= slots_[static_cast<std::size_t>(second + kSlotCount) % kSlots];
    if (left + count <= most) break;
  }
  return std::chrono::seconds(second + kSlotCount - newest_);
}

}  // namespace gateway::relay
