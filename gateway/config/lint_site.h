// SPDX-License-Identifier: Apache-2.0
// The rules of one access policy, parsed, and where to say what is wrong with them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gateway/config/check.h"
#include "gateway/config/rule_lists.h"

namespace gateway::config {

struct Rule {
  std::string_view list;  // "tables.denied"
  std::size_t index;
  std::string text;
  policy::rules::NamePattern pattern;
};

// "tables.denied[0] ('hr.*')"
std::string describe(const Rule& rule);

class LintSite {
 public:
  LintSite(Findings& findings, const RuleSite& site);

  const std::vector<Rule>& rules(std::string_view list) const;
  const RuleSite& site() const { return site_; }
  bool given(std::string_view list) const;

  // About a rule; nothing where it stands elsewhere, as a principal's that its database gave it.
  void warn(const Rule& rule, std::string_view message) const;
  // About a rule that another one decides: at the first of them that stands here.
  void warn(const Rule& rule, const Rule& other, std::string_view message) const;

 private:
  std::string path(const Rule& rule) const;

  Findings& findings_;
  const RuleSite& site_;
  std::map<std::string_view, std::vector<Rule>> rules_;
};

}  // namespace gateway::config
