// SPDX-License-Identifier: Apache-2.0
// The text that Prometheus scrapes, made from the counters at that moment (docs: config.md,
// Metrics).
#pragma once

#include <string>
#include <string_view>

#include "gateway/telemetry/metrics.h"

namespace gateway::telemetry {

inline constexpr std::string_view kExpositionContentType =
    "text/plain; version=0.0.4; charset=utf-8";

std::string exposition(const LoopMetrics& metrics);

}  // namespace gateway::telemetry
