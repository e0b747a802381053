// SPDX-License-Identifier: Apache-2.0
// Schemas, tables, system catalogs, foreign tables, sequences: whatever a statement names.
#include "policy/rules/hints.h"
#include "policy/rules/rule.h"
#include "policy/rules/words.h"

namespace policy::rules {
namespace {

using catalog::Relation;

std::string message_for(const Access& access, const Relation& relation, const Refusal& refusal) {
  const std::string words = relation_words(access.snapshot(), relation);
  if (refusal.code != ErrorCode::SchemaAccessDenied) return words + " may not be used";
  const std::string schema = quoted_name(access.snapshot().schema_name(relation.schema));
  return "schema " + schema + " may not be used, so neither may " + words;
}

std::string hint_for(const Access& access, const Relation& relation, const Refusal& refusal) {
  if (refusal.rule == "system_catalogs") {
    return "Names, types and comments can be read from pg_class, pg_attribute and "
           "information_schema; statistics, settings, sources and other sessions cannot.";
  }
  if (refusal.rule == "foreign_tables") {
    return "Foreign tables are read only where foreign_tables lists them.";
  }
  std::string nearest = nearest_relation_hint(access, relation.name, "");
  if (!nearest.empty()) return nearest;
  if (refusal.code == ErrorCode::SchemaAccessDenied) return schemas_hint(access);
  return "Leave it out, or ask whoever runs the gateway for access to it.";
}

Violation refuse(const Access& access, const Relation& relation, const Refusal& refusal) {
  const bool is_schema = refusal.code == ErrorCode::SchemaAccessDenied;
  return {.check = is_schema ? Check::Schema : Check::Table,
          .code = refusal.code,
          .resource = relation_name(access.snapshot(), relation),
          .rule = refusal.rule,
          .message = message_for(access, relation, refusal),
          .hint = hint_for(access, relation, refusal)};
}

Violation refuse_unknown() {
  return {.check = Check::Table,
          .code = ErrorCode::AccessDenied,
          .resource = "relation",
          .rule = "resolve",
          .message = "a relation of this statement is not in the catalog",
          .hint = "Try again when the catalog has been read anew."};
}

Violation refuse_schema(const Access& access, const std::string& name, const Refusal& refusal) {
  return {.check = Check::Schema,
          .code = refusal.code,
          .resource = quoted_name(name),
          .rule = refusal.rule,
          .message = "schema " + quoted_name(name) + " may not be used",
          .hint = schemas_hint(access)};
}

bool has_relation_rules(const AccessPolicy& policy) {
  return !policy.allowed_schemas.empty() || !policy.tables.allowed.empty() ||
         !policy.tables.denied.empty();
}

Violation refuse_computed() {
  return {.check = Check::Table,
          .code = ErrorCode::AccessDenied,
          .resource = "sequence",
          .rule = "resolve",
          .message = "which sequence is changed cannot be decided",
          .hint = "Name it by a constant, as in nextval('orders_id_seq')."};
}

// What DDL creates is in no catalog yet.
bool is_new(const RelationUse& use) {
  return use.is_defined && !use.is_read && !use.is_inserted && !use.is_updated && !use.is_deleted;
}

}  // namespace

void check_relations(const Case& statement, Finds& finds) {
  const Access& access = statement.access;
  for (const auto& use : statement.facts.relations) {
    if (use.relation == nullptr) {
      if (!is_new(use)) finds.push_back({refuse_unknown(), use.offset});
    } else if (const Refusal* refusal = access.relation(*use.relation)) {
      finds.push_back({refuse(access, *use.relation, *refusal), use.offset});
    }
  }
  for (const auto& schema : statement.facts.named_schemas) {
    if (const Refusal* refusal = access.schema(schema.name)) {
      finds.push_back({refuse_schema(access, schema.name, *refusal), schema.offset});
    }
  }
  for (const std::size_t offset : statement.facts.computed_sequences) {
    if (has_relation_rules(access.policy())) finds.push_back({refuse_computed(), offset});
  }
  for (const auto& use : statement.facts.named_relations) {
    if (use.relation == nullptr) {
      finds.push_back({refuse_unknown(), use.offset});
    } else if (const Refusal* refusal = access.named(*use.relation)) {
      finds.push_back({refuse(access, *use.relation, *refusal), use.offset});
    }
  }
}

}  // namespace policy::rules
