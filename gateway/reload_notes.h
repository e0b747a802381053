// SPDX-License-Identifier: Apache-2.0
// Notes in the metrics and the audit how a reload ended, be it of the configuration or of the TLS
// files alone. Does not know what was read.
#pragma once

#include <string_view>

#include "gateway/audit/log.h"
#include "gateway/net/loop.h"
#include "gateway/telemetry/metrics.h"

namespace gateway {

class ReloadNotes {
 public:
  // Each outlives it.
  ReloadNotes(net::Loop& loop, audit::Log& audit, telemetry::LoopMetrics& metrics)
      : loop_(loop), audit_(audit), metrics_(metrics) {}

  // `detail`: what was taken or needs a restart, or the errors.
  void add(telemetry::ReloadResult result, std::string_view detail);

 private:
  net::Loop& loop_;
  audit::Log& audit_;
  telemetry::LoopMetrics& metrics_;
};

}  // namespace gateway
