// SPDX-License-Identifier: Apache-2.0
// The lists of names in an access policy, for what looks at all of them alike.
#pragma once

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

// All but `functions.extensions`.
std::vector<RuleList> rule_lists(const policy::AccessPolicy& policy);

// One entry. Of a function the arguments are left out: "public.f(integer)" is public.f.
std::expected<policy::rules::NamePattern, std::string> parse_rule(const RuleList& list,
                                                                  std::string_view entry);

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
