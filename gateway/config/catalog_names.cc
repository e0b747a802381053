// SPDX-License-Identifier: Apache-2.0
#include "gateway/config/catalog_names.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <span>

#include "gateway/config/nearest.h"

namespace gateway::config {
namespace {

using policy::catalog::Column;
using policy::catalog::Function;
using policy::catalog::Relation;
using policy::catalog::RelationKind;
using policy::catalog::Schema;
using policy::rules::NamePattern;

bool has_rows(RelationKind kind) {
  switch (kind) {
    case RelationKind::Table:
    case RelationKind::Partitioned:
    case RelationKind::View:
    case RelationKind::MaterializedView:
    case RelationKind::Foreign:
    case RelationKind::Sequence:
    case RelationKind::Toast: return true;
    case RelationKind::Composite:
    case RelationKind::Index:
    case RelationKind::PartitionedIndex: return false;
  }
  return false;
}

bool is_meant(std::string_view list, const Relation& relation) {
  if (list == "trusted_views") {
    return relation.kind == RelationKind::View || relation.kind == RelationKind::MaterializedView;
  }
  if (list == "foreign_tables") return relation.kind == RelationKind::Foreign;
  return has_rows(relation.kind);
}

bool is_of_functions(std::string_view list) { return list.starts_with("functions."); }
bool is_of_columns(std::string_view list) { return list.starts_with("columns."); }

NamePattern without_last(const NamePattern& pattern) {
  NamePattern rest = pattern;
  rest.parts.pop_back();
  return rest;
}

// As it would be written in a rule.
std::string written(std::string_view name) {
  const auto is_plain_byte = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '$';
  };
  if (std::ranges::all_of(name, is_plain_byte)) return std::string(name);
  std::string quoted = "\"";
  for (const char c : name) quoted.append(c == '"' ? 2 : 1, c);
  return quoted + '"';
}

std::string joined(std::span<const std::string_view> names) {
  std::vector<std::string> parts;
  for (const std::string_view name : names) parts.push_back(written(name));
  return fmt::format("{}", fmt::join(parts, "."));
}

// Keeps the candidate that differs least from what was written.
class Nearest {
 public:
  explicit Nearest(const NamePattern& pattern) : count_(pattern.parts.size()) {
    for (const auto& part : pattern.parts) text_ += (text_.empty() ? "" : ".") + part.text;
  }

  // From the outermost; as many of the last ones count as the pattern has parts.
  void offer(std::initializer_list<std::string_view> names) {
    const auto counted = std::span(names.begin(), names.size()).last(count_);
    const std::string text = fmt::format("{}", fmt::join(counted, "."));
    const std::size_t distance = edit_distance(text_, text);
    if (best_ && distance >= distance_) return;
    best_ = joined(counted);
    distance_ = distance;
  }

  const std::optional<std::string>& best() const { return best_; }

 private:
  std::size_t count_;
  std::string text_;
  std::optional<std::string> best_;
  std::size_t distance_ = 0;
};

}  // namespace

bool CatalogNames::names_something(std::string_view list, const NamePattern& pattern) const {
  if (list == "allowed_schemas") {
    return std::ranges::any_of(
        snapshot_.schemas(), [&](const Schema& schema) { return pattern.matches({schema.name}); });
  }
  if (is_of_functions(list)) {
    return std::ranges::any_of(snapshot_.functions(), [&](const Function& function) {
      return pattern.matches({snapshot_.schema_name(function.schema), function.name});
    });
  }
  return std::ranges::any_of(snapshot_.relations(), [&](const Relation& relation) {
    if (!is_meant(list, relation)) return false;
    const std::string_view schema = snapshot_.schema_name(relation.schema);
    if (!is_of_columns(list)) return pattern.matches({schema, relation.name});
    if (!without_last(pattern).matches({schema, relation.name})) return false;
    return std::ranges::any_of(relation.columns, [&](const Column& column) {
      return pattern.parts.back().matches(column.name);
    });
  });
}

std::vector<std::string_view> CatalogNames::schemas_with(const NamePattern& plain) const {
  std::vector<std::string_view> schemas;
  for (const Relation& relation : snapshot_.relations()) {
    if (!has_rows(relation.kind) || !plain.matches({relation.name})) continue;
    schemas.push_back(snapshot_.schema_name(relation.schema));
  }
  return schemas;
}

bool CatalogNames::has_extension(std::string_view name) const {
  const auto is_of = [name](const auto& row) { return row.extension == name; };
  return std::ranges::any_of(snapshot_.functions(), is_of) ||
         std::ranges::any_of(snapshot_.relations(), is_of) ||
         std::ranges::any_of(snapshot_.types(), is_of);
}

std::optional<std::string> CatalogNames::nearest_to(std::string_view list,
                                                    const NamePattern& pattern) const {
  if (pattern.has_globs()) return std::nullopt;
  Nearest nearest(pattern);
  if (list == "allowed_schemas") {
    for (const Schema& schema : snapshot_.schemas()) nearest.offer({schema.name});
    return nearest.best();
  }
  if (is_of_functions(list)) {
    for (const Function& function : snapshot_.functions()) {
      if (list == "functions.allowed" && function.oid < policy::catalog::kFirstUserOid) continue;
      nearest.offer({snapshot_.schema_name(function.schema), function.name});
    }
    return nearest.best();
  }
  // Where its table exists a column is looked for there alone.
  const bool is_column = is_of_columns(list);
  const bool has_table = is_column && names_something("tables.denied", without_last(pattern));
  for (const Relation& relation : snapshot_.relations()) {
    const std::string_view schema = snapshot_.schema_name(relation.schema);
    if (!is_meant(list, relation) || relation.is_built_in()) continue;
    if (!is_column) nearest.offer({schema, relation.name});
    if (!is_column || (has_table && !without_last(pattern).matches({schema, relation.name}))) {
      continue;
    }
    for (const Column& column : relation.columns) {
      nearest.offer({schema, relation.name, column.name});
    }
  }
  return nearest.best();
}

}  // namespace gateway::config
