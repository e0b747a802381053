// SPDX-License-Identifier: Apache-2.0
#include "gateway/profiles/schedule.h"

#include <algorithm>

namespace gateway::profiles {

void Schedule::looked(LookResult result, TimePoint started, TimePoint ended) {
  started_at_ = started;
  ended_at_ = ended;
  last_ = result;
  if (result == LookResult::Failed) return backoff_.failed(ended);
  backoff_.succeeded();
  confirmed_at_ = started;
}

Schedule::TimePoint Schedule::due(upstream::Demand demand) const {
  if (started_at_ == TimePoint::min()) return TimePoint::min();
  const auto duration = ended_at_ - started_at_;
  const bool is_asked = demand == upstream::Demand::Waiter;
  const int rest = is_asked && last_ == LookResult::Unchanged ? 10 : 2;
  const auto earliest = started_at_ + std::max<TimePoint::duration>(pace_.gap_min, duration * rest);
  const bool is_periodic = pace_.refresh.count() > 0;
  if (last_ == LookResult::Failed) {
    const auto retry = backoff_.retry_at(demand);
    return std::max(earliest, is_periodic ? std::min(retry, ended_at_ + pace_.refresh) : retry);
  }
  if (is_asked) return earliest;
  return is_periodic ? std::max(earliest, started_at_ + pace_.refresh / 2) : TimePoint::max();
}

Schedule::TimePoint Schedule::believed_until() const {
  if (pace_.refresh.count() <= 0 || confirmed_at_ == TimePoint::min()) return TimePoint::max();
  return confirmed_at_ + std::max(pace_.refresh * 10, pace_.belief_min);
}

}  // namespace gateway::profiles
