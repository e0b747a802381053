// SPDX-License-Identifier: Apache-2.0
// Which places did not answer lately: they are tried after the others for a while, so that not
// every new connection waits for one that is down. Time is passed in.
#pragma once

#include <chrono>
#include <map>
#include <vector>

#include "gateway/upstream/host_list.h"

namespace gateway::upstream {

class SilentPlaces {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::seconds kRemembered{30};

  void note(const Place& silent, TimePoint now);  // of kHostsMax at once; more are not remembered
  // Those that are silent go behind the others; else the order stays.
  void put_last(std::vector<Place>& places, TimePoint now) const;

 private:
  std::map<Place, TimePoint> until_;
};

}  // namespace gateway::upstream
