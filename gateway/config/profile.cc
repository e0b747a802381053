// SPDX-License-Identifier: Apache-2.0
#include "gateway/config/profile.h"

#include <string>
#include <utility>

#include "gateway/config/libpq.h"

namespace gateway::config {
namespace {

policy::Mode mode_of(Mode mode) {
  switch (mode) {
    case Mode::ReadOnly: return policy::Mode::ReadOnly;
    case Mode::Balanced: return policy::Mode::Balanced;
    case Mode::Permissive: return policy::Mode::Permissive;
  }
  return policy::Mode::ReadOnly;
}

policy::PlanLimits limits_of(const ExplainPolicy& explain) {
  policy::PlanLimits limits;
  limits.rows_max = static_cast<double>(explain.max_estimated_rows);
  limits.cost_max = static_cast<double>(explain.max_estimated_cost);
  limits.on_cost_exceeded = explain.on_cost_exceeded == OnCostExceeded::Deny
                                ? policy::OnCostExceeded::Deny
                                : policy::OnCostExceeded::Warn;
  limits.denies_large_seq_scans = explain.deny_seq_scan_on_large_tables;
  limits.large_table_rows = static_cast<double>(explain.large_table_threshold);
  limits.on_error =
      explain.on_error == OnError::Allow ? policy::OnPlanError::Allow : policy::OnPlanError::Deny;
  limits.timeout = explain.timeout;
  limits.cache_ttl = explain.cache_ttl;
  limits.cache_entries_max = explain.cache_max_size;
  return limits;
}

}  // namespace

bool has_rules(const AccessRules& access) {
  if (access.explain.enabled) return true;
  const bool limits_catalogs =
      access.names_catalogs && access.policy.system_catalogs != policy::SystemCatalogs::All;
  return limits_catalogs || access.policy != policy::AccessPolicy{};
}

policy::Profile profile_of(const Database& database, const Listen& listen) {
  return profile_of(database, {database.mode, database.access, database.limits, std::nullopt},
                    listen);
}

policy::Profile profile_of(const Database& database, const ProfileInputs& inputs,
                           const Listen& listen) {
  policy::Profile profile;
  profile.mode = mode_of(inputs.mode);
  profile.enforcement = database.enforcement;
  profile.allow_explain = inputs.access.allow_explain;
  if (inputs.access.explain.enabled) profile.plan = limits_of(inputs.access.explain);
  profile.allowed_gucs = database.allowed_gucs;
  profile.max_statement_bytes = listen.max_statement_bytes;
  profile.statements_per_minute_max = inputs.limits.statements_per_minute;
  profile.running_max = inputs.limits.running_statements;
  profile.clients_max = inputs.limits.max_user_client_connections;
  profile.query_time_max = database.query_timeout;
  profile.transaction_time_max = database.transaction_timeout;
  if (inputs.mode == Mode::ReadOnly) {
    profile.result_rows_max = inputs.limits.max_result_rows;
    profile.result_bytes_max = inputs.limits.max_result_bytes;
  }
  const auto pin = [&](std::string name, Duration timeout) {
    profile.pinned_timeouts.push_back(
        {std::move(name), static_cast<std::uint64_t>(timeout.count())});
  };
  pin("idle_in_transaction_session_timeout", database.idle_in_transaction_timeout);
  pin("statement_timeout", database.statement_timeout);
  for (const auto& [name, value] : pinned_settings(database)) {
    if (name == "search_path") profile.search_path = value;
  }
  return profile;
}

}  // namespace gateway::config
