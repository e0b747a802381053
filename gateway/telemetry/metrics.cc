// SPDX-License-Identifier: Apache-2.0
#include "gateway/telemetry/metrics.h"

#include <algorithm>
#include <cstdlib>

namespace gateway::telemetry {
namespace {

template <typename Values>
auto& checked(Values& values, std::size_t id) {
  if (id >= values.size()) std::abort();
  return values[id];
}

}  // namespace

LoopMetrics::LoopMetrics(MetricNames names) : names_(std::move(names)) {
  names_.codes.insert(names_.codes.begin(), "");
  databases_.assign(names_.databases.size(), DatabaseMetrics(names_.codes.size()));
  closed_sessions_.resize(names_.close_reasons.size());
  audit_records.resize(names_.audit_events.size());
}

DatabaseMetrics& LoopMetrics::database(std::size_t id) { return checked(databases_, id); }

std::size_t LoopMetrics::request_index(RequestStatus status, std::size_t code_id) const {
  checked(names_.codes, code_id);
  return static_cast<std::size_t>(status) * names_.codes.size() + code_id;
}

void LoopMetrics::count_request(std::size_t database_id, RequestStatus status,
                                std::size_t code_id) {
  ++database(database_id).requests[request_index(status, code_id)];
}

std::uint64_t LoopMetrics::requests(std::size_t database_id, RequestStatus status,
                                    std::size_t code_id) const {
  return checked(databases_, database_id).requests[request_index(status, code_id)];
}

void LoopMetrics::count_policy_check(PolicyCheck check, CheckResult result) {
  ++policy_checks_[static_cast<std::size_t>(check)][static_cast<std::size_t>(result)];
}

std::uint64_t LoopMetrics::policy_checks(PolicyCheck check, CheckResult result) const {
  return policy_checks_[static_cast<std::size_t>(check)][static_cast<std::size_t>(result)];
}

void LoopMetrics::count_closed_session(std::size_t reason_id) {
  ++checked(closed_sessions_, reason_id);
}

std::size_t LoopMetrics::code_id(std::string_view code) const {
  const auto found = std::find(names_.codes.begin(), names_.codes.end(), code);
  return found == names_.codes.end() ? 0 : static_cast<std::size_t>(found - names_.codes.begin());
}

}  // namespace gateway::telemetry
