// SPDX-License-Identifier: Apache-2.0
#include "gateway/suggest/contradictions.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "policy/rules/access.h"
#include "policy/rules/words.h"

namespace gateway::suggest {
namespace {

namespace catalog = policy::catalog;
using policy::Refusal;

// By rule, what it refuses of what was used: one name is enough.
using Refused = std::map<std::string, std::string>;

class Admission {
 public:
  Admission(const Usage& usage, const Basis& basis, const policy::AccessPolicy& policy)
      : usage_(usage),
        rewrites_(basis.policy.columns.on_denied != policy::OnDenied::Reject ||
                  basis.policy.columns.select_star_policy != policy::SelectStar::Reject),
        access_(policy, basis.catalog, basis.search_path) {}

  Refused refused() {
    for (const auto& [name, used] : usage_.relations) look(name.first, name.second, used);
    for (const auto& function : access_.snapshot().functions()) look(function);
    return std::move(refused_);
  }

 private:
  void note(const Refusal* refusal, const std::string& what) {
    if (refusal != nullptr) refused_.emplace(refusal->rule, what);
  }

  void look(const std::string& schema, const std::string& name, const RelationUsage& used) {
    const auto* found = access_.snapshot().schema(schema);
    const auto* relation =
        found == nullptr ? nullptr : access_.snapshot().relation(found->oid, name);
    if (relation == nullptr) return;
    const std::string words = rule_name(schema, name);
    const bool is_sequence = relation->kind == catalog::RelationKind::Sequence;
    note(is_sequence ? access_.named(*relation) : access_.relation(*relation), words);
    for (const auto& column : relation->columns) {
      // What a rewrite leaves out of a star was not used.
      const bool is_in_row = used.whole_rows > 0 && !rewrites_;
      if (!is_in_row && !used.columns.contains(std::string(column.name))) continue;
      note(access_.column(*relation, column.number), words + '.' + std::string(column.name));
    }
  }

  void look(const catalog::Function& function) {
    std::string name = policy::rules::signature(access_.snapshot(), function);
    if (function.decision != catalog::Decision::NotBuiltIn) name.insert(0, "pg_catalog.");
    if (usage_.functions.contains(name)) note(access_.function(function), name);
  }

  const Usage& usage_;
  bool rewrites_;
  policy::Access access_;
  Refused refused_;
};

struct List {
  std::string_view rule;
  std::vector<std::string>& entries;
};

std::array<List, 3> lists_of(policy::AccessPolicy& policy) {
  return {List{"columns.denied[", policy.columns.denied},
          List{"columns.denied_patterns[", policy.columns.denied_patterns},
          List{"functions.denied[", policy.functions.denied}};
}

// The entry that a rule names by its index; nothing: it is of another kind.
std::optional<std::size_t> index_in(const List& list, std::string_view rule) {
  if (!rule.starts_with(list.rule)) return std::nullopt;
  rule.remove_prefix(list.rule.size());
  std::size_t index = 0;
  std::from_chars(rule.data(), rule.data() + rule.size(), index);
  return index < list.entries.size() ? std::optional(index) : std::nullopt;
}

// The entries that were refused, out of one list. The last first: indexes stay valid.
bool drop(const List& list, const Refused& refused, std::vector<std::string>& remarks) {
  std::map<std::size_t, std::string, std::greater<>> found;
  for (const auto& [rule, what] : refused) {
    if (const auto index = index_in(list, rule)) found.emplace(*index, what);
  }
  for (const auto& [index, what] : found) {
    remarks.push_back(std::string(list.rule.substr(0, list.rule.size() - 1)) + " does without \"" +
                      list.entries[index] + "\": " + what + " was used.");
    list.entries.erase(list.entries.begin() + static_cast<std::ptrdiff_t>(index));
  }
  return !found.empty();
}

bool drop_entries(const Refused& refused, Suggestion& made) {
  bool any = false;
  for (const List& list : lists_of(made.policy)) {
    any = drop(list, refused, made.remarks) || any;
  }
  return any;
}

}  // namespace

void remove_contradictions(const Usage& usage, const Basis& basis, Suggestion& made) {
  for (;;) {
    const Refused refused = Admission(usage, basis, made.policy).refused();
    if (drop_entries(refused, made)) continue;
    for (const auto& [rule, what] : refused) {
      std::string remark = "No list admits ";
      remark.append(what).append(": it stays refused (").append(rule).append(").");
      made.remarks.push_back(std::move(remark));
    }
    return;
  }
}

}  // namespace gateway::suggest
