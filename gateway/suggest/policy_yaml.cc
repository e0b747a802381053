// SPDX-License-Identifier: Apache-2.0
#include "gateway/suggest/policy_yaml.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <string_view>
#include <utility>

#include "gateway/config/show.h"

namespace gateway::suggest {
namespace {

using config::quoted;
using Counts = std::map<std::string, std::string>;

// What ends a line for some reader of YAML, and so a comment: NEL, LS, PS.
constexpr std::string_view kLineEnds[] = {"\xC2\x85", "\xE2\x80\xA8", "\xE2\x80\xA9"};

std::string comment(std::string_view text) {
  std::string line = "# ";
  while (!text.empty()) {
    const auto end = std::ranges::find_if(
        kLineEnds, [&](std::string_view each) { return text.starts_with(each); });
    const bool is_end = end != std::end(kLineEnds);
    line.push_back(is_end || static_cast<unsigned char>(text[0]) < ' ' ? ' ' : text[0]);
    text.remove_prefix(is_end ? end->size() : 1);
  }
  return line + '\n';
}

std::string_view word(policy::Views views) {
  switch (views) {
    case policy::Views::Transparent: return "transparent";
    case policy::Views::Strict: return "strict";
    case policy::Views::Opaque: return "opaque";
  }
  return "strict";
}

std::string_view word(policy::SystemCatalogs catalogs) {
  switch (catalogs) {
    case policy::SystemCatalogs::Safe: return "safe";
    case policy::SystemCatalogs::None: return "none";
    case policy::SystemCatalogs::All: return "all";
  }
  return "none";
}

std::string_view word(policy::OnDenied on_denied) {
  switch (on_denied) {
    case policy::OnDenied::Reject: return "reject";
    case policy::OnDenied::Filter: return "filter";
    case policy::OnDenied::Null: return "null";
  }
  return "reject";
}

std::string_view word(policy::SelectStar star) {
  return star == policy::SelectStar::ExpandSafe ? "expand_safe" : "reject";
}

// Lines of a mapping, `depth` levels in.
class Yaml {
 public:
  explicit Yaml(std::string& text, std::string indent) : text_(text), indent_(std::move(indent)) {}

  void key(const std::string& name) { text_ += indent_ + name + ":\n"; }
  void value(const std::string& name, std::string_view value) {
    text_ += indent_ + name + ": " + std::string(value) + '\n';
  }
  void list(const std::string& name, const std::vector<std::string>& entries,
            const Counts& counts = {}) {
    if (entries.empty()) return value(name, "[]");
    key(name);
    for (const auto& entry : entries) {
      const auto count = counts.find(entry);
      text_ += indent_ + "  - " + quoted(entry);
      text_ += count == counts.end() ? "\n" : "  # " + count->second + '\n';
    }
  }
  Yaml inside() { return Yaml(text_, indent_ + "  "); }

 private:
  std::string& text_;
  std::string indent_;
};

std::string count_of(const RelationUsage& used) {
  std::string text = "read by " + std::to_string(used.reads);
  if (used.writes > 0) text += ", written by " + std::to_string(used.writes);
  return text;
}

Counts relation_counts(const Usage& usage) {
  Counts counts;
  for (const auto& [name, used] : usage.relations) {
    counts.emplace(rule_name(name.first, name.second), count_of(used));
  }
  return counts;
}

Counts function_counts(const Usage& usage) {
  Counts counts;
  for (const auto& [name, count] : usage.functions) {
    counts.emplace(name, "called by " + std::to_string(count));
  }
  return counts;
}

void write_policy(const Suggested& suggested, Yaml yaml) {
  const policy::AccessPolicy& policy = suggested.suggestion.policy;
  yaml.list("allowed_schemas", policy.allowed_schemas);
  yaml.key("tables");
  yaml.inside().list("allowed", policy.tables.allowed, relation_counts(suggested.usage));
  yaml.key("columns");
  Yaml columns = yaml.inside();
  columns.list("denied", policy.columns.denied);
  columns.list("denied_patterns", policy.columns.denied_patterns);
  columns.value("on_denied", '"' + std::string(word(policy.columns.on_denied)) + '"');
  columns.value("select_star_policy", word(policy.columns.select_star_policy));
  yaml.key("functions");
  Yaml functions = yaml.inside();
  functions.list("allowed", policy.functions.allowed, function_counts(suggested.usage));
  functions.list("denied", policy.functions.denied);
  functions.list("extensions", policy.functions.extensions);
  yaml.value("views", word(policy.views));
  yaml.list("trusted_views", policy.trusted_views);
  yaml.value("system_catalogs", word(policy.system_catalogs));
  yaml.list("foreign_tables", policy.foreign_tables);
  yaml.value("allow_explain", suggested.allow_explain ? "true" : "false");
}

std::string counted(std::size_t count, const std::string& what) {
  return count == 0 ? "" : comment(std::to_string(count) + ' ' + what);
}

std::string preface(const Suggested& suggested) {
  const Usage& usage = suggested.usage;
  const std::string whose = suggested.user.empty() ? "" : " of user " + suggested.user;
  std::string text = comment("From " + std::to_string(usage.statements) + " statements" + whose +
                             " that were allowed. Counts are of statements.");
  text += counted(usage.denied, "were denied: what they used is not admitted.");
  text +=
      counted(usage.unjudged, "ran without an access policy: nothing is known of what they used.");
  text += counted(usage.truncated, "used more than was recorded: it is not admitted.");
  if (!usage.warnings.empty()) {
    text += comment("Warned of, and admitted here as far as a list can. Look at these first:");
  }
  for (const auto& [warning, count] : usage.warnings) {
    text += comment("  " + std::to_string(count) + " x " + warning);
  }
  for (const auto& remark : suggested.suggestion.remarks) text += comment(remark);
  if (suggested.has_plan_gate) text += comment("Keep your explain_policy: nothing is said of it.");
  return text;
}

}  // namespace

std::string database_yaml(const Suggested& suggested) {
  std::string text = preface(suggested) + "access_policy:\n";
  write_policy(suggested, Yaml(text, "  "));
  return text;
}

std::string principals_yaml(const std::vector<Suggested>& users) {
  std::string text = "principals:\n";
  for (const Suggested& each : users) {
    text += preface(each);
    text += "  - match: {users: [" + quoted(each.user) + "]}\n    access_policy:\n";
    write_policy(each, Yaml(text, "      "));
  }
  return text;
}

}  // namespace gateway::suggest
