// SPDX-License-Identifier: Apache-2.0
#include "gateway/config/narrowing.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "gateway/config/rule_lists.h"
#include "policy/rules/name_pattern.h"

namespace gateway::config {
namespace {

using policy::AccessPolicy;
using policy::rules::NameKind;
using policy::rules::NamePattern;
using Texts = std::vector<std::string>;

struct Patterns {
  std::vector<NamePattern> parsed;
  bool all_readable = true;
};

Patterns parse_all(const Texts& texts, NameKind kind) {
  Patterns patterns;
  for (const std::string& text : texts) {
    auto pattern = policy::rules::parse_name_pattern(text, kind);
    patterns.all_readable = patterns.all_readable && pattern.has_value();
    if (pattern) patterns.parsed.push_back(std::move(*pattern));
  }
  return patterns;
}

// Every one of `narrow` is covered by one of `wide`.
bool all_covered(const Texts& narrow, const Texts& wide, NameKind kind) {
  const Patterns inner = parse_all(narrow, kind), outer = parse_all(wide, kind);
  return inner.all_readable && std::ranges::all_of(inner.parsed, [&outer](const auto& pattern) {
           return std::ranges::any_of(outer.parsed,
                                      [&](const auto& around) { return covers(around, pattern); });
         });
}

// The same for lists that allow relations. What a plain name means there: are_homes_narrow().
bool all_allowed(const Texts& narrow, const Texts& wide) {
  const Patterns inner = parse_all(narrow, NameKind::Relation);
  const Patterns outer = parse_all(wide, NameKind::Relation);
  return inner.all_readable && std::ranges::all_of(inner.parsed, [&](const auto& pattern) {
           return std::ranges::any_of(
               outer.parsed, [&](const auto& around) { return allows_all_of(around, pattern); });
         });
}

// Home schemas: those of the search path and those that `allowed_schemas` names without globs.
bool are_homes_narrow(const AccessPolicy& narrow, const AccessPolicy& wide,
                      const Texts& search_path) {
  const Patterns inner = parse_all(narrow.allowed_schemas, NameKind::Schema);
  const Patterns outer = parse_all(wide.allowed_schemas, NameKind::Schema);
  return std::ranges::all_of(inner.parsed, [&](const NamePattern& pattern) {
    return pattern.has_globs() || std::ranges::find(outer.parsed, pattern) != outer.parsed.end() ||
           std::ranges::find(search_path, pattern.parts[0].text) != search_path.end();
  });
}

bool has_plain_names(const AccessPolicy& policy) {
  const auto is_plain_text = [](const std::string& text) { return !text.contains('.'); };
  return std::ranges::any_of(policy.tables.allowed, is_plain_text) ||
         std::ranges::any_of(policy.trusted_views, is_plain_text) ||
         std::ranges::any_of(policy.foreign_tables, is_plain_text) ||
         std::ranges::any_of(policy.functions.allowed, is_plain_text);
}

bool none_overlap(const Texts& left, const Texts& right, NameKind kind) {
  const Patterns a = parse_all(left, kind), b = parse_all(right, kind);
  return a.all_readable && b.all_readable && std::ranges::none_of(a.parsed, [&b](const auto& one) {
           return std::ranges::any_of(b.parsed,
                                      [&](const auto& other) { return may_overlap(one, other); });
         });
}

// Entries with arguments compare as texts.
bool are_subset(const Texts& narrow, const Texts& wide) {
  return std::ranges::all_of(narrow, [&wide](const std::string& text) {
    return std::ranges::find(wide, text) != wide.end();
  });
}

bool schemas_narrow(const AccessPolicy& narrow, const AccessPolicy& wide,
                    const Texts& search_path) {
  if (has_plain_names(narrow) && !are_homes_narrow(narrow, wide, search_path)) return false;
  if (wide.allowed_schemas.empty()) return true;
  return !narrow.allowed_schemas.empty() &&
         all_covered(narrow.allowed_schemas, wide.allowed_schemas, NameKind::Schema);
}

// An `allowed` that is not empty is all that counts.
bool allowed_tables_narrow(const AccessPolicy& narrow, const AccessPolicy& wide) {
  if (wide.tables.allowed.empty()) return true;
  return !narrow.tables.allowed.empty() && all_allowed(narrow.tables.allowed, wide.tables.allowed);
}

bool denied_tables_narrow(const AccessPolicy& narrow, const AccessPolicy& wide) {
  if (!wide.tables.allowed.empty()) return true;
  if (!narrow.tables.allowed.empty()) {
    return none_overlap(narrow.tables.allowed, wide.tables.denied, NameKind::Relation);
  }
  return all_covered(wide.tables.denied, narrow.tables.denied, NameKind::Relation);
}

Texts denied_columns(const AccessPolicy& policy) {
  Texts all = policy.columns.denied;
  all.insert(all.end(), policy.columns.denied_patterns.begin(),
             policy.columns.denied_patterns.end());
  return all;
}

bool columns_narrow(const AccessPolicy& narrow, const AccessPolicy& wide) {
  return all_covered(denied_columns(wide), denied_columns(narrow), NameKind::Column);
}

// `reject` is the narrowest; the others do not compare.
template <class E>
bool is_no_looser(E narrow, E wide) {
  return narrow == wide || narrow == E::Reject;
}

int width(policy::Views views) {
  switch (views) {
    case policy::Views::Strict: return 0;
    case policy::Views::Transparent: return 1;
    case policy::Views::Opaque: return 2;
  }
  return 2;
}

int width(policy::SystemCatalogs catalogs) {
  switch (catalogs) {
    case policy::SystemCatalogs::None: return 0;
    case policy::SystemCatalogs::Safe: return 1;
    case policy::SystemCatalogs::All: return 2;
  }
  return 2;
}

bool explain_narrows(const ExplainPolicy& narrow, const ExplainPolicy& wide) {
  if (!wide.enabled || narrow == wide) return true;
  const bool flags = narrow.enabled &&
                     narrow.deny_seq_scan_on_large_tables >= wide.deny_seq_scan_on_large_tables &&
                     narrow.on_cost_exceeded >= wide.on_cost_exceeded &&
                     narrow.on_error <= wide.on_error;
  return flags && narrow.max_estimated_rows <= wide.max_estimated_rows &&
         narrow.max_estimated_cost <= wide.max_estimated_cost &&
         narrow.large_table_threshold <= wide.large_table_threshold;
}

// 0 is no limit.
bool limit_narrows(std::size_t narrow, std::size_t wide) {
  return wide == 0 || (narrow != 0 && narrow <= wide);
}

}  // namespace

std::optional<std::string_view> widening(const UsageLimits& narrow, const UsageLimits& wide) {
  if (!limit_narrows(narrow.statements_per_minute, wide.statements_per_minute)) {
    return "limits.statements_per_minute";
  }
  if (!limit_narrows(narrow.running_statements, wide.running_statements)) {
    return "limits.running_statements";
  }
  if (!limit_narrows(narrow.max_user_client_connections, wide.max_user_client_connections)) {
    return "limits.max_user_client_connections";
  }
  if (!limit_narrows(narrow.max_result_rows, wide.max_result_rows)) {
    return "limits.max_result_rows";
  }
  if (!limit_narrows(narrow.max_result_bytes, wide.max_result_bytes)) {
    return "limits.max_result_bytes";
  }
  return std::nullopt;
}

std::optional<std::string_view> widening(Mode narrow, Mode wide) {
  if (narrow > wide) return "mode";
  return std::nullopt;
}

std::optional<std::string_view> widening(const AccessRules& narrow, const AccessRules& wide,
                                         const Texts& search_path) {
  const AccessPolicy& n = narrow.policy;
  const AccessPolicy& w = wide.policy;
  struct Comparison {
    std::string_view key;
    bool is_no_wider;
  };
  const auto trusted = all_allowed(n.trusted_views, w.trusted_views);
  const auto foreign = all_allowed(n.foreign_tables, w.foreign_tables);
  const Comparison comparisons[] = {
      {"access_policy.allowed_schemas", schemas_narrow(n, w, search_path)},
      {"access_policy.tables.allowed", allowed_tables_narrow(n, w)},
      {"access_policy.tables.denied", denied_tables_narrow(n, w)},
      {"access_policy.columns.denied", columns_narrow(n, w)},
      {"access_policy.columns.on_denied", is_no_looser(n.columns.on_denied, w.columns.on_denied)},
      {"access_policy.columns.select_star_policy",
       is_no_looser(n.columns.select_star_policy, w.columns.select_star_policy)},
      {"access_policy.functions.allowed", are_subset(n.functions.allowed, w.functions.allowed)},
      {"access_policy.functions.denied", are_subset(w.functions.denied, n.functions.denied)},
      {"access_policy.functions.extensions",
       are_subset(n.functions.extensions, w.functions.extensions)},
      {"access_policy.views", width(n.views) <= width(w.views)},
      {"access_policy.trusted_views", trusted},
      {"access_policy.system_catalogs", width(n.system_catalogs) <= width(w.system_catalogs)},
      {"access_policy.foreign_tables", foreign},
      {"access_policy.allow_explain", narrow.allow_explain <= wide.allow_explain},
      {"access_policy.explain_policy", explain_narrows(narrow.explain, wide.explain)}};
  const auto wider = std::ranges::find(comparisons, false, &Comparison::is_no_wider);
  if (wider == std::end(comparisons)) return std::nullopt;
  return wider->key;
}

}  // namespace gateway::config
