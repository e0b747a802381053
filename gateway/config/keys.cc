// SPDX-License-Identifier: Apache-2.0
#include "gateway/config/keys.h"

#include <algorithm>
#include <array>

namespace gateway::config {
namespace {

using std::string_view;

template <auto Section, auto Field>
Slot in(const Cursor& cursor) {
  return &((cursor.config.*Section).*Field);
}

template <auto Field>
Slot listen(const Cursor& cursor) {
  return in<&Config::listen, Field>(cursor);
}

template <auto Field>
Slot user(const Cursor& cursor) {
  return &(cursor.config.users[cursor.index].*Field);
}

template <auto Field>
Slot database(const Cursor& cursor) {
  return &(cursor.config.databases[cursor.index].*Field);
}

template <auto Field>
Slot audit(const Cursor& cursor) {
  return in<&Config::audit, Field>(cursor);
}

template <auto Field>
Slot metrics(const Cursor& cursor) {
  return in<&Config::metrics, Field>(cursor);
}

template <auto Field>
Slot logging(const Cursor& cursor) {
  return in<&Config::logging, Field>(cursor);
}

constexpr std::array<string_view, 2> kAuth{"scram-sha-256", "trust"};
constexpr std::array<string_view, 1> kPoolMode{"session"};
constexpr std::array<string_view, 1> kPoolModeUnbuilt{"transaction"};
constexpr std::array<string_view, 3> kMode{"read_only", "balanced", "permissive"};
constexpr std::array<string_view, 6> kSslMode{"disable", "allow",     "prefer",
                                              "require", "verify-ca", "verify-full"};
constexpr std::array<string_view, 6> kTargetSession{"any",     "read-write", "read-only",
                                                    "primary", "standby",    "prefer-standby"};
constexpr std::array<string_view, 2> kStorage{"file", "stdout"};
constexpr std::array<string_view, 1> kStorageUnbuilt{"database"};
constexpr std::array<string_view, 1> kDurability{"write"};
constexpr std::array<string_view, 1> kDurabilityUnbuilt{"fsync"};
constexpr std::array<string_view, 2> kOnFailure{"deny", "continue"};
constexpr std::array<string_view, 5> kLogLevel{"trace", "debug", "info", "warn", "error"};
constexpr std::array<string_view, 2> kLogFormat{"json", "console"};

constexpr std::array<string_view, 1> kOne{"1"};
constexpr std::array<string_view, 1> kZero{"0"};
constexpr std::array<string_view, 1> kDisable{"disable"};
constexpr std::array<string_view, 1> kEnforce{"enforce"};
constexpr std::array<string_view, 1> kTransparent{"transparent"};
constexpr std::array<string_view, 1> kAll{"all"};

constexpr Range kPort{1, 65'535};
constexpr Range kListenPort{0, 65'535};
constexpr Range kClients{1, 100'000};
constexpr Range kStatementBytes{1 << 10, 16 << 20};
constexpr Range kPoolMin{0, 10'000};
constexpr Range kPoolMax{1, 10'000};
constexpr Range kMegabytes{1, 1'000'000};
constexpr Range kFiles{1, 1'000};
// PostgreSQL keeps timeouts as int milliseconds.
constexpr Range kTimeout{0, INT32_MAX};
constexpr Range kPositiveTimeout{1, INT32_MAX};

constexpr Built no = Built::No;

constexpr auto kKeys = std::to_array<Key>({
    {"listen", Type::Map},
    {.path = "listen.address", .type = Type::Text, .slot = listen<&Listen::address>},
    {.path = "listen.port",
     .type = Type::Integer,
     .slot = listen<&Listen::port>,
     .range = kListenPort},
    {"listen.unix_socket_dir", Type::Text, no},
    {.path = "listen.workers", .type = Type::Integer, .built = no, .off = kOne},
    {"listen.tls", Type::Map, no},
    {.path = "listen.tls.mode", .type = Type::Word, .built = no, .off = kDisable},
    {"listen.tls.cert", Type::Text, no},
    {"listen.tls.key", Type::Text, no},
    {"listen.tls.client_ca", Type::Text, no},
    {.path = "listen.max_clients",
     .type = Type::Integer,
     .slot = listen<&Listen::max_clients>,
     .range = kClients},
    {.path = "listen.max_statement_bytes",
     .type = Type::Size,
     .slot = listen<&Listen::max_statement_bytes>,
     .range = kStatementBytes},
    {.path = "listen.shutdown_timeout",
     .type = Type::Interval,
     .slot = listen<&Listen::shutdown_timeout>,
     .range = kTimeout},
    {.path = "listen.client_login_timeout",
     .type = Type::Interval,
     .slot = listen<&Listen::client_login_timeout>,
     .range = kPositiveTimeout},
    {.path = "listen.client_idle_timeout",
     .type = Type::Interval,
     .slot = listen<&Listen::client_idle_timeout>,
     .range = kTimeout},

    {"users", Type::MapList},
    {.path = "users[].name", .type = Type::Text, .slot = user<&User::name>},
    {.path = "users[].auth", .type = Type::Word, .slot = user<&User::auth>, .words = kAuth},
    {.path = "users[].verifier", .type = Type::Secret, .slot = user<&User::verifier>},
    {.path = "users[].password", .type = Type::Secret, .slot = user<&User::password>},
    {"auth_query", Type::Map, no},
    {"auth_query.database", Type::Text, no},
    {"auth_query.query", Type::Text, no},

    {"databases", Type::MapList},
    {.path = "databases[].name", .type = Type::Text, .slot = database<&Database::name>},
    {"databases[].url", Type::Secret},
    {.path = "databases[].host", .type = Type::OneOrMore, .slot = database<&Database::host>},
    {.path = "databases[].port",
     .type = Type::OneOrMore,
     .slot = database<&Database::port>,
     .range = kPort},
    {.path = "databases[].dbname", .type = Type::Text, .slot = database<&Database::dbname>},
    {.path = "databases[].user", .type = Type::Text, .slot = database<&Database::user>},
    {.path = "databases[].password", .type = Type::Secret, .slot = database<&Database::password>},
    {.path = "databases[].ssl_mode",
     .type = Type::Word,
     .slot = database<&Database::ssl_mode>,
     .words = kSslMode},
    {.path = "databases[].ssl_root_cert",
     .type = Type::Text,
     .slot = database<&Database::ssl_root_cert>},
    {.path = "databases[].ssl_cert", .type = Type::Text, .slot = database<&Database::ssl_cert>},
    {.path = "databases[].ssl_key", .type = Type::Text, .slot = database<&Database::ssl_key>},
    {.path = "databases[].target_session_attrs",
     .type = Type::Word,
     .slot = database<&Database::target_session_attrs>,
     .words = kTargetSession},
    {.path = "databases[].pool_mode",
     .type = Type::Word,
     .slot = database<&Database::pool_mode>,
     .words = kPoolMode,
     .unbuilt_words = kPoolModeUnbuilt},
    {.path = "databases[].min_pool_size",
     .type = Type::Integer,
     .slot = database<&Database::min_pool_size>,
     .range = kPoolMin},
    {.path = "databases[].max_pool_size",
     .type = Type::Integer,
     .slot = database<&Database::max_pool_size>,
     .range = kPoolMax},
    {.path = "databases[].pool_wait_timeout",
     .type = Type::Interval,
     .slot = database<&Database::pool_wait_timeout>,
     .range = kPositiveTimeout},
    {.path = "databases[].server_idle_timeout",
     .type = Type::Interval,
     .slot = database<&Database::server_idle_timeout>,
     .range = kPositiveTimeout},
    {.path = "databases[].server_lifetime",
     .type = Type::Interval,
     .slot = database<&Database::server_lifetime>,
     .range = kPositiveTimeout},
    {.path = "databases[].connect_timeout",
     .type = Type::Interval,
     .slot = database<&Database::connect_timeout>,
     .range = kPositiveTimeout},
    {.path = "databases[].enforcement", .type = Type::Word, .built = no, .off = kEnforce},
    {.path = "databases[].mode",
     .type = Type::Word,
     .slot = database<&Database::mode>,
     .words = kMode},
    {.path = "databases[].catalog_refresh", .type = Type::Interval, .built = no, .off = kZero},
    {"databases[].gucs", Type::Map},
    {.path = "databases[].gucs.allowed",
     .type = Type::List,
     .slot = database<&Database::allowed_gucs>},
    {.path = "databases[].readonly_role",
     .type = Type::Text,
     .slot = database<&Database::readonly_role>},
    {.path = "databases[].safe_search_path",
     .type = Type::List,
     .slot = database<&Database::safe_search_path>},
    {.path = "databases[].statement_timeout",
     .type = Type::Interval,
     .slot = database<&Database::statement_timeout>,
     .range = kTimeout},
    {.path = "databases[].idle_in_transaction_timeout",
     .type = Type::Interval,
     .slot = database<&Database::idle_in_transaction_timeout>,
     .range = kTimeout},
    {"databases[].access_policy", Type::Map},
    {.path = "databases[].access_policy.allow_explain",
     .type = Type::Boolean,
     .slot = database<&Database::allow_explain>},
    {"databases[].access_policy.allowed_schemas", Type::List, no},
    {"databases[].access_policy.tables", Type::Map, no},
    {"databases[].access_policy.tables.allowed", Type::List, no},
    {"databases[].access_policy.tables.denied", Type::List, no},
    {"databases[].access_policy.columns", Type::Map, no},
    {"databases[].access_policy.columns.denied", Type::List, no},
    {"databases[].access_policy.columns.denied_patterns", Type::List, no},
    {"databases[].access_policy.columns.on_denied", Type::Word, no},
    {"databases[].access_policy.columns.select_star_policy", Type::Word, no},
    {"databases[].access_policy.functions", Type::Map, no},
    {"databases[].access_policy.functions.allowed", Type::List, no},
    {"databases[].access_policy.functions.denied", Type::List, no},
    {"databases[].access_policy.functions.extensions", Type::List, no},
    {.path = "databases[].access_policy.views",
     .type = Type::Word,
     .built = no,
     .off = kTransparent},
    {"databases[].access_policy.trusted_views", Type::List, no},
    {.path = "databases[].access_policy.system_catalogs",
     .type = Type::Word,
     .built = no,
     .off = kAll},
    {"databases[].access_policy.foreign_tables", Type::List, no},
    {"databases[].access_policy.explain_policy", Type::Map, no},
    {"databases[].access_policy.explain_policy.enabled", Type::Boolean, no},
    {"databases[].access_policy.explain_policy.max_estimated_rows", Type::Integer, no},
    {"databases[].access_policy.explain_policy.max_estimated_cost", Type::Integer, no},
    {"databases[].access_policy.explain_policy.on_cost_exceeded", Type::Word, no},
    {"databases[].access_policy.explain_policy.deny_seq_scan_on_large_tables", Type::Boolean, no},
    {"databases[].access_policy.explain_policy.large_table_threshold", Type::Integer, no},
    {"databases[].access_policy.explain_policy.timeout_seconds", Type::Interval, no},
    {"databases[].access_policy.explain_policy.cache_ttl_seconds", Type::Interval, no},
    {"databases[].access_policy.explain_policy.cache_max_size", Type::Integer, no},
    {"databases[].access_policy.explain_policy.on_error", Type::Word, no},
    {"databases[].principals", Type::MapList, no},
    {"databases[].principals[].match", Type::Map, no},
    {"databases[].principals[].match.users", Type::List, no},
    {"databases[].principals[].match.applications", Type::List, no},
    {"databases[].principals[].match.tokens", Type::List, no},
    {"databases[].principals[].match.networks", Type::List, no},
    {"databases[].principals[].mode", Type::Word, no},
    {"databases[].principals[].access_policy", Type::Any, no},

    {"mcp", Type::Map, no},
    {"mcp.enabled", Type::Boolean, no},
    {"mcp.address", Type::Text, no},
    {"mcp.port", Type::Integer, no},
    {"mcp.allowed_hosts", Type::List, no},
    {"mcp.allowed_origins", Type::List, no},
    {"mcp.tokens", Type::MapList, no},
    {"mcp.tokens[].name", Type::Text, no},
    {"mcp.tokens[].sha256", Type::Secret, no},
    {"mcp.tokens[].scopes", Type::List, no},
    {"mcp.oauth", Type::Map, no},
    {"mcp.oauth.issuer", Type::Text, no},
    {"mcp.oauth.audience", Type::Text, no},
    {"mcp.oauth.jwks_url", Type::Text, no},
    {"mcp.max_rows", Type::Integer, no},
    {"mcp.max_result_bytes", Type::Size, no},
    {"mcp.transaction_ttl", Type::Interval, no},
    {"mcp.max_transactions", Type::Integer, no},
    {"mcp.tools", Type::Any, no},

    {"openai", Type::Map, no},
    {"openai.api_key", Type::Secret, no},
    {"openai.base_url", Type::Text, no},
    {"openai.model", Type::Text, no},
    {"openai.timeout", Type::Interval, no},
    {"openai.max_tokens", Type::Integer, no},

    {"validation", Type::Map, no},
    {"validation.enabled", Type::Boolean, no},
    {"validation.confidence_threshold", Type::Integer, no},
    {"validation.max_retries", Type::Integer, no},
    {"validation.timeout_seconds", Type::Interval, no},
    {"validation.sample_rows", Type::Integer, no},
    {"validation.max_question_length", Type::Integer, no},
    {"validation.enable_result_validation", Type::Boolean, no},

    {"server", Type::Map, no},
    {"server.max_result_rows", Type::Integer, no},
    {"server.query_timeout", Type::Interval, no},

    {"rate_limit", Type::Map, no},
    {"rate_limit.enabled", Type::Boolean, no},
    {"rate_limit.requests_per_minute", Type::Integer, no},
    {"rate_limit.requests_per_hour", Type::Integer, no},
    {"rate_limit.per_client_per_minute", Type::Integer, no},
    {"rate_limit.client_identifier", Type::Word, no},
    {"rate_limit.tokens_per_minute", Type::Integer, no},
    {"rate_limit.tokens_per_hour", Type::Integer, no},
    {"rate_limit.strategy", Type::Word, no},
    {"rate_limit.max_queue_wait", Type::Interval, no},
    {"rate_limit.include_headers", Type::Boolean, no},

    {"retry", Type::Map, no},
    {"retry.openai", Type::Map, no},
    {"retry.openai.max_retries", Type::Integer, no},
    {"retry.openai.backoff", Type::Word, no},
    {"retry.openai.initial_delay", Type::Interval, no},
    {"retry.openai.max_delay", Type::Interval, no},
    {"retry.openai.multiplier", Type::Integer, no},
    {"retry.openai.jitter", Type::Boolean, no},
    {"retry.database", Type::Map, no},
    {"retry.database.max_retries", Type::Integer, no},
    {"retry.database.backoff", Type::Word, no},
    {"retry.database.initial_delay", Type::Interval, no},
    {"retry.database.max_delay", Type::Interval, no},
    {"retry.database.multiplier", Type::Integer, no},
    {"retry.database.jitter", Type::Boolean, no},

    {"circuit_breaker", Type::Map, no},
    {"circuit_breaker.failure_threshold", Type::Integer, no},
    {"circuit_breaker.recovery_timeout", Type::Interval, no},

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
    {"observability.tracing", Type::Map, no},
    {"observability.tracing.enabled", Type::Boolean, no},
    {"observability.tracing.exporter", Type::Word, no},
    {"observability.tracing.endpoint", Type::Text, no},
    {"observability.tracing.sample_rate", Type::Integer, no},
    {"observability.tracing.service_name", Type::Text, no},
    {"observability.logging", Type::Map},
    {.path = "observability.logging.level",
     .type = Type::Word,
     .slot = logging<&Logging::level>,
     .words = kLogLevel},
    {.path = "observability.logging.format",
     .type = Type::Word,
     .slot = logging<&Logging::format>,
     .words = kLogFormat},
    {"observability.logging.include_trace_id", Type::Boolean, no},
    {.path = "observability.logging.log_sql",
     .type = Type::Boolean,
     .slot = logging<&Logging::log_sql>},
    {.path = "observability.logging.slow_query_threshold",
     .type = Type::Interval,
     .built = no,
     .off = kZero},

    {"audit", Type::Map},
    {.path = "audit.enabled", .type = Type::Boolean, .slot = audit<&Audit::enabled>},
    {.path = "audit.storage",
     .type = Type::Word,
     .slot = audit<&Audit::storage>,
     .words = kStorage,
     .unbuilt_words = kStorageUnbuilt},
    {.path = "audit.file_path", .type = Type::Text, .slot = audit<&Audit::file_path>},
    {.path = "audit.max_size_mb",
     .type = Type::Integer,
     .slot = audit<&Audit::max_size_mb>,
     .range = kMegabytes},
    {.path = "audit.max_files",
     .type = Type::Integer,
     .slot = audit<&Audit::max_files>,
     .range = kFiles},
    {.path = "audit.redact_sql", .type = Type::Boolean, .slot = audit<&Audit::redact_sql>},
    {.path = "audit.durability",
     .type = Type::Word,
     .slot = audit<&Audit::durability>,
     .words = kDurability,
     .unbuilt_words = kDurabilityUnbuilt},
    {.path = "audit.on_failure",
     .type = Type::Word,
     .slot = audit<&Audit::on_failure>,
     .words = kOnFailure},
    {"audit.key", Type::Secret, no},
});

}  // namespace

std::span<const Key> all_keys() { return kKeys; }

const Key* find_key(string_view path) {
  const auto key = std::ranges::find(kKeys, path, &Key::path);
  return key == kKeys.end() ? nullptr : &*key;
}

const Key* find_child(string_view parent, string_view name) {
  if (name.find_first_of(".[") != string_view::npos) return nullptr;
  if (parent.empty()) return find_key(name);
  return find_key(std::string(parent) + "." + std::string(name));
}

string_view parent_of(string_view path) {
  const auto dot = path.rfind('.');
  return dot == string_view::npos ? string_view() : path.substr(0, dot);
}

string_view last_of(string_view path) {
  const auto dot = path.rfind('.');
  return dot == string_view::npos ? path : path.substr(dot + 1);
}

std::vector<const Key*> children_of(string_view parent) {
  std::vector<const Key*> children;
  for (const Key& key : kKeys) {
    if (parent_of(key.path) == parent) children.push_back(&key);
  }
  return children;
}

}  // namespace gateway::config
