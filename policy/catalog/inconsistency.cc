// SPDX-License-Identifier: Apache-2.0
#include "policy/catalog/inconsistency.h"

#include <functional>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

namespace policy::catalog {
namespace {

using Problem = std::optional<std::string>;
using QualifiedName = std::pair<Oid, std::string_view>;

struct Hash {
  std::size_t operator()(const QualifiedName& key) const {
    return key.first * 31 + std::hash<std::string_view>{}(key.second);
  }
};

std::string in_quotes(std::string_view text) { return "'" + std::string(text.substr(0, 80)) + "'"; }

template <class Row>
Problem shared_oid(const std::vector<Row>& rows) {
  std::unordered_set<Oid> seen;
  for (const auto& row : rows) {
    if (row.oid == 0) return in_quotes(row.name) + " has no OID";
    if (!seen.insert(row.oid).second) return "OID " + std::to_string(row.oid) + " is there twice";
  }
  return {};
}

template <class Row>
Problem lost_row(const std::vector<Row>& rows, const std::unordered_set<Oid>& schemas) {
  for (const auto& row : rows) {
    if (row.name.empty()) return "OID " + std::to_string(row.oid) + " has no name";
    if (schemas.contains(row.schema)) continue;
    return in_quotes(row.name) + " is in schema " + std::to_string(row.schema) +
           ", which is not listed";
  }
  return {};
}

template <class Row>
Problem shared_name(const std::vector<Row>& rows) {
  std::unordered_set<QualifiedName, Hash> seen;
  for (const auto& row : rows) {
    if (seen.insert({row.schema, row.name}).second) continue;
    return in_quotes(row.name) + " is there twice in schema " + std::to_string(row.schema);
  }
  return {};
}

Problem in_list(const char* list, Problem problem) {
  if (problem) problem->insert(0, std::string(list) + ": ");
  return problem;
}

}  // namespace

std::optional<std::string> inconsistency(const Rows& rows) {
  std::unordered_set<Oid> schemas;
  for (const auto& schema : rows.schemas) schemas.insert(schema.oid);
  Problem problem;
  const auto check = [&](const char* list, Problem found) {
    if (!problem) problem = in_list(list, std::move(found));
  };
  check("schemas", shared_oid(rows.schemas));
  check("relations", shared_oid(rows.relations));
  check("relations", lost_row(rows.relations, schemas));
  check("relations", shared_name(rows.relations));
  check("functions", shared_oid(rows.functions));
  check("functions", lost_row(rows.functions, schemas));
  check("types", shared_oid(rows.types));
  check("types", lost_row(rows.types, schemas));
  check("types", shared_name(rows.types));
  check("operators", shared_oid(rows.operators));
  check("operators", lost_row(rows.operators, schemas));
  return problem;
}

}  // namespace policy::catalog
