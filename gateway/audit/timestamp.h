// SPDX-License-Identifier: Apache-2.0
// RFC 3339 in UTC with microseconds. The part down to the second is kept, since most records share
// it.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <string>

namespace gateway::audit {

class TimestampFormat {
 public:
  // `since_epoch` is since the Unix epoch, in years 0 to 9999.
  void append(std::string& out, std::chrono::microseconds since_epoch);

 private:
  std::int64_t second_ = std::numeric_limits<std::int64_t>::min();
  std::string prefix_;  // "2026-11-21T08:00:00."
};

}  // namespace gateway::audit
