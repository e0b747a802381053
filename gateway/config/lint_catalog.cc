// SPDX-License-Identifier: Apache-2.0
#include "gateway/config/lint_catalog.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "gateway/config/catalog_names.h"
#include "gateway/config/lint_site.h"
#include "gateway/config/text.h"

namespace gateway::config {
namespace {

std::string_view noun(std::string_view list) {
  if (list == "allowed_schemas") return "schema";
  if (list.starts_with("columns.")) return "column";
  if (list.starts_with("functions.")) return "function";
  if (list == "trusted_views") return "view";
  return list == "foreign_tables" ? "foreign table" : "table";
}

// A plain name in a list that allows means the home schemas: elsewhere it says nothing.
void lint_home(const LintSite& site, const Rule& rule, const CatalogNames& names) {
  if (!allows_relations(rule.list) || !is_plain(rule.pattern)) return;
  const auto& search_path = site.site().database.safe_search_path;
  const auto is_home = [&](std::string_view schema) {
    return schema == "pg_catalog" || std::ranges::find(search_path, schema) != search_path.end() ||
           std::ranges::any_of(site.rules("allowed_schemas"), [schema](const Rule& allowed) {
             return !allowed.pattern.has_globs() && allowed.pattern.matches({schema});
           });
  };
  const auto schemas = names.schemas_with(rule.pattern);
  if (schemas.empty() || std::ranges::any_of(schemas, is_home)) return;
  site.warn(rule, fmt::format("is only in schema {}, which is neither in safe_search_path nor in "
                              "allowed_schemas: write {}.{}",
                              printable(schemas.front()), printable(schemas.front()),
                              printable(rule.text)));
}

void lint_rule(const LintSite& site, const Rule& rule, const CatalogNames& names) {
  if (names.names_something(rule.list, rule.pattern)) return lint_home(site, rule, names);
  const auto near = names.nearest_to(rule.list, rule.pattern);
  const std::string advice = near ? fmt::format("; the nearest is {}", printable(*near))
                                  : std::string("; remove it or mend it");
  site.warn(rule, fmt::format("names no {} of this catalog{}", noun(rule.list), advice));
}

void lint_extensions(Findings& findings, const RuleSite& rules, const CatalogNames& names) {
  const auto& extensions = rules.rules().policy.functions.extensions;
  const std::string path = rules.path + ".functions.extensions";
  if (!findings.given(path)) return;
  for (std::size_t i = 0; i < extensions.size(); ++i) {
    if (names.has_extension(extensions[i])) continue;
    findings.warning(
        fmt::format("{}[{}]", path, i),
        fmt::format("'{}' is no extension that has anything in this catalog; remove it",
                    printable(extensions[i])));
  }
}

}  // namespace

void lint_catalog(Findings& findings, std::size_t database,
                  const policy::catalog::Snapshot& snapshot) {
  const CatalogNames names(snapshot);
  for (const RuleSite& rules : rule_sites(findings.config())) {
    if (&rules.database != &findings.config().databases[database]) continue;
    const LintSite site(findings, rules);
    for (const std::string_view list : kRuleLists) {
      if (!site.given(list)) continue;
      for (const Rule& rule : site.rules(list)) lint_rule(site, rule, names);
    }
    lint_extensions(findings, rules, names);
  }
}

}  // namespace gateway::config
