// SPDX-License-Identifier: Apache-2.0
// The sections that belong as a whole to parts that are not built.
#include <array>

#include "gateway/config/key_tables.h"

namespace gateway::config {
namespace {

constexpr auto kKeys = std::to_array<Key>({
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
});

}  // namespace

Keys unbuilt_keys() { return kKeys; }

}  // namespace gateway::config
