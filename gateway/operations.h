// SPDX-License-Identifier: Apache-2.0
// What an operator asks over HTTP: /metrics, /healthz, /readyz, /status.
#pragma once

#include <chrono>
#include <expected>
#include <memory>
#include <string>
#include <vector>

#include "gateway/audit/log.h"
#include "gateway/config/config.h"
#include "gateway/http/server.h"
#include "gateway/relay/roster.h"
#include "gateway/telemetry/metrics.h"
#include "policy/cache.h"

namespace gateway {

// What is looked at; each outlives the HTTP server.
struct Observed {
  relay::Roster& roster;
  telemetry::LoopMetrics& metrics;
  policy::VerdictCache& verdicts;
  session::PlanCache& plans;
  audit::Log& audit;
  std::vector<relay::Database>& databases;
  std::chrono::steady_clock::time_point started_at;
};

std::expected<std::unique_ptr<http::Server>, std::string> serve_operations(
    net::Loop& loop, const config::Metrics& settings, Observed observed);

}  // namespace gateway
