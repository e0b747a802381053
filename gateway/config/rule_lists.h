// SPDX-License-Identifier: Apache-2.0
// The lists of names in an access policy, for what looks at all of them alike.
#pragma once

#include <array>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/config/config.h"
#include "policy/rules/name_pattern.h"

namespace gateway::config {

struct RuleList {
  std::string_view key;  // "tables.denied", under access_policy
  policy::rules::NameKind kind;
  const std::vector<std::string>* entries;  // of the policy
};

// Their keys, in order.
inline constexpr std::array<std::string_view, 9> kRuleLists{
    "allowed_schemas",  "tables.allowed",          "tables.denied",
    "columns.denied",   "columns.denied_patterns", "functions.allowed",
    "functions.denied", "trusted_views",           "foreign_tables"};

// True for those that allow relations.
bool allows_relations(std::string_view list);

// All but `functions.extensions`.
std::vector<RuleList> rule_lists(const policy::AccessPolicy& policy);

// One entry. Of a function the arguments are left out: "public.f(integer)" is public.f.
std::expected<policy::rules::NamePattern, std::string> parse_rule(const RuleList& list,
                                                                  std::string_view entry);

// A table's name alone. In a list that allows it means the home schemas: those of the search path
// and those that `allowed_schemas` names without globs.
bool is_plain(const policy::rules::NamePattern& relation);

// covers() for items of lists that allow relations.
bool allows_all_of(const policy::rules::NamePattern& wide,
                   const policy::rules::NamePattern& narrow);

// An access policy and where it stands.
struct RuleSite {
  const Database& database;
  const Principal* principal;  // null: the database itself
  std::string path;            // "databases[0].principals[1].access_policy"

  const AccessRules& rules() const;
};

// Of every database, then of its principals.
std::vector<RuleSite> rule_sites(const Config& config);

}  // namespace gateway::config
