// SPDX-License-Identifier: Apache-2.0
#include "gateway/upstream/backoff.h"

#include <algorithm>

namespace gateway::upstream {

void Backoff::failed(TimePoint now) {
  constexpr unsigned kDoublingsMax = 10;  // past kWarmthMax; no overflow
  const unsigned doublings = std::min(failures_++, kDoublingsMax);
  const auto whole = std::min(kFirst * (1U << doublings), kWarmthMax);
  // Half fixed, half random: pools that failed together do not come back together.
  std::uniform_int_distribution<std::chrono::milliseconds::rep> part(whole.count() / 2,
                                                                     whole.count());
  delay_ = std::chrono::milliseconds(part(random_));
  failed_at_ = now;
}

Backoff::TimePoint Backoff::retry_at(Demand demand) const {
  if (!is_failing()) return TimePoint::min();
  return failed_at_ + (demand == Demand::Waiter ? std::min(delay_, kWaiterMax) : delay_);
}

}  // namespace gateway::upstream
