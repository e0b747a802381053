// SPDX-License-Identifier: Apache-2.0
#include "gateway/telemetry/exposition.h"

#include <gtest/gtest.h>

#include <set>
#include <sstream>

namespace gateway::telemetry {
namespace {

using namespace std::chrono_literals;

LoopMetrics make() {
  return LoopMetrics({.databases = {"shop"},
                      .codes = {"UNSAFE_SQL", "SYNTAX_ERROR"},
                      .close_reasons = {"client_quit", "idle"},
                      .audit_events = {"query_allowed", "query_denied"},
                      .version = "0.1.0",
                      .commit = "abc"});
}

std::set<std::string> lines(const LoopMetrics& metrics) {
  std::set<std::string> out;
  std::istringstream in(exposition(metrics));
  for (std::string line; std::getline(in, line);) out.insert(line);
  return out;
}

TEST(Exposition, HasEveryMetricFromTheStart) {
  const auto text = lines(make());
  for (const char* line : {
           "# TYPE postern_requests_total counter",
           "postern_requests_total{door=\"wire\",database=\"shop\",status=\"ok\",code=\"\"} 0",
           "# TYPE postern_request_duration_seconds histogram",
           "postern_request_duration_seconds_count{door=\"wire\",database=\"shop\"} 0",
           "postern_requests_in_flight{database=\"shop\"} 0",
           "postern_policy_check_total{check=\"statement\",result=\"passed\"} 0",
           "postern_policy_check_total{check=\"statement\",result=\"denied\"} 0",
           "postern_policy_check_duration_seconds_count 0",
           "postern_verdict_cache_hits_total 0",
           "postern_verdict_cache_misses_total 0",
           "postern_verdict_cache_evictions_total 0",
           "postern_policy_check_total{check=\"plan\",result=\"warned\"} 0",
           "postern_plan_gate_duration_seconds_count{database=\"shop\"} 0",
           "postern_plan_cache_hits_total 0",
           "postern_plan_cache_misses_total 0",
           "# TYPE postern_clients gauge",
           "postern_clients{state=\"login\"} 0",
           "postern_clients{state=\"waiting\"} 0",
           "postern_servers{database=\"shop\",state=\"connecting\"} 0",
           "postern_servers{database=\"shop\",state=\"cancelling\"} 0",
           "postern_pool_size{database=\"shop\"} 0",
           "postern_pool_available{database=\"shop\"} 0",
           "postern_pool_waiting{database=\"shop\"} 0",
           "# TYPE postern_catalog_epoch gauge",
           "# TYPE postern_catalog_age_seconds gauge",
           "postern_catalog_looks_total{database=\"shop\",result=\"changed\"} 0",
           "postern_catalog_looks_total{database=\"shop\",result=\"unchanged\"} 0",
           "postern_catalog_looks_total{database=\"shop\",result=\"failed\"} 0",
           "postern_pool_wait_seconds_count{database=\"shop\"} 0",
           "postern_bytes_total{direction=\"from_client\"} 0",
           "postern_bytes_total{direction=\"to_server\"} 0",
           "postern_db_query_duration_seconds_count{database=\"shop\"} 0",
           "postern_session_closed_total{reason=\"client_quit\"} 0",
           "postern_session_closed_total{reason=\"idle\"} 0",
           "postern_audit_records_total{event=\"query_denied\"} 0",
           "postern_audit_failures_total 0",
           "postern_audit_dropped_total 0",
           "postern_config_reload_total{result=\"ok\"} 0",
           "postern_config_reload_total{result=\"failed\"} 0",
           "postern_log_dropped_total 0",
           "postern_build_info{version=\"0.1.0\",commit=\"abc\"} 1",
       }) {
    EXPECT_TRUE(text.contains(line)) << line;
  }
}

TEST(Exposition, ShowsWhatWasCounted) {
  LoopMetrics metrics = make();
  metrics.count_request(0, RequestStatus::Denied, metrics.code_id("UNSAFE_SQL"));
  metrics.count_policy_check(PolicyCheck::Statement, CheckResult::Denied);
  metrics.count_closed_session(1);
  metrics.database(0).requests_in_flight = 3;
  metrics.database(0).servers[ServerState::Busy] = 4;
  metrics.database(0).pool_waiting = 5;
  metrics.database(0).catalog_epoch = 3;
  metrics.database(0).catalog_age_seconds = 0.5;
  metrics.database(0).catalog_looks[CatalogLook::Failed] = 2;
  metrics.bytes[Direction::ToClient] += 1'000'000'007;
  metrics.clients[ClientState::Active] = 6;
  metrics.config_reloads[ReloadResult::Failed] = 7;
  metrics.audit_records[1] = 8;
  metrics.audit_failures = 9;
  const auto text = lines(metrics);
  for (const char* line : {
           "postern_requests_total{door=\"wire\",database=\"shop\",status=\"denied\",code=\"UNSAFE_"
           "SQL\"} 1",
           "postern_policy_check_total{check=\"statement\",result=\"denied\"} 1",
           "postern_session_closed_total{reason=\"idle\"} 1",
           "postern_requests_in_flight{database=\"shop\"} 3",
           "postern_servers{database=\"shop\",state=\"busy\"} 4",
           "postern_pool_waiting{database=\"shop\"} 5",
           "postern_catalog_epoch{database=\"shop\"} 3",
           "postern_catalog_age_seconds{database=\"shop\"} 0.5",
           "postern_catalog_looks_total{database=\"shop\",result=\"failed\"} 2",
           "postern_bytes_total{direction=\"to_client\"} 1000000007",
           "postern_clients{state=\"active\"} 6",
           "postern_config_reload_total{result=\"failed\"} 7",
           "postern_audit_records_total{event=\"query_denied\"} 8",
           "postern_audit_failures_total 9",
       }) {
    EXPECT_TRUE(text.contains(line)) << line;
  }
  EXPECT_FALSE(exposition(metrics).contains("SYNTAX_ERROR")) << "what never occurred is left out";
}

TEST(Exposition, HistogramsAreCumulativeAndInSeconds) {
  LoopMetrics metrics = make();
  metrics.policy_check_duration.observe(200ns);
  metrics.policy_check_duration.observe(300ns);
  metrics.policy_check_duration.observe(1s);
  const auto text = lines(metrics);
  EXPECT_TRUE(text.contains("postern_policy_check_duration_seconds_count 3"));
  EXPECT_TRUE(text.contains("postern_policy_check_duration_seconds_bucket{le=\"1e-07\"} 0"));
  EXPECT_TRUE(text.contains("postern_policy_check_duration_seconds_bucket{le=\"5e-07\"} 2"));
  EXPECT_TRUE(text.contains("postern_policy_check_duration_seconds_bucket{le=\"0.01\"} 2"));
  EXPECT_TRUE(text.contains("postern_policy_check_duration_seconds_bucket{le=\"+Inf\"} 3"));
}

TEST(Exposition, EscapesLabelValues) {
  LoopMetrics metrics({.databases = {"a\"b\\c\nd"},
                       .codes = {},
                       .close_reasons = {},
                       .audit_events = {},
                       .version = {},
                       .commit = {}});
  EXPECT_TRUE(lines(metrics).contains("postern_pool_size{database=\"a\\\"b\\\\c\\nd\"} 0"));
}

}  // namespace
}  // namespace gateway::telemetry
