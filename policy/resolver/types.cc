// SPDX-License-Identifier: Apache-2.0
// TypeName nodes: LookupTypeName and typenameType of parse_type.c.
#include <algorithm>
#include <array>

#include "policy/resolver/analysis.h"

namespace policy::resolver {
namespace {

// What format_type() prints for the types that SQL has words for.
constexpr std::array<std::pair<std::string_view, std::string_view>, 14> kWords{{
    {"bool", "boolean"},
    {"int2", "smallint"},
    {"int4", "integer"},
    {"int8", "bigint"},
    {"float4", "real"},
    {"float8", "double precision"},
    {"varchar", "character varying"},
    {"bpchar", "character"},
    {"varbit", "bit varying"},
    {"timestamp", "timestamp without time zone"},
    {"timestamptz", "timestamp with time zone"},
    {"time", "time without time zone"},
    {"timetz", "time with time zone"},
    {"char", "\"char\""},
}};

}  // namespace

Oid Analysis::array_of(Oid element) {
  const catalog::Type* type = snapshot_.type(element);
  if (type == nullptr) return kCannotTell;
  if (type->is_array) return element;
  return type->array;
}

Oid Analysis::type_of(const TypeName* name) {
  if (name == nullptr || list_length(name->names) == 0) return kCannotTell;
  const std::size_t offset = place(name->location);
  if (name->pct_type) {
    uncertain("%TYPE", offset);
    return kCannotTell;
  }
  const List& names = *name->names;
  const int length = list_length(&names);
  const std::string_view last = strVal(names.elements[length - 1].ptr_value);
  if (length > 3) {
    unresolved("42601", "improper qualified name (too many dotted names)", offset);
    return kCannotTell;
  }
  const std::string_view schema =
      length > 1 ? std::string_view(strVal(names.elements[length - 2].ptr_value)) : "";
  const catalog::Type* found = nullptr;
  for (const Oid in : path_of(schema)) {
    found = snapshot_.type(in, last);
    if (found != nullptr) break;
  }
  if (found == nullptr) {
    const std::string written =
        schema.empty() ? std::string(last) : std::string(schema) + "." + std::string(last);
    unresolved("42704", "type \"" + written + "\" does not exist", offset);
    name_missing(schema, last, offset);
    return kCannotTell;
  }
  return list_length(name->arrayBounds) > 0 ? array_of(found->oid) : found->oid;
}

bool Analysis::is_type_in_words(std::string_view text) {
  return std::ranges::find(kWords, text, &std::pair<std::string_view, std::string_view>::second) !=
         kWords.end();
}

std::string Analysis::type_words(Oid type) const {
  if (type == kCannotTell) return "unknown";
  const catalog::Type* known = snapshot_.type(type);
  if (known == nullptr) return "type " + std::to_string(type);
  if (known->is_array && known->element != 0) return type_words(known->element) + "[]";
  if (known->oid < catalog::kFirstUserOid) {
    for (const auto& [name, words] : kWords) {
      if (name == known->name) return std::string(words);
    }
    return std::string(known->name);
  }
  for (const Oid in : input_.search_path) {
    if (snapshot_.type(in, known->name) == known) return std::string(known->name);
  }
  return std::string(snapshot_.schema_name(known->schema)) + "." + std::string(known->name);
}

}  // namespace policy::resolver
