// SPDX-License-Identifier: Apache-2.0
#include "gateway/telemetry/log_limit.h"

#include <utility>

namespace gateway::telemetry {

std::optional<std::uint64_t> LogLimit::pass(Time now) {
  if (last_ && now - *last_ < every_) {
    ++skipped_;
    return std::nullopt;
  }
  last_ = now;
  return std::exchange(skipped_, 0);
}

}  // namespace gateway::telemetry
