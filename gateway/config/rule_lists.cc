// SPDX-License-Identifier: Apache-2.0
#include "gateway/config/rule_lists.h"

#include <fmt/format.h>

namespace gateway::config {
namespace {

using policy::rules::NameKind;

// Where "(integer)" begins; npos: it is not written.
std::size_t arguments_at(std::string_view text) {
  bool is_quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') is_quoted = !is_quoted;
    if (text[i] == '(' && !is_quoted) return i;
  }
  return std::string_view::npos;
}

}  // namespace

std::vector<RuleList> rule_lists(const policy::AccessPolicy& policy) {
  return {{"allowed_schemas", NameKind::Schema, &policy.allowed_schemas},
          {"tables.allowed", NameKind::Relation, &policy.tables.allowed},
          {"tables.denied", NameKind::Relation, &policy.tables.denied},
          {"columns.denied", NameKind::Column, &policy.columns.denied},
          {"columns.denied_patterns", NameKind::Column, &policy.columns.denied_patterns},
          {"functions.allowed", NameKind::Function, &policy.functions.allowed},
          {"functions.denied", NameKind::Function, &policy.functions.denied},
          {"trusted_views", NameKind::Relation, &policy.trusted_views},
          {"foreign_tables", NameKind::Relation, &policy.foreign_tables}};
}

std::expected<policy::rules::NamePattern, std::string> parse_rule(const RuleList& list,
                                                                  std::string_view entry) {
  if (list.kind == NameKind::Function) {
    const auto arguments = arguments_at(entry);
    if (arguments != std::string_view::npos && !entry.ends_with(')')) {
      return std::unexpected("has a '(' but does not end with ')'");
    }
    entry = entry.substr(0, arguments);
  }
  return policy::rules::parse_name_pattern(entry, list.kind);
}

bool allows_relations(std::string_view list) {
  return list == "tables.allowed" || list == "trusted_views" || list == "foreign_tables";
}

bool is_plain(const policy::rules::NamePattern& relation) {
  return relation.parts.size() == 1 && !relation.parts[0].has_globs;
}

bool allows_all_of(const policy::rules::NamePattern& wide,
                   const policy::rules::NamePattern& narrow) {
  return covers(wide, narrow) && (!is_plain(wide) || is_plain(narrow));
}

const AccessRules& RuleSite::rules() const {
  return principal == nullptr ? database.access : principal->access;
}

std::vector<RuleSite> rule_sites(const Config& config) {
  std::vector<RuleSite> sites;
  for (std::size_t i = 0; i < config.databases.size(); ++i) {
    const Database& database = config.databases[i];
    sites.push_back({database, nullptr, fmt::format("databases[{}].access_policy", i)});
    for (std::size_t j = 0; j < database.principals.size(); ++j) {
      sites.push_back({database, &database.principals[j],
                       fmt::format("databases[{}].principals[{}].access_policy", i, j)});
    }
  }
  return sites;
}

}  // namespace gateway::config
