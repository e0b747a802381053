// SPDX-License-Identifier: Apache-2.0
#include "gateway/config/keys.h"

#include <algorithm>
#include <array>

namespace gateway::config {
namespace {

using policy::AccessPolicy;
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
Slot auth_query(const Cursor& cursor) {
  return in<&Config::auth_query, Field>(cursor);
}

template <auto Field>
Slot tls(const Cursor& cursor) {
  return &(cursor.config.listen.tls.*Field);
}

template <auto Field>
Slot user(const Cursor& cursor) {
  return &(cursor.config.users[cursor.index].*Field);
}

template <auto Field>
Slot database(const Cursor& cursor) {
  return &(cursor.config.databases[cursor.index].*Field);
}

Principal& principal_of(const Cursor& cursor) {
  return cursor.config.databases[cursor.index].principals[cursor.principal];
}

AccessRules& access_of(const Cursor& cursor) {
  if (cursor.principal != Cursor::kNone) return principal_of(cursor).access;
  return cursor.config.databases[cursor.index].access;
}

template <auto Field>
Slot access(const Cursor& cursor) {
  return &(access_of(cursor).*Field);
}

template <auto Field>
Slot rules(const Cursor& cursor) {
  return &(access_of(cursor).policy.*Field);
}

template <auto Field>
Slot tables(const Cursor& cursor) {
  return &(access_of(cursor).policy.tables.*Field);
}

template <auto Field>
Slot columns(const Cursor& cursor) {
  return &(access_of(cursor).policy.columns.*Field);
}

template <auto Field>
Slot functions(const Cursor& cursor) {
  return &(access_of(cursor).policy.functions.*Field);
}

template <auto Field>
Slot explain(const Cursor& cursor) {
  return &(access_of(cursor).explain.*Field);
}

UsageLimits& limits_of(const Cursor& cursor) {
  if (cursor.principal != Cursor::kNone) return principal_of(cursor).limits;
  return cursor.config.databases[cursor.index].limits;
}

template <auto Field>
Slot limits(const Cursor& cursor) {
  return &(limits_of(cursor).*Field);
}

template <auto Field>
Slot match(const Cursor& cursor) {
  return &(principal_of(cursor).match.*Field);
}

Slot principal_mode(const Cursor& cursor) { return &principal_of(cursor).mode; }

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

constexpr std::array<string_view, 4> kAuth{"scram-sha-256", "trust", "password", "cert"};
constexpr std::array<string_view, 3> kTlsMode{"disable", "allow", "require"};
constexpr std::array<string_view, 1> kPoolMode{"session"};
constexpr std::array<string_view, 1> kPoolModeUnbuilt{"transaction"};
constexpr std::array<string_view, 2> kEnforcement{"enforce", "warn"};
constexpr std::array<string_view, 3> kMode{"read_only", "balanced", "permissive"};
constexpr std::array<string_view, 6> kSslMode{"disable", "allow",     "prefer",
                                              "require", "verify-ca", "verify-full"};
constexpr std::array<string_view, 6> kTargetSession{"any",     "read-write", "read-only",
                                                    "primary", "standby",    "prefer-standby"};
constexpr std::array<string_view, 3> kOnDenied{"reject", "filter", "null"};
constexpr std::array<string_view, 2> kSelectStar{"reject", "expand_safe"};
constexpr std::array<string_view, 3> kViews{"transparent", "strict", "opaque"};
constexpr std::array<string_view, 3> kSystemCatalogs{"safe", "none", "all"};
constexpr std::array<string_view, 2> kOnCostExceeded{"warn", "deny"};
constexpr std::array<string_view, 2> kOnError{"deny", "allow"};
constexpr std::array<string_view, 2> kStorage{"file", "stdout"};
constexpr std::array<string_view, 1> kStorageUnbuilt{"database"};
constexpr std::array<string_view, 2> kDurability{"write", "fsync"};
constexpr std::array<string_view, 2> kOnFailure{"deny", "continue"};
constexpr std::array<string_view, 5> kLogLevel{"trace", "debug", "info", "warn", "error"};
constexpr std::array<string_view, 2> kLogFormat{"json", "console"};

constexpr std::array<string_view, 1> kOne{"1"};
constexpr std::array<string_view, 1> kZero{"0"};

constexpr Range kPort{1, 65'535};
constexpr Range kListenPort{0, 65'535};
constexpr Range kClients{1, 100'000};
constexpr Range kStatementBytes{1 << 10, 16 << 20};
constexpr Range kPoolMin{0, 10'000};
constexpr Range kPoolMax{1, 10'000};
constexpr Range kPlans{0, 1'000'000};
constexpr Range kStatementsPerMinute{0, 10'000'000};
constexpr Range kRunning{0, 100'000};
constexpr Range kSomeClients{0, 100'000};
constexpr Range kResultRows{0, 1'000'000'000'000};
constexpr Range kResultBytes{0, 1ll << 50};
constexpr Range kMegabytes{1, 1'000'000};
constexpr Range kFiles{1, 1'000};
constexpr Range kRotation{0, 366LL * 24 * 3600 * 1000};
constexpr Range kCacheTtl{0, 60'000};  // longer, and a revoked user would stay for too long
// PostgreSQL keeps timeouts as int milliseconds.
constexpr Range kTimeout{0, INT32_MAX};
constexpr Range kPositiveTimeout{1, INT32_MAX};

constexpr Built kNo = Built::No;

constexpr auto kKeys = std::to_array<Key>({
    {"listen", Type::Map},
    {.path = "listen.address", .type = Type::OneOrMore, .slot = listen<&Listen::address>},
    {.path = "listen.port",
     .type = Type::Integer,
     .slot = listen<&Listen::port>,
     .range = kListenPort},
    {.path = "listen.unix_socket_dir",
     .type = Type::Text,
     .slot = listen<&Listen::unix_socket_dir>},
    {.path = "listen.unix_socket_permissions",
     .type = Type::Text,
     .slot = listen<&Listen::unix_socket_permissions>},
    {"listen.proxy_protocol", Type::Map},
    {.path = "listen.proxy_protocol.networks",
     .type = Type::List,
     .slot = listen<&Listen::proxy_networks>},
    {.path = "listen.workers", .type = Type::Integer, .built = kNo, .off = kOne},
    {"listen.tls", Type::Map},
    {.path = "listen.tls.mode", .type = Type::Word, .slot = tls<&Tls::mode>, .words = kTlsMode},
    {.path = "listen.tls.cert", .type = Type::Text, .slot = tls<&Tls::cert>},
    {.path = "listen.tls.key", .type = Type::Text, .slot = tls<&Tls::key>},
    {.path = "listen.tls.client_ca", .type = Type::Text, .slot = tls<&Tls::client_ca>},
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
    {.path = "listen.admin_socket", .type = Type::Text, .slot = listen<&Listen::admin_socket>},

    {"users", Type::MapList},
    {.path = "users[].name", .type = Type::Text, .slot = user<&User::name>},
    {.path = "users[].auth", .type = Type::Word, .slot = user<&User::auth>, .words = kAuth},
    {.path = "users[].verifier", .type = Type::Secret, .slot = user<&User::verifier>},
    {.path = "users[].password", .type = Type::Secret, .slot = user<&User::password>},
    {.path = "users[].certificate_name", .type = Type::Text, .slot = user<&User::certificate_name>},
    {"auth_query", Type::Map},
    {.path = "auth_query.database", .type = Type::Text, .slot = auth_query<&AuthQuery::database>},
    {.path = "auth_query.query", .type = Type::Text, .slot = auth_query<&AuthQuery::query>},
    {.path = "auth_query.user", .type = Type::Text, .slot = auth_query<&AuthQuery::user>},
    {.path = "auth_query.password", .type = Type::Secret, .slot = auth_query<&AuthQuery::password>},
    {.path = "auth_query.cache_ttl",
     .type = Type::Interval,
     .slot = auth_query<&AuthQuery::cache_ttl>,
     .range = kCacheTtl},

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
    {.path = "databases[].enforcement",
     .type = Type::Word,
     .slot = database<&Database::enforcement>,
     .words = kEnforcement},
    {.path = "databases[].mode",
     .type = Type::Word,
     .slot = database<&Database::mode>,
     .words = kMode},
    {.path = "databases[].catalog_refresh",
     .type = Type::Interval,
     .slot = database<&Database::catalog_refresh>,
     .range = kTimeout},
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
    {.path = "databases[].query_timeout",
     .type = Type::Interval,
     .slot = database<&Database::query_timeout>,
     .range = kTimeout},
    {.path = "databases[].transaction_timeout",
     .type = Type::Interval,
     .slot = database<&Database::transaction_timeout>,
     .range = kTimeout},
    {.path = "databases[].max_db_client_connections",
     .type = Type::Integer,
     .slot = database<&Database::max_db_client_connections>,
     .range = kSomeClients},
    {"databases[].access_policy", Type::Map},
    {.path = "databases[].access_policy.allow_explain",
     .type = Type::Boolean,
     .slot = access<&AccessRules::allow_explain>},
    {.path = "databases[].access_policy.allowed_schemas",
     .type = Type::List,
     .slot = rules<&AccessPolicy::allowed_schemas>},
    {"databases[].access_policy.tables", Type::Map},
    {.path = "databases[].access_policy.tables.allowed",
     .type = Type::List,
     .slot = tables<&policy::TableRules::allowed>},
    {.path = "databases[].access_policy.tables.denied",
     .type = Type::List,
     .slot = tables<&policy::TableRules::denied>},
    {"databases[].access_policy.columns", Type::Map},
    {.path = "databases[].access_policy.columns.denied",
     .type = Type::List,
     .slot = columns<&policy::ColumnRules::denied>},
    {.path = "databases[].access_policy.columns.denied_patterns",
     .type = Type::List,
     .slot = columns<&policy::ColumnRules::denied_patterns>},
    {.path = "databases[].access_policy.columns.on_denied",
     .type = Type::Word,
     .slot = columns<&policy::ColumnRules::on_denied>,
     .words = kOnDenied},
    {.path = "databases[].access_policy.columns.select_star_policy",
     .type = Type::Word,
     .slot = columns<&policy::ColumnRules::select_star_policy>,
     .words = kSelectStar},
    {"databases[].access_policy.functions", Type::Map},
    {.path = "databases[].access_policy.functions.allowed",
     .type = Type::List,
     .slot = functions<&policy::FunctionRules::allowed>},
    {.path = "databases[].access_policy.functions.denied",
     .type = Type::List,
     .slot = functions<&policy::FunctionRules::denied>},
    {.path = "databases[].access_policy.functions.extensions",
     .type = Type::List,
     .slot = functions<&policy::FunctionRules::extensions>},
    {.path = "databases[].access_policy.views",
     .type = Type::Word,
     .slot = rules<&AccessPolicy::views>,
     .words = kViews},
    {.path = "databases[].access_policy.trusted_views",
     .type = Type::List,
     .slot = rules<&AccessPolicy::trusted_views>},
    {.path = "databases[].access_policy.system_catalogs",
     .type = Type::Word,
     .slot = rules<&AccessPolicy::system_catalogs>,
     .words = kSystemCatalogs},
    {.path = "databases[].access_policy.foreign_tables",
     .type = Type::List,
     .slot = rules<&AccessPolicy::foreign_tables>},
    {"databases[].access_policy.explain_policy", Type::Map},
    {.path = "databases[].access_policy.explain_policy.enabled",
     .type = Type::Boolean,
     .slot = explain<&ExplainPolicy::enabled>},
    {.path = "databases[].access_policy.explain_policy.max_estimated_rows",
     .type = Type::Integer,
     .slot = explain<&ExplainPolicy::max_estimated_rows>},
    {.path = "databases[].access_policy.explain_policy.max_estimated_cost",
     .type = Type::Integer,
     .slot = explain<&ExplainPolicy::max_estimated_cost>},
    {.path = "databases[].access_policy.explain_policy.on_cost_exceeded",
     .type = Type::Word,
     .slot = explain<&ExplainPolicy::on_cost_exceeded>,
     .words = kOnCostExceeded},
    {.path = "databases[].access_policy.explain_policy.deny_seq_scan_on_large_tables",
     .type = Type::Boolean,
     .slot = explain<&ExplainPolicy::deny_seq_scan_on_large_tables>},
    {.path = "databases[].access_policy.explain_policy.large_table_threshold",
     .type = Type::Integer,
     .slot = explain<&ExplainPolicy::large_table_threshold>},
    {.path = "databases[].access_policy.explain_policy.timeout_seconds",
     .type = Type::Interval,
     .slot = explain<&ExplainPolicy::timeout>,
     .range = kPositiveTimeout},
    {.path = "databases[].access_policy.explain_policy.cache_ttl_seconds",
     .type = Type::Interval,
     .slot = explain<&ExplainPolicy::cache_ttl>,
     .range = kTimeout},
    {.path = "databases[].access_policy.explain_policy.cache_max_size",
     .type = Type::Integer,
     .slot = explain<&ExplainPolicy::cache_max_size>,
     .range = kPlans},
    {.path = "databases[].access_policy.explain_policy.on_error",
     .type = Type::Word,
     .slot = explain<&ExplainPolicy::on_error>,
     .words = kOnError},
    {"databases[].limits", Type::Map},
    {.path = "databases[].limits.statements_per_minute",
     .type = Type::Integer,
     .slot = limits<&UsageLimits::statements_per_minute>,
     .range = kStatementsPerMinute},
    {.path = "databases[].limits.running_statements",
     .type = Type::Integer,
     .slot = limits<&UsageLimits::running_statements>,
     .range = kRunning},
    {.path = "databases[].limits.max_user_client_connections",
     .type = Type::Integer,
     .slot = limits<&UsageLimits::max_user_client_connections>,
     .range = kSomeClients},
    {.path = "databases[].limits.max_result_rows",
     .type = Type::Integer,
     .slot = limits<&UsageLimits::max_result_rows>,
     .range = kResultRows},
    {.path = "databases[].limits.max_result_bytes",
     .type = Type::Size,
     .slot = limits<&UsageLimits::max_result_bytes>,
     .range = kResultBytes},
    {"databases[].principals", Type::MapList},
    {"databases[].principals[].match", Type::Map},
    {.path = "databases[].principals[].match.users",
     .type = Type::List,
     .slot = match<&Match::users>},
    {.path = "databases[].principals[].match.applications",
     .type = Type::List,
     .slot = match<&Match::applications>},
    {.path = "databases[].principals[].match.tokens",
     .type = Type::List,
     .slot = match<&Match::tokens>},
    {.path = "databases[].principals[].match.networks",
     .type = Type::List,
     .slot = match<&Match::networks>},
    {.path = "databases[].principals[].mode",
     .type = Type::Word,
     .slot = principal_mode,
     .words = kMode},
    {.path = "databases[].principals[].access_policy",
     .type = Type::Map,
     .like = "databases[].access_policy"},
    {.path = "databases[].principals[].limits", .type = Type::Map, .like = "databases[].limits"},

    {"mcp", Type::Map, kNo},
    {"mcp.enabled", Type::Boolean, kNo},
    {"mcp.address", Type::Text, kNo},
    {"mcp.port", Type::Integer, kNo},
    {"mcp.allowed_hosts", Type::List, kNo},
    {"mcp.allowed_origins", Type::List, kNo},
    {"mcp.tokens", Type::MapList, kNo},
    {"mcp.tokens[].name", Type::Text, kNo},
    {"mcp.tokens[].sha256", Type::Secret, kNo},
    {"mcp.tokens[].scopes", Type::List, kNo},
    {"mcp.oauth", Type::Map, kNo},
    {"mcp.oauth.issuer", Type::Text, kNo},
    {"mcp.oauth.audience", Type::Text, kNo},
    {"mcp.oauth.jwks_url", Type::Text, kNo},
    {"mcp.max_rows", Type::Integer, kNo},
    {"mcp.max_result_bytes", Type::Size, kNo},
    {"mcp.transaction_ttl", Type::Interval, kNo},
    {"mcp.max_transactions", Type::Integer, kNo},
    {"mcp.tools", Type::Any, kNo},

    {"openai", Type::Map, kNo},
    {"openai.api_key", Type::Secret, kNo},
    {"openai.base_url", Type::Text, kNo},
    {"openai.model", Type::Text, kNo},
    {"openai.timeout", Type::Interval, kNo},
    {"openai.max_tokens", Type::Integer, kNo},

    {"validation", Type::Map, kNo},
    {"validation.enabled", Type::Boolean, kNo},
    {"validation.confidence_threshold", Type::Integer, kNo},
    {"validation.max_retries", Type::Integer, kNo},
    {"validation.timeout_seconds", Type::Interval, kNo},
    {"validation.sample_rows", Type::Integer, kNo},
    {"validation.max_question_length", Type::Integer, kNo},
    {"validation.enable_result_validation", Type::Boolean, kNo},

    {"server", Type::Map, kNo},
    {"server.max_result_rows", Type::Integer, kNo},
    {"server.query_timeout", Type::Interval, kNo},

    {"rate_limit", Type::Map, kNo},
    {"rate_limit.enabled", Type::Boolean, kNo},
    {"rate_limit.requests_per_minute", Type::Integer, kNo},
    {"rate_limit.requests_per_hour", Type::Integer, kNo},
    {"rate_limit.per_client_per_minute", Type::Integer, kNo},
    {"rate_limit.client_identifier", Type::Word, kNo},
    {"rate_limit.tokens_per_minute", Type::Integer, kNo},
    {"rate_limit.tokens_per_hour", Type::Integer, kNo},
    {"rate_limit.strategy", Type::Word, kNo},
    {"rate_limit.max_queue_wait", Type::Interval, kNo},
    {"rate_limit.include_headers", Type::Boolean, kNo},

    {"retry", Type::Map, kNo},
    {"retry.openai", Type::Map, kNo},
    {"retry.openai.max_retries", Type::Integer, kNo},
    {"retry.openai.backoff", Type::Word, kNo},
    {"retry.openai.initial_delay", Type::Interval, kNo},
    {"retry.openai.max_delay", Type::Interval, kNo},
    {"retry.openai.multiplier", Type::Integer, kNo},
    {"retry.openai.jitter", Type::Boolean, kNo},
    {"retry.database", Type::Map, kNo},
    {"retry.database.max_retries", Type::Integer, kNo},
    {"retry.database.backoff", Type::Word, kNo},
    {"retry.database.initial_delay", Type::Interval, kNo},
    {"retry.database.max_delay", Type::Interval, kNo},
    {"retry.database.multiplier", Type::Integer, kNo},
    {"retry.database.jitter", Type::Boolean, kNo},

    {"circuit_breaker", Type::Map, kNo},
    {"circuit_breaker.failure_threshold", Type::Integer, kNo},
    {"circuit_breaker.recovery_timeout", Type::Interval, kNo},

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
    {.path = "audit.rotate_every",
     .type = Type::Interval,
     .slot = audit<&Audit::rotate_every>,
     .range = kRotation},
    {.path = "audit.redact_sql", .type = Type::Boolean, .slot = audit<&Audit::redact_sql>},
    {.path = "audit.durability",
     .type = Type::Word,
     .slot = audit<&Audit::durability>,
     .words = kDurability},
    {.path = "audit.write_timeout", .type = Type::Interval, .slot = audit<&Audit::write_timeout>},
    {.path = "audit.on_failure",
     .type = Type::Word,
     .slot = audit<&Audit::on_failure>,
     .words = kOnFailure},
    {.path = "audit.key", .type = Type::Secret, .slot = audit<&Audit::key>},
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
