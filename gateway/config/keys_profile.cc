// SPDX-License-Identifier: Apache-2.0
// databases[]: access_policy, limits and principals.
#include <array>

#include "gateway/config/key_tables.h"

namespace gateway::config {
namespace {

using policy::AccessPolicy;
using std::string_view;

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

constexpr std::array<string_view, 3> kOnDenied{"reject", "filter", "null"};
constexpr std::array<string_view, 2> kSelectStar{"reject", "expand_safe"};
constexpr std::array<string_view, 3> kViews{"transparent", "strict", "opaque"};
constexpr std::array<string_view, 3> kSystemCatalogs{"safe", "none", "all"};
constexpr std::array<string_view, 2> kOnCostExceeded{"warn", "deny"};
constexpr std::array<string_view, 2> kOnError{"deny", "allow"};

constexpr Range kPlans{0, 1'000'000};
constexpr Range kStatementsPerMinute{0, 10'000'000};
constexpr Range kRunning{0, 100'000};
constexpr Range kResultRows{0, 1'000'000'000'000};
constexpr Range kResultBytes{0, 1ll << 50};

constexpr auto kKeys = std::to_array<Key>({
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
});

}  // namespace

Keys profile_keys() { return kKeys; }

}  // namespace gateway::config
