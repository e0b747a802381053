// SPDX-License-Identifier: Apache-2.0
#include "gateway/operations.h"

#include <nlohmann/json.hpp>

#include "gateway/telemetry/exposition.h"
#include "gateway/telemetry/log.h"

namespace gateway {
namespace {

using telemetry::ClientState;
using telemetry::LimitType;
using telemetry::ServerState;

double seconds(std::chrono::milliseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

std::string_view name(profiles::KeeperStatus::State state) {
  using State = profiles::KeeperStatus::State;
  switch (state) {
    case State::Off: return "off";
    case State::Starting: return "starting";
    case State::Ready: return "ready";
    case State::Unavailable: return "unavailable";
  }
  return "unavailable";
}

std::string_view name(session::Encryption encryption) {
  switch (encryption) {
    case session::Encryption::Disabled: return "disable";
    case session::Encryption::Allowed: return "allow";
    case session::Encryption::Required: return "require";
  }
  return "disable";
}

void collect_catalog(telemetry::DatabaseMetrics& shown, const profiles::KeeperStatus& catalog) {
  using telemetry::CatalogLook;
  shown.catalog_epoch = catalog.epoch;
  shown.catalog_age_seconds = seconds(catalog.age.value_or(std::chrono::milliseconds(0)));
  shown.catalog_looks[CatalogLook::Changed] = catalog.changed;
  shown.catalog_looks[CatalogLook::Unchanged] = catalog.unchanged;
  shown.catalog_looks[CatalogLook::Failed] = catalog.failed;
}

// The gauges and counters that belong to somebody else are copied when they are asked for.
void collect(Observed& observed) {
  auto& metrics = observed.metrics;
  const auto clients = observed.roster.counts();
  metrics.clients[ClientState::Login] = clients.login;
  metrics.clients[ClientState::Idle] = clients.idle;
  metrics.clients[ClientState::Active] = clients.active;
  metrics.clients[ClientState::Waiting] = clients.waiting;
  for (const auto& database : observed.databases) {
    auto& shown = metrics.database(database.metrics_id);
    const auto counts = database.pool_counts();
    shown.servers[ServerState::Connecting] = counts.connecting;
    shown.servers[ServerState::Idle] = counts.idle;
    shown.servers[ServerState::Busy] = counts.busy;
    shown.servers[ServerState::Resetting] = counts.resetting;
    shown.servers[ServerState::Cancelling] = counts.cancelling;
    shown.pool_size = counts.connecting + counts.idle + counts.busy + counts.resetting;
    shown.pool_available = counts.idle;
    shown.pool_waiting = counts.waiting;
    collect_catalog(shown, database.keeper->status());
  }
  const auto use = observed.roster.accounts().sum(std::chrono::steady_clock::now());
  metrics.limits_current[LimitType::StatementsPerMinute] = use.started;
  metrics.limits_current[LimitType::RunningStatements] = use.running;
  metrics.denials = observed.roster.surroundings().denials.size();
  metrics.verdict_cache_hits = observed.verdicts.counts().hits;
  metrics.verdict_cache_misses = observed.verdicts.counts().misses;
  metrics.verdict_cache_evictions = observed.verdicts.counts().evictions;
  metrics.plan_cache_hits = observed.plans.counts().hits;
  metrics.plan_cache_misses = observed.plans.counts().misses;
  const auto& audit = observed.audit.counts();
  metrics.audit_records.assign(std::begin(audit.records), std::end(audit.records));
  metrics.audit_failures = audit.failures;
  metrics.audit_dropped = audit.dropped;
  metrics.log_lines_dropped = telemetry::dropped_log_lines();
}

nlohmann::json catalog_status(const profiles::KeeperStatus& catalog) {
  nlohmann::json status{{"state", name(catalog.state)}};
  if (catalog.epoch > 0) status["epoch"] = catalog.epoch;
  if (catalog.epoch > 0) status["relations"] = catalog.relations;
  if (catalog.age) status["age_seconds"] = seconds(*catalog.age);
  if (catalog.next_look) status["next_look_seconds"] = seconds(*catalog.next_look);
  if (!catalog.last_error.empty()) status["last_error"] = catalog.last_error;
  if (!catalog.why.empty()) status["why"] = catalog.why;
  return status;
}

nlohmann::json database_status(const relay::Database& database) {
  const auto counts = database.pool_counts();
  nlohmann::json status{{"name", database.name},
                        {"reachable", database.pool->reachable()},
                        {"server_version_major", database.pool->known_version_major()},
                        {"pool",
                         {{"connecting", counts.connecting},
                          {"idle", counts.idle},
                          {"busy", counts.busy},
                          {"resetting", counts.resetting},
                          {"cancelling", counts.cancelling},
                          {"waiting", counts.waiting}}},
                        {"catalog", catalog_status(database.keeper->status())}};
  if (!database.pool->last_error().empty()) status["last_error"] = database.pool->last_error();
  return status;
}

// With the certificate that new connections get.
nlohmann::json tls_status(const relay::ClientTls& tls) {
  nlohmann::json status{{"mode", name(tls.encryption)}};
  if (!tls.acceptor) return status;
  status["certificate"] = tls.acceptor->subject();
  status["valid_until"] = tls.acceptor->not_after();
  return status;
}

http::Response status_of(const Observed& observed) {
  const auto clients = observed.roster.counts();
  const auto& verdicts = observed.verdicts.counts();
  const auto uptime = std::chrono::steady_clock::now() - observed.started_at;
  nlohmann::json status{
      {"version", observed.metrics.names().version},
      {"commit", observed.metrics.names().commit},
      {"uptime_seconds", std::chrono::duration_cast<std::chrono::seconds>(uptime).count()},
      {"draining", observed.roster.draining()},
      {"clients",
       {{"login", clients.login},
        {"idle", clients.idle},
        {"active", clients.active},
        {"waiting", clients.waiting},
        {"encrypted", clients.encrypted}}},
      {"tls", tls_status(observed.roster.surroundings().tls)},
      {"verdict_cache",
       {{"hits", verdicts.hits},
        {"misses", verdicts.misses},
        {"evictions", verdicts.evictions},
        {"bytes", observed.verdicts.bytes()}}},
      {"audit",
       {{"healthy", observed.audit.healthy()}, {"last_error", observed.audit.last_error()}}},
      {"databases", nlohmann::json::array()}};
  for (const auto& database : observed.databases) {
    status["databases"].push_back(database_status(database));
  }
  using Replace = nlohmann::json::error_handler_t;
  return {.content_type = "application/json",
          .body = status.dump(2, ' ', false, Replace::replace) + "\n"};
}

http::Response readiness_of(const Observed& observed) {
  std::string why;
  if (observed.roster.draining()) why += "draining\n";
  if (!observed.audit.healthy()) why += "audit: " + observed.audit.last_error() + "\n";
  for (const auto& database : observed.databases) {
    if (!database.pool->reachable()) why += "database " + database.name + ": not reachable\n";
    const auto catalog = database.keeper->status();
    if (!catalog.why.empty()) why += "database " + database.name + ": " + catalog.why + "\n";
  }
  if (why.empty()) return {.body = "ready\n"};
  return {.status = 503, .body = why};
}

}  // namespace

std::expected<std::unique_ptr<http::Server>, std::string> serve_operations(
    net::Loop& loop, const config::Metrics& settings, Observed observed) {
  auto server = http::Server::open(loop, settings.address, settings.port);
  if (!server) return server;
  http::Server& routes = **server;
  routes.route("GET", settings.path, [observed](const http::Request&) mutable {
    collect(observed);
    return http::Response{.content_type = std::string(telemetry::kExpositionContentType),
                          .body = telemetry::exposition(observed.metrics)};
  });
  routes.route("GET", "/healthz",
               [](const http::Request&) { return http::Response{.body = "ok\n"}; });
  routes.route("GET", "/readyz",
               [observed](const http::Request&) { return readiness_of(observed); });
  routes.route("GET", "/status", [observed](const http::Request&) { return status_of(observed); });
  return server;
}

}  // namespace gateway
