// SPDX-License-Identifier: Apache-2.0
#include "policy/rules/words.h"

#include <algorithm>

#include "policy/rules/type_names.h"

namespace policy::rules {
namespace {

bool starts_a_name(char c) { return (c >= 'a' && c <= 'z') || c == '_'; }

bool continues_a_name(char c) { return starts_a_name(c) || (c >= '0' && c <= '9') || c == '$'; }

bool is_plain(std::string_view name) {
  return !name.empty() && starts_a_name(name.front()) &&
         std::ranges::all_of(name, continues_a_name);
}

}  // namespace

std::string quoted_name(std::string_view name) {
  if (is_plain(name)) return std::string(name);
  std::string quoted(1, '"');
  for (const char c : name) {
    if (c == '"') quoted.push_back('"');
    quoted.push_back(c);
  }
  quoted.push_back('"');
  return quoted;
}

std::string relation_name(const catalog::Snapshot& snapshot, const catalog::Relation& relation) {
  return quoted_name(snapshot.schema_name(relation.schema)) + '.' + quoted_name(relation.name);
}

std::string_view relation_kind(const catalog::Relation& relation) {
  using enum catalog::RelationKind;
  switch (relation.kind) {
    case Table:
    case Partitioned: return "table";
    case View: return "view";
    case MaterializedView: return "materialized view";
    case Foreign: return "foreign table";
    case Sequence: return "sequence";
    case Composite: return "type";
    case Toast: return "TOAST table";
    case Index:
    case PartitionedIndex: return "index";
  }
  return "relation";
}

std::string relation_words(const catalog::Snapshot& snapshot, const catalog::Relation& relation) {
  return std::string(relation_kind(relation)) + ' ' + relation_name(snapshot, relation);
}

std::string signature(const catalog::Snapshot& snapshot, const catalog::Function& function) {
  std::string text;
  const std::string_view schema = snapshot.schema_name(function.schema);
  if (schema != "pg_catalog") text = quoted_name(schema) + '.';
  text.append(quoted_name(function.name)).push_back('(');
  for (std::size_t i = 0; i < function.arguments.size(); ++i) {
    if (i > 0) text.append(", ");
    text.append(type_name(snapshot, function.arguments[i]));
  }
  text.push_back(')');
  return text;
}

}  // namespace policy::rules
