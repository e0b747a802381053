// SPDX-License-Identifier: Apache-2.0
#include "gateway/suggest/suggestion.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "gateway/suggest/contradictions.h"
#include "policy/catalog/known_relations.h"
#include "policy/rules/words.h"

namespace gateway::suggest {
namespace {

namespace catalog = policy::catalog;
using catalog::Relation;
using catalog::RelationKind;
using policy::rules::quoted_name;

const Relation* find(const catalog::Snapshot& snapshot, const std::string& schema,
                     const std::string& relation) {
  const auto* found = snapshot.schema(schema);
  return found == nullptr ? nullptr : snapshot.relation(found->oid, relation);
}

// The schema of a signature, without quotes.
std::string schema_of(const std::string& signature) {
  std::string name;
  bool is_quoted = false;
  for (const char c : signature) {
    if (c == '"') {
      is_quoted = !is_quoted;
    } else if (c == '.' && !is_quoted) {
      return name;
    } else {
      name.push_back(c);
    }
  }
  return {};
}

class Builder {
 public:
  Builder(const Usage& usage, const Basis& basis) : usage_(usage), basis_(basis) {}

  Suggestion run() {
    made_.policy = basis_.policy;
    made_.policy.tables = {};
    made_.policy.trusted_views.clear();
    made_.policy.functions.allowed.clear();
    add_functions();
    for (const auto& [name, used] : usage_.relations) add_relation(name.first, name.second, used);
    made_.policy.allowed_schemas.assign(schemas_.begin(), schemas_.end());
    if (basis_.catalog == nullptr) {
      made_.policy.views = policy::Views::Opaque;
      remark(
          "Made without the catalog of the database: columns are left as they were, and views "
          "count as tables. --config or --catalog does better.");
    } else {
      remove_contradictions(usage_, basis_, made_);
    }
    return std::move(made_);
  }

 private:
  void remark(std::string text) { made_.remarks.push_back(std::move(text)); }

  void add_functions() {
    const std::set<std::string> listed = of_listed_extensions();
    for (const auto& [signature, count] : usage_.functions) {
      const std::string schema = schema_of(signature);
      if (schema != "pg_catalog") schemas_.insert(quoted_name(schema));
      if (!listed.contains(signature)) made_.policy.functions.allowed.push_back(signature);
    }
  }

  std::set<std::string> of_listed_extensions() const {
    std::set<std::string> signatures;
    if (basis_.catalog == nullptr) return signatures;
    const auto& listed = basis_.policy.functions.extensions;
    for (const auto& function : basis_.catalog->functions()) {
      if (function.extension.empty()) continue;
      if (std::ranges::find(listed, function.extension) == listed.end()) continue;
      signatures.insert(policy::rules::signature(*basis_.catalog, function));
    }
    return signatures;
  }

  void add_relation(const std::string& schema, const std::string& name, const RelationUsage& used) {
    if (catalog::is_system_schema(schema)) return;
    schemas_.insert(quoted_name(schema));
    made_.policy.tables.allowed.push_back(rule_name(schema, name));
    if (basis_.catalog == nullptr) return;
    const Relation* relation = find(*basis_.catalog, schema, name);
    if (relation == nullptr) {
      return remark(rule_name(schema, name) + " was used, but is not in the catalog any more.");
    }
    if (relation->kind == RelationKind::Foreign) add_foreign(rule_name(schema, name));
    if (relation->kind == RelationKind::View || relation->kind == RelationKind::MaterializedView) {
      made_.policy.trusted_views.push_back(rule_name(schema, name));
    }
    add_unused(*relation, used);
  }

  void add_foreign(const std::string& name) {
    auto& listed = made_.policy.foreign_tables;
    if (std::ranges::find(listed, name) == listed.end()) listed.push_back(name);
  }

  void add_unused(const Relation& relation, const RelationUsage& used) {
    const std::string table = policy::rules::relation_name(*basis_.catalog, relation);
    if (used.whole_rows > 0 || relation.kind == RelationKind::Sequence) return;
    for (const auto& column : relation.columns) {
      if (used.columns.contains(std::string(column.name))) continue;
      made_.policy.columns.denied.push_back(table + '.' + quoted_name(column.name));
    }
  }

  const Usage& usage_;
  const Basis& basis_;
  Suggestion made_;
  std::set<std::string> schemas_;
};

}  // namespace

std::string rule_name(const std::string& schema, const std::string& relation) {
  return quoted_name(schema) + '.' + quoted_name(relation);
}

bool uses_relations(const Usage& usage) {
  return std::ranges::any_of(usage.relations, [](const auto& each) {
    return !catalog::is_system_schema(each.first.first);
  });
}

Suggestion suggest(const Usage& usage, const Basis& basis) { return Builder(usage, basis).run(); }

}  // namespace gateway::suggest
