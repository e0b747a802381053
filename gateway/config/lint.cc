// SPDX-License-Identifier: Apache-2.0
#include "gateway/config/lint.h"

#include <fmt/format.h>

#include <algorithm>

#include "gateway/config/lint_site.h"

namespace gateway::config {
namespace {

using policy::rules::kNameBytesMax;
using policy::rules::NamePart;
using policy::rules::NamePattern;

constexpr std::ptrdiff_t kStarsMax = 2;  // in a part

bool covers_rule(const Rule& rule, const NamePattern& pattern) {
  return allows_relations(rule.list) ? allows_all_of(rule.pattern, pattern)
                                     : covers(rule.pattern, pattern);
}

const Rule* find_covering(const std::vector<Rule>& rules, const NamePattern& pattern) {
  const auto found =
      std::ranges::find_if(rules, [&](const Rule& rule) { return covers_rule(rule, pattern); });
  return found == rules.end() ? nullptr : &*found;
}

const Rule* find_overlapping(const std::vector<Rule>& rules, const NamePattern& pattern) {
  const auto found = std::ranges::find_if(
      rules, [&pattern](const Rule& rule) { return may_overlap(rule.pattern, pattern); });
  return found == rules.end() ? nullptr : &*found;
}

// Of a column's pattern: its table.
NamePattern table_of(const NamePattern& column) {
  NamePattern table = column;
  table.parts.pop_back();
  return table;
}

bool is_stars(const NamePart& part) {
  return part.has_globs && part.text.find_first_not_of('*') == std::string::npos;
}

bool is_everything(const NamePattern& pattern) {
  return std::ranges::all_of(pattern.parts, is_stars);
}

// A denied table beside a list of allowed ones: that list decides, whatever is denied.
void lint_denied_tables(const LintSite& site) {
  const auto& allowed = site.rules("tables.allowed");
  if (allowed.empty()) return;
  for (const Rule& denied : site.rules("tables.denied")) {
    if (const Rule* by = find_covering(allowed, denied.pattern)) {
      site.warn(denied, *by,
                fmt::format("is denied and allowed: tables.allowed wins, so {} lets it be read; "
                            "remove one of them",
                            describe(*by)));
    } else if (const Rule* part = find_overlapping(allowed, denied.pattern)) {
      site.warn(denied, *part,
                fmt::format("has no effect: tables.allowed wins, so what {} names of it can be "
                            "read and the rest cannot; remove it or narrow the other",
                            describe(*part)));
    } else {
      site.warn(denied, allowed.front(),
                "has no effect: tables.allowed is not empty and does not name it, so it is refused "
                "anyway; remove it");
    }
  }
}

// Two lists in which the same says the same, or twice the same one.
void lint_repeated(const LintSite& site, std::string_view list, std::string_view other_list) {
  const bool is_same_list = list == other_list;
  for (const Rule& rule : site.rules(list)) {
    for (const Rule& other : site.rules(other_list)) {
      if (is_same_list && other.index == rule.index) continue;
      if (!covers_rule(other, rule.pattern)) continue;
      // Of two that are equal the second one is too many.
      const bool is_first = is_same_list ? rule.index < other.index : list < other_list;
      if (is_first && covers_rule(rule, other.pattern)) continue;
      site.warn(rule, other,
                fmt::format("says nothing new: {} covers it; remove it", describe(other)));
      break;
    }
  }
}

// Functions with arguments are their own: f(integer) and f(text) are two.
void lint_repeated_functions(const LintSite& site, std::string_view list) {
  const auto& rules = site.rules(list);
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const auto end = rules.begin() + static_cast<std::ptrdiff_t>(i);
    const auto same = std::find_if(rules.begin(), end,
                                   [&](const Rule& rule) { return rule.text == rules[i].text; });
    if (same == end) continue;
    site.warn(rules[i],
              fmt::format("says nothing new: {} is the same; remove it", describe(*same)));
  }
}

void lint_functions(const LintSite& site) {
  for (const Rule& allowed : site.rules("functions.allowed")) {
    for (const Rule& denied : site.rules("functions.denied")) {
      const bool has_arguments = denied.text.contains('(');
      const bool is_denied =
          has_arguments ? denied.text == allowed.text : covers(denied.pattern, allowed.pattern);
      if (!is_denied) continue;
      site.warn(
          allowed, denied,
          fmt::format("is allowed and denied: functions.denied wins, so {} refuses it; remove "
                      "one of them",
                      describe(denied)));
      break;
    }
  }
}

// The schema that a rule spells out, if any.
const NamePart* schema_of(const Rule& rule) {
  const std::size_t most = rule.list.starts_with("columns.") ? 3 : 2;
  return rule.pattern.parts.size() == most ? &rule.pattern.parts[0] : nullptr;
}

void lint_schemas(const LintSite& site) {
  const auto& schemas = site.rules("allowed_schemas");
  if (schemas.empty()) return;
  for (const std::string_view list : kRuleLists) {
    if (list == "allowed_schemas" || list.starts_with("functions.")) continue;
    for (const Rule& rule : site.rules(list)) {
      const NamePart* schema = schema_of(rule);
      if (schema == nullptr || find_overlapping(schemas, {{*schema}}) != nullptr) continue;
      site.warn(rule, schemas.front(),
                "has no effect: its schema is not in allowed_schemas, so nothing of it can be "
                "read; add the schema there or remove this");
    }
  }
}

void lint_columns(const LintSite& site, std::string_view list) {
  const auto& allowed = site.rules("tables.allowed");
  for (const Rule& column : site.rules(list)) {
    const NamePattern table = table_of(column.pattern);
    if (!allowed.empty() && find_overlapping(allowed, table) == nullptr) {
      site.warn(column, allowed.front(),
                "has no effect: tables.allowed does not name its table, so nothing of it can be "
                "read; remove it");
    }
    if (!allowed.empty()) continue;
    if (const Rule* by = find_covering(site.rules("tables.denied"), table)) {
      site.warn(column, *by,
                fmt::format("has no effect: {} denies the whole table; remove it", describe(*by)));
    }
  }
}

std::string_view said_by_everything(std::string_view list) {
  if (list == "allowed_schemas") return "allows every schema, as an empty list does; remove it";
  if (list == "tables.allowed") {
    return "allows every table, and tables.denied no longer counts; remove it or name the tables";
  }
  if (list == "tables.denied") return "denies every table; name the tables, or set tables.allowed";
  if (list.starts_with("columns.")) return "denies every column; name tables or columns";
  if (list == "functions.allowed") return "allows every function, whatever it does; name them";
  if (list == "functions.denied") return "denies every function; name them";
  if (list == "trusted_views") return "trusts every view, whatever it reads; name them";
  return "allows every foreign table; name them";
}

// Characters other than `*`: no name is shorter than that.
std::ptrdiff_t least_bytes(const NamePart& part) {
  return std::ssize(part.text) - (part.has_globs ? std::ranges::count(part.text, '*') : 0);
}

void lint_width(const LintSite& site, std::string_view list) {
  for (const Rule& rule : site.rules(list)) {
    if (is_everything(rule.pattern)) {
      site.warn(rule, said_by_everything(list));
      continue;
    }
    for (const NamePart& part : rule.pattern.parts) {
      if (part.has_globs && std::ranges::count(part.text, '*') > kStarsMax) {
        site.warn(rule, fmt::format("has more than {} '*' in a part: too broad to tell what it "
                                    "names; write narrower ones",
                                    kStarsMax));
      }
      if (part.was_cut) {
        site.warn(rule,
                  fmt::format("is longer than a name can be: it counts as its first {} bytes, "
                              "as PostgreSQL cuts it; write those",
                              kNameBytesMax));
      }
      if (least_bytes(part) > std::ptrdiff_t{kNameBytesMax}) {
        site.warn(rule,
                  fmt::format("matches nothing: no name is longer than {} bytes", kNameBytesMax));
      }
    }
  }
}

bool has_data_rules(const policy::AccessPolicy& policy) {
  return !policy.tables.allowed.empty() || !policy.tables.denied.empty() ||
         !policy.columns.denied.empty() || !policy.columns.denied_patterns.empty();
}

void lint_site(Findings& findings, const RuleSite& rules) {
  const LintSite site(findings, rules);
  if (rules.principal == nullptr && !has_data_rules(rules.rules().policy)) {
    findings.warning(rules.path,
                     "there is no table or column rule: whatever the role can read, clients can; "
                     "set tables.allowed, tables.denied or columns.denied");
  }
  lint_denied_tables(site);
  lint_functions(site);
  lint_schemas(site);
  for (const std::string_view list : {"columns.denied", "columns.denied_patterns"}) {
    lint_columns(site, list);
  }
  for (const std::string_view list : kRuleLists) {
    if (list.starts_with("functions.")) {
      lint_repeated_functions(site, list);
    } else {
      lint_repeated(site, list, list);
    }
    lint_width(site, list);
  }
  lint_repeated(site, "columns.denied", "columns.denied_patterns");
  lint_repeated(site, "columns.denied_patterns", "columns.denied");
}

}  // namespace

void lint_access_policies(Findings& findings) {
  for (const RuleSite& site : rule_sites(findings.config())) lint_site(findings, site);
}

void lint_audit(Findings& findings) {
  const Audit& audit = findings.config().audit;
  if (!audit.enabled || audit.storage != Storage::File || !audit.key.empty()) return;
  findings.warning("audit.key",
                   "is not given: the chain shows accidents, not forgery; set it to file:/path or "
                   "\"${VARIABLE}\"");
}

}  // namespace gateway::config
