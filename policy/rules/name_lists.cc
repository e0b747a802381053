// SPDX-License-Identifier: Apache-2.0
#include "policy/rules/name_lists.h"

#include <algorithm>

namespace policy::rules {
namespace {

using std::string_view;

bool has_capitals(string_view name) {
  return std::ranges::any_of(name, [](char c) { return c >= 'A' && c <= 'Z'; });
}

// What refuses by a glob ("*secret*") means "Client_SECRET", too.
bool refuses(const NamePart& part, string_view name) {
  if (part.matches(name)) return true;
  return part.has_globs && has_capitals(name) && part.matches(fold_name(name));
}

// A schema may be missing.
bool fit(std::span<const NamePart> parts, string_view schema, string_view relation) {
  if (parts.empty() || !refuses(parts.back(), relation)) return false;
  return parts.size() == 1 || refuses(parts.front(), schema);
}

// By its schema or by its own name, not only by globs.
bool are_pointed(std::span<const NamePart> parts) {
  if (parts.empty()) return false;
  if (!parts.back().has_globs) return true;
  return parts.size() > 1 && !parts.front().has_globs;
}

std::span<const NamePart> all_parts(const DenyEntry& entry) { return entry.pattern->parts; }

std::span<const NamePart> table_parts(const DenyEntry& entry) {
  return std::span(entry.pattern->parts).first(entry.pattern->parts.size() - 1);
}

}  // namespace

std::vector<DenyEntry> read_denied(std::span<const std::string> entries, NameKind kind,
                                   const Refusal& refusal) {
  std::vector<DenyEntry> read;
  read.reserve(entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    DenyEntry entry;
    if (auto pattern = parse_name_pattern(entries[i], kind)) entry.pattern = *std::move(pattern);
    entry.refusal = {.code = refusal.code, .rule = refusal.rule + '[' + std::to_string(i) + ']'};
    read.push_back(std::move(entry));
  }
  return read;
}

bool names_relation(const DenyEntry& entry, string_view schema, string_view relation) {
  return !entry.pattern || fit(all_parts(entry), schema, relation);
}

bool points_at_relation(const DenyEntry& entry, string_view schema, string_view relation) {
  return entry.pattern && are_pointed(all_parts(entry)) && names_relation(entry, schema, relation);
}

bool names_table_of(const DenyEntry& entry, string_view schema, string_view relation) {
  return !entry.pattern || fit(table_parts(entry), schema, relation);
}

bool points_at_table_of(const DenyEntry& entry, string_view schema, string_view relation) {
  return entry.pattern && are_pointed(table_parts(entry)) &&
         names_table_of(entry, schema, relation);
}

bool names_column(const DenyEntry& entry, string_view column) {
  return !entry.pattern || refuses(entry.pattern->parts.back(), column);
}

AllowList::AllowList(std::span<const std::string> entries, NameKind kind, const Binding& binding)
    : is_written_(!entries.empty()) {
  for (const auto& entry : entries) {
    if (auto pattern = parse_name_pattern(entry, kind)) patterns_.push_back(*std::move(pattern));
  }
  if (kind != NameKind::Schema) homes_ = home_schemas(binding);
}

bool AllowList::is_home(string_view schema) const {
  return std::ranges::find(homes_, schema) != homes_.end();
}

bool AllowList::fits(const NamePattern& pattern, string_view schema, string_view name) const {
  if (!pattern.matches({schema, name})) return false;
  return pattern.parts.size() > 1 || pattern.parts[0].has_globs || is_home(schema);
}

bool AllowList::names(string_view schema, string_view name) const {
  return std::ranges::any_of(patterns_,
                             [&](const auto& pattern) { return fits(pattern, schema, name); });
}

bool AllowList::names(string_view schema) const {
  return std::ranges::any_of(patterns_,
                             [&](const auto& pattern) { return pattern.matches({schema}); });
}

bool AllowList::spells(string_view schema, string_view name) const {
  return std::ranges::any_of(patterns_, [&](const auto& pattern) {
    return !pattern.has_globs() && fits(pattern, schema, name);
  });
}

std::vector<std::string> home_schemas(const Binding& binding) {
  std::vector<std::string> homes;
  for (const catalog::Oid schema : binding.search_path) {
    homes.emplace_back(binding.snapshot.schema_name(schema));
  }
  for (const auto& entry : binding.policy.allowed_schemas) {
    const auto pattern = parse_name_pattern(entry, NameKind::Schema);
    if (pattern && !pattern->has_globs()) homes.push_back(pattern->parts[0].text);
  }
  return homes;
}

}  // namespace policy::rules
