// SPDX-License-Identifier: Apache-2.0
#include "gateway/config/lint_site.h"

#include <fmt/format.h>

#include "gateway/config/text.h"

namespace gateway::config {

std::string describe(const Rule& rule) {
  return fmt::format("{}[{}] ('{}')", rule.list, rule.index, printable(rule.text));
}

LintSite::LintSite(Findings& findings, const RuleSite& site) : findings_(findings), site_(site) {
  for (const RuleList& list : rule_lists(site.rules().policy)) {
    auto& rules = rules_[list.key];
    for (std::size_t i = 0; i < list.entries->size(); ++i) {
      const std::string& text = (*list.entries)[i];
      auto pattern = parse_rule(list, text);
      if (pattern) rules.push_back({list.key, i, text, std::move(*pattern)});
    }
  }
}

const std::vector<Rule>& LintSite::rules(std::string_view list) const { return rules_.at(list); }

bool LintSite::given(std::string_view list) const {
  return findings_.given(fmt::format("{}.{}", site_.path, list));
}

void LintSite::warn(const Rule& rule, std::string_view message) const {
  if (!given(rule.list)) return;
  findings_.warning(path(rule), fmt::format("'{}' {}", printable(rule.text), message));
}

void LintSite::warn(const Rule& rule, const Rule& other, std::string_view message) const {
  if (given(rule.list)) return warn(rule, message);
  if (!given(other.list)) return;
  findings_.warning(path(other),
                    fmt::format("{}, which is from the database, {}", describe(rule), message));
}

std::string LintSite::path(const Rule& rule) const {
  return fmt::format("{}.{}[{}]", site_.path, rule.list, rule.index);
}

}  // namespace gateway::config
