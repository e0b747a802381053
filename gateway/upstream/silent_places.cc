// SPDX-License-Identifier: Apache-2.0
#include "gateway/upstream/silent_places.h"

#include <algorithm>

namespace gateway::upstream {

void SilentPlaces::note(const Place& silent, TimePoint now) {
  std::erase_if(until_, [now](const auto& each) { return each.second <= now; });
  if (until_.size() < kHostsMax) until_.insert_or_assign(silent, now + kRemembered);
}

void SilentPlaces::put_last(std::vector<Place>& places, TimePoint now) const {
  std::ranges::stable_partition(places, [&](const Place& place) {
    const auto found = until_.find(place);
    return found == until_.end() || found->second <= now;
  });
}

}  // namespace gateway::upstream
