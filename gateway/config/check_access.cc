// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "gateway/config/check.h"
#include "gateway/config/rule_lists.h"
#include "gateway/config/text.h"

namespace gateway::config {
namespace {

void check_names(Findings& findings, const std::string& path, const RuleList& list) {
  for (std::size_t i = 0; i < list.entries->size(); ++i) {
    const std::string& entry = (*list.entries)[i];
    const auto pattern = parse_rule(list, entry);
    if (pattern) continue;
    findings.error(fmt::format("{}[{}]", path, i),
                   fmt::format("'{}' {}", printable(entry), pattern.error()));
  }
}

void check_extensions(Findings& findings, const RuleSite& site) {
  const auto& extensions = site.rules().policy.functions.extensions;
  for (std::size_t i = 0; i < extensions.size(); ++i) {
    const bool is_name = !extensions[i].empty() && extensions[i].size() <= kNameBytesMax &&
                         extensions[i].find_first_of("*?\" ") == std::string::npos;
    if (is_name) continue;
    findings.error(fmt::format("{}.functions.extensions[{}]", site.path, i),
                   fmt::format("'{}' is no name of an extension: it is written as in pg_extension, "
                               "without quotes and globs",
                               printable(extensions[i])));
  }
}

}  // namespace

void check_access_policies(Findings& findings) {
  for (const RuleSite& site : rule_sites(findings.config())) {
    // What a principal has from its database is reported there.
    for (const RuleList& list : rule_lists(site.rules().policy)) {
      const std::string path = fmt::format("{}.{}", site.path, list.key);
      if (findings.given(path)) check_names(findings, path, list);
    }
    if (findings.given(site.path + ".functions.extensions")) check_extensions(findings, site);
  }
}

}  // namespace gateway::config
