// SPDX-License-Identifier: Apache-2.0
#include "policy/rules/type_names.h"

#include <algorithm>
#include <array>

#include "policy/rules/name_pattern.h"
#include "policy/rules/words.h"

namespace policy::rules {
namespace {

struct Alias {
  std::string_view sql, name;
};

// gram.y's names for types of pg_catalog. Of two for one type the first is the one that
// format_type() prints.
constexpr std::array kAliases{
    Alias{"boolean", "bool"},
    Alias{"smallint", "int2"},
    Alias{"integer", "int4"},
    Alias{"int", "int4"},
    Alias{"bigint", "int8"},
    Alias{"real", "float4"},
    Alias{"double precision", "float8"},
    Alias{"float", "float8"},
    Alias{"decimal", "numeric"},
    Alias{"dec", "numeric"},
    Alias{"character varying", "varchar"},
    Alias{"char varying", "varchar"},
    Alias{"character", "bpchar"},
    Alias{"char", "bpchar"},
    Alias{"bit varying", "varbit"},
    Alias{"timestamp without time zone", "timestamp"},
    Alias{"timestamp with time zone", "timestamptz"},
    Alias{"time without time zone", "time"},
    Alias{"time with time zone", "timetz"},
};
constexpr std::string_view kSystem = "pg_catalog";

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// Drops "[]" or "[3]" from the end; true where there was one.
bool drop_bounds(std::string_view& text) {
  if (!text.ends_with(']')) return false;
  const std::size_t open = text.rfind('[');
  if (open == std::string_view::npos) return false;
  text = trimmed(text.substr(0, open));
  return true;
}

// "numeric(10,2)" is numeric, "time(3) with time zone" is time with time zone.
std::string without_precision(std::string_view text) {
  const std::size_t open = text.find('(');
  const std::size_t close = text.find(')');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) {
    return std::string(text);
  }
  return std::string(trimmed(text.substr(0, open))).append(text.substr(close + 1));
}

std::string folded_words(std::string_view text) {
  std::string words;
  for (const char c : text) {
    if (c != ' ' || (!words.empty() && words.back() != ' ')) words.push_back(c);
  }
  return fold_name(words);
}

const catalog::Type* system_type(const catalog::Snapshot& snapshot, std::string_view name) {
  const catalog::Schema* schema = snapshot.schema(kSystem);
  return schema == nullptr ? nullptr : snapshot.type(schema->oid, name);
}

const catalog::Type* find_name(const catalog::Snapshot& snapshot,
                               std::span<const catalog::Oid> search_path, std::string_view text) {
  const auto pattern = parse_name_pattern(text, NameKind::Relation);
  if (!pattern || pattern->has_globs()) return nullptr;
  if (pattern->parts.size() == 2) {
    const catalog::Schema* schema = snapshot.schema(pattern->parts[0].text);
    return schema == nullptr ? nullptr : snapshot.type(schema->oid, pattern->parts[1].text);
  }
  for (const catalog::Oid schema : search_path) {
    if (const auto* found = snapshot.type(schema, pattern->parts[0].text)) return found;
  }
  return nullptr;
}

const catalog::Type* find_scalar(const catalog::Snapshot& snapshot,
                                 std::span<const catalog::Oid> search_path, std::string_view text) {
  if (text.starts_with('"')) return find_name(snapshot, search_path, text);
  const std::string words = folded_words(without_precision(text));
  const bool is_float_of_some_size = words == "float" && text.find('(') != std::string_view::npos;
  if (is_float_of_some_size) return nullptr;
  const auto* alias = std::ranges::find(kAliases, std::string_view(words), &Alias::sql);
  if (alias != kAliases.end()) return system_type(snapshot, alias->name);
  return find_name(snapshot, search_path, without_precision(text));
}

std::string scalar_name(const catalog::Snapshot& snapshot, const catalog::Type& type) {
  const std::string_view schema = snapshot.schema_name(type.schema);
  if (schema != kSystem) return quoted_name(schema) + '.' + quoted_name(type.name);
  if (type.name == "char") return "\"char\"";
  const auto* alias = std::ranges::find(kAliases, type.name, &Alias::name);
  if (alias != kAliases.end() && alias->name != "numeric") return std::string(alias->sql);
  return quoted_name(type.name);
}

}  // namespace

std::string type_name(const catalog::Snapshot& snapshot, catalog::Oid oid) {
  const catalog::Type* type = snapshot.type(oid);
  if (type == nullptr) return "???";
  const catalog::Type* element = type->is_array ? snapshot.type(type->element) : nullptr;
  if (element != nullptr) return scalar_name(snapshot, *element) + "[]";
  return scalar_name(snapshot, *type);
}

std::optional<catalog::Oid> find_type(const catalog::Snapshot& snapshot,
                                      std::span<const catalog::Oid> search_path,
                                      std::string_view text) {
  text = trimmed(text);
  constexpr std::string_view kVariadic = "variadic ";
  if (fold_name(text.substr(0, kVariadic.size())) == kVariadic) {
    text = trimmed(text.substr(kVariadic.size()));
  }
  bool is_array = false;
  while (drop_bounds(text)) is_array = true;
  const catalog::Type* type = find_scalar(snapshot, search_path, text);
  if (type == nullptr) return std::nullopt;
  if (!is_array) return type->oid;
  return type->array == 0 ? std::nullopt : std::optional(type->array);
}

}  // namespace policy::rules
