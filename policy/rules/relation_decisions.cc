// SPDX-License-Identifier: Apache-2.0
#include "policy/rules/relation_decisions.h"

#include <algorithm>
#include <optional>
#include <set>

#include "policy/rules/system_relations.h"

namespace policy::rules {
namespace {

using catalog::Relation;
using catalog::RelationKind;

// Data of tables and of other sessions by another name: no list can allow them.
bool is_internal_schema(std::string_view schema) { return schema.starts_with("pg_toast"); }
bool is_temporary_schema(std::string_view schema) { return schema.starts_with("pg_temp_"); }

const Refusal* never_schema() {
  static const Refusal kRefusal{.code = ErrorCode::SchemaAccessDenied, .rule = "never"};
  return &kRefusal;
}

const Refusal* never_relation() {
  static const Refusal kRefusal{.code = ErrorCode::TableAccessDenied, .rule = "never"};
  return &kRefusal;
}

}  // namespace

RelationRules::RelationRules(const Binding& binding)
    : binding_(binding),
      schemas_(binding.policy.allowed_schemas, NameKind::Schema, binding),
      allowed_(binding.policy.tables.allowed, NameKind::Relation, binding),
      foreign_(binding.policy.foreign_tables, NameKind::Relation, binding),
      denied_(read_denied(binding.policy.tables.denied, NameKind::Relation,
                          {.code = ErrorCode::TableAccessDenied, .rule = "tables.denied"})),
      by_schema_{.code = ErrorCode::SchemaAccessDenied, .rule = "allowed_schemas"},
      by_allowed_{.code = ErrorCode::TableAccessDenied, .rule = "tables.allowed"},
      by_foreign_{.code = ErrorCode::TableAccessDenied, .rule = "foreign_tables"},
      by_extension_{.code = ErrorCode::TableAccessDenied, .rule = "functions.extensions"},
      by_system_{.code = ErrorCode::TableAccessDenied, .rule = "system_catalogs"} {}

const Refusal* RelationRules::unknown() { return never_relation(); }

const Refusal* RelationRules::schema(std::string_view name) const {
  if (is_internal_schema(name) || is_temporary_schema(name)) return never_schema();
  if (name.empty()) return never_schema();
  if (is_catalog_schema(name) || !schemas_.is_written() || schemas_.names(name)) return nullptr;
  return &by_schema_;
}

const Refusal* RelationRules::by_table(const Relation& relation, std::string_view schema) const {
  if (allowed_.is_written()) {
    return allowed_.names(schema, relation.name) ? nullptr : &by_allowed_;
  }
  const auto found = std::ranges::find_if(denied_, [&](const DenyEntry& entry) {
    return names_relation(entry, schema, relation.name);
  });
  return found == denied_.end() ? nullptr : &found->refusal;
}

const Refusal* RelationRules::by_extension(const Relation& relation) const {
  const auto& listed = binding_.policy.functions.extensions;
  if (relation.extension.empty()) return nullptr;
  return std::ranges::find(listed, relation.extension) == listed.end() ? &by_extension_ : nullptr;
}

const Refusal* RelationRules::by_kind(const Relation& relation, std::string_view schema) const {
  switch (relation.kind) {
    case RelationKind::Table:
    case RelationKind::Partitioned:
    case RelationKind::View:
    case RelationKind::MaterializedView: return nullptr;
    case RelationKind::Foreign:
      return foreign_.names(schema, relation.name) ? nullptr : &by_foreign_;
    case RelationKind::Sequence:
      return allowed_.spells(schema, relation.name) ? nullptr : &by_allowed_;
    case RelationKind::Composite:
    case RelationKind::Toast:
    case RelationKind::Index:
    case RelationKind::PartitionedIndex: return never_relation();
  }
  return never_relation();
}

const Refusal* RelationRules::system(const Relation& relation, std::string_view schema) const {
  for (const auto& entry : denied_) {
    if (points_at_relation(entry, schema, relation.name)) return &entry.refusal;
  }
  return may_read_system_relation(binding_, relation, schema) ? nullptr : &by_system_;
}

const Refusal* RelationRules::own_named(const Relation& relation) const {
  const std::string_view schema_name = binding_.snapshot.schema_name(relation.schema);
  if (const Refusal* refusal = schema(schema_name)) return refusal;
  return is_catalog_schema(schema_name) ? nullptr : by_table(relation, schema_name);
}

const Refusal* RelationRules::own_readable(const Relation& relation) const {
  const std::string_view schema_name = binding_.snapshot.schema_name(relation.schema);
  if (is_catalog_schema(schema_name)) return system(relation, schema_name);
  if (const Refusal* refusal = own_named(relation)) return refusal;
  if (const Refusal* refusal = by_kind(relation, schema_name)) return refusal;
  return by_extension(relation);
}

namespace {

// What the parents say, theirs included, where the relation itself is not refused.
class Ancestors {
 public:
  Ancestors(const catalog::Snapshot& snapshot, std::span<const RelationDecision> own)
      : snapshot_(snapshot), own_(own) {}

  const Refusal* refusal_of(const Relation& relation) {
    std::set<catalog::Oid> seen;
    return walk(relation, seen);
  }

 private:
  const Refusal* walk(const Relation& relation, std::set<catalog::Oid>& seen) {
    for (const catalog::Oid oid : relation.parents) {
      if (!seen.insert(oid).second) continue;
      const Relation* parent = snapshot_.relation(oid);
      const auto index =
          parent == nullptr ? std::nullopt : index_in(snapshot_.relations(), *parent);
      if (!index) return RelationRules::unknown();
      if (const Refusal* refusal = own_[*index].named) return refusal;
      if (const Refusal* refusal = walk(*parent, seen)) return refusal;
    }
    return nullptr;
  }

  const catalog::Snapshot& snapshot_;
  std::span<const RelationDecision> own_;
};

}  // namespace

std::vector<RelationDecision> RelationRules::decide() const {
  const auto relations = binding_.snapshot.relations();
  std::vector<RelationDecision> own;
  own.reserve(relations.size());
  for (const auto& relation : relations) {
    own.push_back({.readable = own_readable(relation), .named = own_named(relation)});
  }
  std::vector<RelationDecision> all = own;
  Ancestors ancestors(binding_.snapshot, own);
  for (std::size_t i = 0; i < relations.size(); ++i) {
    if (relations[i].parents.empty()) continue;
    const Refusal* inherited = ancestors.refusal_of(relations[i]);
    if (all[i].readable == nullptr) all[i].readable = inherited;
    if (all[i].named == nullptr) all[i].named = inherited;
  }
  return all;
}

}  // namespace policy::rules
