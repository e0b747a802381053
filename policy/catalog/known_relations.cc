// SPDX-License-Identifier: Apache-2.0
#include "policy/catalog/known_relations.h"

#include <algorithm>
#include <string>

namespace policy::catalog {
namespace {

struct Known {
  std::string_view name;  // "pg_catalog pg_proc"
  SystemDecision decision;
  std::string_view reason;
  std::string_view refused_columns;  // "prosrc probin"
};

constexpr Known kKnown[] = {
#define KNOWN_RELATION(name, decision, reason, refused_columns) \
  {name, SystemDecision::decision, reason, refused_columns},
#include "policy/catalog/known_relations.def"
#undef KNOWN_RELATION
};
static_assert(std::ranges::is_sorted(kKnown, {}, &Known::name));

const Known* find(std::string_view schema, std::string_view relation) {
  std::string name(schema);
  name.append(" ").append(relation);
  const auto found = std::ranges::lower_bound(kKnown, name, {}, &Known::name);
  return found == std::end(kKnown) || found->name != name ? nullptr : &*found;
}

bool has_word(std::string_view words, std::string_view word) {
  while (!words.empty()) {
    const auto end = std::min(words.find(' '), words.size());
    if (words.substr(0, end) == word) return true;
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return false;
}

}  // namespace

bool is_system_schema(std::string_view schema) {
  // Users cannot make schemas whose names begin so; TOAST tables hold the values of others.
  return schema.starts_with("pg_") || schema == "information_schema";
}

SystemDecision decide_system_relation(std::string_view schema, std::string_view relation) {
  if (!is_system_schema(schema)) return SystemDecision::NotSystem;
  if (schema.starts_with("pg_toast")) return SystemDecision::Refused;
  const Known* known = find(schema, relation);
  return known == nullptr ? SystemDecision::Unknown : known->decision;
}

std::string_view system_refusal_reason(std::string_view schema, std::string_view relation) {
  if (schema.starts_with("pg_toast")) return "table-data";
  const Known* known = find(schema, relation);
  return known == nullptr ? std::string_view{} : known->reason;
}

bool is_refused_system_column(std::string_view schema, std::string_view relation,
                              std::string_view column) {
  const Known* known = find(schema, relation);
  return known != nullptr && has_word(known->refused_columns, column);
}

}  // namespace policy::catalog
