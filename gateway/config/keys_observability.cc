// SPDX-License-Identifier: Apache-2.0
// observability: metrics, traces and the log.
#include <array>

#include "gateway/config/key_tables.h"

namespace gateway::config {
namespace {

using std::string_view;

template <auto Field>
Slot metrics(const Cursor& cursor) {
  return in<&Config::metrics, Field>(cursor);
}

template <auto Field>
Slot logging(const Cursor& cursor) {
  return in<&Config::logging, Field>(cursor);
}

constexpr std::array<string_view, 5> kLogLevel{"trace", "debug", "info", "warn", "error"};
constexpr std::array<string_view, 2> kLogFormat{"json", "console"};
constexpr std::array<string_view, 1> kZero{"0"};

constexpr auto kKeys = std::to_array<Key>({
    {"observability", Type::Map},
    {"observability.metrics", Type::Map},
    {.path = "observability.metrics.enabled",
     .type = Type::Boolean,
     .slot = metrics<&Metrics::enabled>},
    {.path = "observability.metrics.address",
     .type = Type::Text,
     .slot = metrics<&Metrics::address>},
    {.path = "observability.metrics.port",
     .type = Type::Integer,
     .slot = metrics<&Metrics::port>,
     .range = kListenPort},
    {.path = "observability.metrics.path", .type = Type::Text, .slot = metrics<&Metrics::path>},
    {"observability.tracing", Type::Map, kNo},
    {"observability.tracing.enabled", Type::Boolean, kNo},
    {"observability.tracing.exporter", Type::Word, kNo},
    {"observability.tracing.endpoint", Type::Text, kNo},
    {"observability.tracing.sample_rate", Type::Integer, kNo},
    {"observability.tracing.service_name", Type::Text, kNo},
    {"observability.logging", Type::Map},
    {.path = "observability.logging.level",
     .type = Type::Word,
     .slot = logging<&Logging::level>,
     .words = kLogLevel},
    {.path = "observability.logging.format",
     .type = Type::Word,
     .slot = logging<&Logging::format>,
     .words = kLogFormat},
    {"observability.logging.include_trace_id", Type::Boolean, kNo},
    {.path = "observability.logging.log_sql",
     .type = Type::Boolean,
     .slot = logging<&Logging::log_sql>},
    {.path = "observability.logging.slow_query_threshold",
     .type = Type::Interval,
     .built = kNo,
     .off = kZero},
});

}  // namespace

Keys observability_keys() { return kKeys; }

}  // namespace gateway::config
