// SPDX-License-Identifier: Apache-2.0
// What one decision record costs: the bound is 1.5 us for a 60-byte statement.
#include <benchmark/benchmark.h>

#include <chrono>
#include <memory>
#include <string>

#include "gateway/audit/log.h"

namespace gateway::audit {
namespace {

std::chrono::microseconds wall_clock() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::system_clock::now().time_since_epoch());
}

std::unique_ptr<Log> opened(benchmark::State& state, bool redact) {
  auto log = Log::open({.file_path = "/dev/null", .redact_sql = redact}, wall_clock);
  if (log) return std::move(*log);
  state.SkipWithError(log.error().c_str());
  return nullptr;
}

std::string session() {
  return Log::format_session({.session_id = "5f3a9c0d12e4b678",
                              .database = "production",
                              .user = "analyst",
                              .auth_method = "scram-sha-256",
                              .client_ip = "10.0.0.7",
                              .client_port = 51324,
                              .application = "psql"});
}

// A SELECT of state.range(0) bytes; the batch is flushed to /dev/null every 16 records.
void decision(benchmark::State& state, bool redact) {
  const auto log = opened(state, redact);
  if (!log) return;
  std::string sql = "SELECT id, name FROM customers WHERE id = 4711 AND note = '";
  sql.resize(static_cast<std::size_t>(state.range(0)) - 1, 'x');
  sql.push_back('\'');
  const std::string members = session();
  const Decision record{.request_id = 1, .sql = sql, .statement_class = "select", .fingerprint = 7};
  std::size_t count = 0;
  for (auto _ : state) {
    log->append(members, record);
    if (++count % 16 == 0) log->flush();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(count));
}

void BM_Decision(benchmark::State& state) { decision(state, false); }
void BM_DecisionRedacted(benchmark::State& state) { decision(state, true); }

void BM_End(benchmark::State& state) {
  const auto log = opened(state, false);
  if (!log) return;
  const std::string members = session();
  std::size_t count = 0;
  for (auto _ : state) {
    log->append(members, End{.request_id = 1, .rows = 1, .elapsed = std::chrono::microseconds(85)});
    if (++count % 16 == 0) log->flush();
  }
}

BENCHMARK(BM_Decision)->Arg(60)->Arg(500)->Arg(8192);
BENCHMARK(BM_DecisionRedacted)->Arg(60);
BENCHMARK(BM_End);

}  // namespace
}  // namespace gateway::audit
