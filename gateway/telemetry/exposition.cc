// SPDX-License-Identifier: Apache-2.0
#include "gateway/telemetry/exposition.h"

#include <prometheus/collectable.h>
#include <prometheus/text_serializer.h>

#include <utility>

namespace gateway::telemetry {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;

constexpr std::string_view kStatuses[] = {"ok", "denied", "error"};
constexpr std::string_view kChecks[] = {"statement", "schema",  "table",   "column",
                                        "function",  "setting", "resolve", "plan"};
constexpr std::string_view kResults[] = {"passed", "denied", "warned"};
constexpr std::string_view kClientStates[] = {"login", "idle", "active", "waiting"};
constexpr std::string_view kServerStates[] = {"connecting", "idle", "busy", "resetting",
                                              "cancelling"};
constexpr std::string_view kDirections[] = {"from_client", "to_client", "from_server", "to_server"};
constexpr std::string_view kCatalogLooks[] = {"changed", "unchanged", "failed"};
constexpr std::string_view kLimitTypes[] = {"statements_per_minute", "running_statements"};
constexpr std::string_view kReloadResults[] = {"ok", "failed"};

ClientMetric::Label label(std::string name, std::string_view value) {
  return {std::move(name), std::string(value)};
}

double seconds(std::chrono::nanoseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

// One metric with all its label sets.
class Family {
 public:
  Family(MetricType type, std::string_view name, std::string help) {
    family_.name = "postern_" + std::string(name);
    family_.help = std::move(help);
    family_.type = type;
  }

  void add(Labels labels, std::uint64_t value) {
    ClientMetric& metric = next(std::move(labels));
    metric.counter.value = metric.gauge.value = static_cast<double>(value);
  }

  void add(Labels labels, double value) { next(std::move(labels)).gauge.value = value; }

  void add(Labels labels, const Histogram& histogram) {
    ClientMetric::Histogram& out = next(std::move(labels)).histogram;
    for (std::size_t i = 0; i < kBucketCount; ++i) {
      out.sample_count += histogram.counts()[i];
      out.bucket.push_back({out.sample_count, seconds(histogram.bounds()[i])});
    }
    out.sample_count += histogram.counts()[kBucketCount];
    out.sample_sum = seconds(histogram.sum());
  }

  template <typename Values>
  void add_each(const std::string& name, const Values& label_values, auto value_at) {
    std::size_t at = 0;
    for (const auto& value : label_values) add({label(name, value)}, value_at(at++));
  }

  MetricFamily take() { return std::move(family_); }

 private:
  ClientMetric& next(Labels labels) {
    ClientMetric& metric = family_.metric.emplace_back();
    metric.label = std::move(labels);
    return metric;
  }

  MetricFamily family_;
};

Family counter(std::string_view name, std::string help) {
  return {MetricType::Counter, name, std::move(help)};
}
Family gauge(std::string_view name, std::string help) {
  return {MetricType::Gauge, name, std::move(help)};
}
Family histogram(std::string_view name, std::string help) {
  return {MetricType::Histogram, name, std::move(help)};
}

class LoopCollectable final : public prometheus::Collectable {
 public:
  explicit LoopCollectable(const LoopMetrics& metrics) : metrics_(metrics) {}

  std::vector<MetricFamily> Collect() const override {
    std::vector<MetricFamily> out;
    collect_requests(out);
    collect_policy(out);
    collect_limits(out);
    collect_connections(out);
    collect_pools(out);
    collect_catalogs(out);
    collect_audit(out);
    collect_process(out);
    return out;
  }

 private:
  // A counter or gauge with one number a database, or a histogram.
  MetricFamily per_database(Family family, auto member) const {
    for (std::size_t id = 0; id < metrics_.databases().size(); ++id) {
      family.add({label("database", metrics_.names().databases[id])},
                 metrics_.databases()[id].*member);
    }
    return family.take();
  }

  // Combinations of status and code that never occurred are left out, but for plain success.
  void add_requests(Family& family, std::size_t database) const {
    const MetricNames& names = metrics_.names();
    for (std::size_t status = 0; status < kStatusCount; ++status) {
      for (std::size_t code = 0; code < names.codes.size(); ++code) {
        const auto count = metrics_.requests(database, static_cast<RequestStatus>(status), code);
        if (count == 0 && (status != 0 || code != 0)) continue;
        family.add({label("door", "wire"), label("database", names.databases[database]),
                    label("status", kStatuses[status]), label("code", names.codes[code])},
                   count);
      }
    }
  }

  void collect_requests(std::vector<MetricFamily>& out) const {
    Family requests = counter("requests_total", "Statements by how they ended");
    Family durations = histogram("request_duration_seconds", "From the statement to its answer");
    for (std::size_t id = 0; id < metrics_.databases().size(); ++id) {
      add_requests(requests, id);
      durations.add({label("door", "wire"), label("database", metrics_.names().databases[id])},
                    metrics_.databases()[id].request_duration);
    }
    out.push_back(requests.take());
    out.push_back(durations.take());
    out.push_back(per_database(gauge("requests_in_flight", "Statements not answered yet"),
                               &DatabaseMetrics::requests_in_flight));
    out.push_back(per_database(histogram("db_query_duration_seconds", "Time spent by the server"),
                               &DatabaseMetrics::query_duration));
  }

  void collect_policy(std::vector<MetricFamily>& out) const {
    Family checks = counter("policy_check_total", "Verdicts by check and result");
    for (std::size_t check = 0; check < std::size(kChecks); ++check) {
      for (std::size_t result = 0; result < std::size(kResults); ++result) {
        checks.add({label("check", kChecks[check]), label("result", kResults[result])},
                   metrics_.policy_checks(static_cast<PolicyCheck>(check),
                                          static_cast<CheckResult>(result)));
      }
    }
    out.push_back(checks.take());
    Family duration = histogram("policy_check_duration_seconds", "Time to judge a statement");
    duration.add({}, metrics_.policy_check_duration);
    out.push_back(duration.take());
    Family flush = histogram("audit_flush_duration_seconds", "Time to write a batch of records");
    flush.add({}, metrics_.audit_flush_duration);
    out.push_back(flush.take());
    add_number(out, counter("verdict_cache_hits_total", "Verdicts found in the cache"),
               metrics_.verdict_cache_hits);
    add_number(out, counter("verdict_cache_misses_total", "Verdicts that had to be made"),
               metrics_.verdict_cache_misses);
    add_number(out, counter("verdict_cache_evictions_total", "Verdicts that made room for others"),
               metrics_.verdict_cache_evictions);
    out.push_back(per_database(histogram("plan_gate_duration_seconds", "Time to learn of a plan"),
                               &DatabaseMetrics::plan_gate_duration));
    add_number(out, counter("plan_cache_hits_total", "Plans found in the cache"),
               metrics_.plan_cache_hits);
    add_number(out, counter("plan_cache_misses_total", "Plans that the server was asked for"),
               metrics_.plan_cache_misses);
  }

  void collect_limits(std::vector<MetricFamily>& out) const {
    Family current = gauge("rate_limit_current", "In use of users' limits, all users together");
    current.add_each("limit_type", kLimitTypes, [&](std::size_t at) {
      return metrics_.limits_current[static_cast<LimitType>(at)];
    });
    out.push_back(current.take());
    Family exceeded = counter("rate_limit_exceeded_total", "Messages refused over a user's limit");
    exceeded.add_each("limit_type", kLimitTypes, [&](std::size_t at) {
      return metrics_.limits_exceeded[static_cast<LimitType>(at)];
    });
    out.push_back(exceeded.take());
    add_number(out, gauge("denials", "Users, databases and statements denied at run time"),
               metrics_.denials);
  }

  void collect_connections(std::vector<MetricFamily>& out) const {
    Family clients = gauge("clients", "Client connections by state");
    clients.add_each("state", kClientStates, [&](std::size_t at) {
      return metrics_.clients[static_cast<ClientState>(at)];
    });
    out.push_back(clients.take());
    Family bytes = counter("bytes_total", "Bytes of the PostgreSQL protocol by direction");
    bytes.add_each("direction", kDirections,
                   [&](std::size_t at) { return metrics_.bytes[static_cast<Direction>(at)]; });
    out.push_back(bytes.take());
    Family closed = counter("session_closed_total", "Ended sessions by reason");
    closed.add_each("reason", metrics_.names().close_reasons,
                    [&](std::size_t at) { return metrics_.closed_sessions()[at]; });
    out.push_back(closed.take());
  }

  void collect_pools(std::vector<MetricFamily>& out) const {
    Family servers = gauge("servers", "Server connections by state");
    for (std::size_t id = 0; id < metrics_.databases().size(); ++id) {
      for (std::size_t state = 0; state < std::size(kServerStates); ++state) {
        servers.add({label("database", metrics_.names().databases[id]),
                     label("state", kServerStates[state])},
                    metrics_.databases()[id].servers[static_cast<ServerState>(state)]);
      }
    }
    out.push_back(servers.take());
    out.push_back(per_database(gauge("pool_size", "Server connections of the pool"),
                               &DatabaseMetrics::pool_size));
    out.push_back(per_database(gauge("pool_available", "Server connections nobody uses"),
                               &DatabaseMetrics::pool_available));
    out.push_back(per_database(gauge("pool_waiting", "Sessions waiting for a server connection"),
                               &DatabaseMetrics::pool_waiting));
    out.push_back(per_database(histogram("pool_wait_seconds", "Time until a server was given"),
                               &DatabaseMetrics::pool_wait));
  }

  // Databases whose catalog was never read have neither epoch nor age.
  void collect_catalogs(std::vector<MetricFamily>& out) const {
    Family epoch = gauge("catalog_epoch", "Catalogs read so far: grows with every change");
    Family age = gauge("catalog_age_seconds", "Since the catalog was last confirmed");
    Family looks = counter("catalog_looks_total", "Looks at the catalogs by result");
    for (std::size_t id = 0; id < metrics_.databases().size(); ++id) {
      const auto& shown = metrics_.databases()[id];
      const std::string& name = metrics_.names().databases[id];
      for (std::size_t at = 0; at < std::size(kCatalogLooks); ++at) {
        looks.add({label("database", name), label("result", kCatalogLooks[at])},
                  shown.catalog_looks[static_cast<CatalogLook>(at)]);
      }
      if (shown.catalog_epoch == 0) continue;
      epoch.add({label("database", name)}, shown.catalog_epoch);
      age.add({label("database", name)}, shown.catalog_age_seconds);
    }
    out.push_back(epoch.take());
    out.push_back(age.take());
    out.push_back(looks.take());
  }

  void collect_audit(std::vector<MetricFamily>& out) const {
    Family records = counter("audit_records_total", "Audit records by event");
    records.add_each("event", metrics_.names().audit_events,
                     [&](std::size_t at) { return metrics_.audit_records[at]; });
    out.push_back(records.take());
    add_number(out, counter("audit_failures_total", "Failed writes of the audit log"),
               metrics_.audit_failures);
    add_number(out, counter("audit_dropped_total", "Audit records that were lost"),
               metrics_.audit_dropped);
  }

  void collect_process(std::vector<MetricFamily>& out) const {
    Family reloads = counter("config_reload_total", "Reloads of the configuration");
    reloads.add_each("result", kReloadResults, [&](std::size_t at) {
      return metrics_.config_reloads[static_cast<ReloadResult>(at)];
    });
    out.push_back(reloads.take());
    add_number(out, counter("log_dropped_total", "Log lines dropped while stderr was stuck"),
               metrics_.log_lines_dropped);
    Family build = gauge("build_info", "Always 1; what runs is in the labels");
    build.add(
        {label("version", metrics_.names().version), label("commit", metrics_.names().commit)},
        std::uint64_t{1});
    out.push_back(build.take());
  }

  static void add_number(std::vector<MetricFamily>& out, Family family, std::uint64_t value) {
    family.add(Labels{}, value);
    out.push_back(family.take());
  }

  const LoopMetrics& metrics_;
};

}  // namespace

std::string exposition(const LoopMetrics& metrics) {
  return prometheus::TextSerializer().Serialize(LoopCollectable(metrics).Collect());
}

}  // namespace gateway::telemetry
