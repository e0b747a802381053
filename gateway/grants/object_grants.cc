// SPDX-License-Identifier: Apache-2.0
#include "gateway/grants/object_grants.h"

#include <algorithm>
#include <utility>

#include "gateway/grants/quoting.h"
#include "policy/catalog/known_relations.h"
#include "policy/rewrite/names.h"

namespace gateway::grants {
namespace {

using policy::quote_name;
namespace catalog = policy::catalog;
using catalog::RelationKind;

// Of what the engine lets everybody read of a relation that may be read at all.
constexpr std::string_view kSystemColumns = "tableoid, ctid, xmin, xmax, cmin, cmax";

std::string list_of(const std::vector<const catalog::Column*>& columns) {
  std::string text;
  for (const auto* column : columns) {
    text.append(text.empty() ? "" : ", ").append(quote_name(column->name));
  }
  return text;
}

bool has(const std::vector<const catalog::Column*>& columns, std::int16_t number) {
  return std::ranges::any_of(columns, [&](const auto* each) { return each->number == number; });
}

std::string public_object(const Rights& rights, const catalog::Relation& relation,
                          const PublicGrant& grant) {
  const auto* column = grant.column == 0 ? nullptr : relation.column(grant.column);
  const std::string columns = column == nullptr ? "" : " (" + quote_name(column->name) + ')';
  const bool is_sequence = relation.kind == RelationKind::Sequence;
  return grant.privilege + columns + (is_sequence ? " ON SEQUENCE " : " ON TABLE ") +
         relation_sql(rights.snapshot(), relation);
}

bool allows_on_sequence(const SequenceRights& rights, const std::string& privilege) {
  if (privilege == "SELECT") return rights.may_read;
  if (privilege == "USAGE") return rights.may_use;
  return privilege == "UPDATE" && rights.may_set;
}

}  // namespace

bool allows(const Rights& rights, const catalog::Relation& relation, const PublicGrant& grant) {
  if (relation.kind == RelationKind::Sequence) {
    return allows_on_sequence(rights.of_sequence(relation), grant.privilege);
  }
  const RelationRights may = rights.of(relation);
  const bool is_whole = grant.column == 0;
  if (grant.privilege == "SELECT") {
    if (grant.column < 0) return may.is_readable;
    return is_whole ? may.is_readable && may.reads_all : has(may.read, grant.column);
  }
  if (grant.privilege == "INSERT" || grant.privilege == "UPDATE") {
    return is_whole ? may.writes_all : has(may.written, grant.column);
  }
  return grant.privilege == "DELETE" && may.may_delete;
}

ObjectGrants::ObjectGrants(const Rights& rights, const ServerFacts& facts, std::string role)
    : rights_(rights), facts_(facts), role_(std::move(role)) {}

std::string ObjectGrants::schemas() const {
  std::string text = comment("Everything is taken first, so that a stricter policy is stricter.");
  std::string given;
  for (const auto& schema : rights_.snapshot().schemas()) {
    if (catalog::is_system_schema(schema.name)) continue;
    const std::string name = quote_name(schema.name);
    for (const std::string_view what : {"ALL TABLES IN SCHEMA ", "ALL SEQUENCES IN SCHEMA ",
                                        "ALL ROUTINES IN SCHEMA ", "SCHEMA "}) {
      text.append("REVOKE ALL ON ").append(what).append(name + " FROM " + role_ + ";\n");
    }
    if (rights_.may_use_schema(schema)) {
      given += "REVOKE CREATE ON SCHEMA " + name + " FROM PUBLIC;\n";
      given += "GRANT USAGE ON SCHEMA " + name + " TO " + role_ + ";\n";
    }
  }
  for (const auto& grant : facts_.on_schemas) {
    const auto* schema = rights_.snapshot().schema(grant.object);
    if (schema == nullptr || rights_.may_use_schema(*schema)) continue;
    given +=
        "REVOKE " + grant.privilege + " ON SCHEMA " + quote_name(schema->name) + " FROM PUBLIC;\n";
  }
  return text + '\n' + given;
}

std::string ObjectGrants::grant(std::string_view privilege, const std::string& object) const {
  return "GRANT " + std::string(privilege) + " ON " + object + " TO " + role_ + ";\n";
}

// A table without refused columns is granted as a whole only where no rule could mean a column that
// is added later.
std::string ObjectGrants::read_grant(const catalog::Relation& relation,
                                     const RelationRights& rights) const {
  const std::string object = "TABLE " + relation_sql(rights_.snapshot(), relation);
  if (rights.reads_all && !rights_.has_column_rules()) return grant("SELECT", object);
  std::string columns = list_of(rights.read);
  if (has_stored_rows(relation.kind)) {
    columns.append(columns.empty() ? "" : ", ").append(kSystemColumns);
  }
  return columns.empty() ? "" : grant("SELECT (" + columns + ')', object);
}

std::string ObjectGrants::write_grant(const catalog::Relation& relation,
                                      const RelationRights& rights) const {
  const std::string object = "TABLE " + relation_sql(rights_.snapshot(), relation);
  std::string text;
  if (rights.writes_all && !rights_.has_column_rules()) {
    text += grant("INSERT, UPDATE", object);
  } else if (!rights.written.empty()) {
    const std::string columns = " (" + list_of(rights.written) + ')';
    text += grant("INSERT" + columns + ", UPDATE" + columns, object);
  }
  return rights.may_delete ? text + grant("DELETE", object) : text;
}

std::string ObjectGrants::grant(const catalog::Relation& relation) const {
  const RelationRights rights = rights_.of(relation);
  if (!rights.is_readable) return {};
  const std::size_t hidden = relation.columns.size() - rights.read.size();
  std::string text;
  if (hidden > 0) {
    text += comment(std::to_string(hidden) + " of the columns of the next one are refused.");
  }
  return text + read_grant(relation, rights) + write_grant(relation, rights);
}

std::string ObjectGrants::relations() const {
  std::string text =
      rights_.has_column_rules()
          ? comment("By columns: one that is added later is refused until this is made anew.")
          : comment("No rule is about columns, so tables are granted as a whole.");
  for (const auto& relation : rights_.snapshot().relations()) {
    if (!relation.is_built_in() && is_table_like(relation.kind)) text += grant(relation);
  }
  return text;
}

std::string ObjectGrants::from_public() const {
  std::string text;
  for (const auto& grant : facts_.on_relations) {
    const auto* relation = rights_.snapshot().relation(grant.object);
    if (relation == nullptr || allows(rights_, *relation, grant)) continue;
    text += "REVOKE " + public_object(rights_, *relation, grant) + " FROM PUBLIC;\n";
  }
  if (text.empty()) return text;
  return comment("What everybody has, and so the role, though the policy refuses it.") + text +
         '\n';
}

bool ObjectGrants::serves_insert(catalog::Oid sequence) const {
  return std::ranges::any_of(facts_.sequences, [&](const OwnedSequence& owned) {
    const auto* relation = rights_.snapshot().relation(owned.relation);
    return owned.sequence == sequence && relation != nullptr &&
           has(rights_.of(*relation).written, owned.column);
  });
}

std::string ObjectGrants::sequences() const {
  std::string text;
  for (const auto& relation : rights_.snapshot().relations()) {
    if (relation.kind != RelationKind::Sequence || relation.is_built_in()) continue;
    const SequenceRights rights = rights_.of_sequence(relation);
    const std::string object = "SEQUENCE " + relation_sql(rights_.snapshot(), relation);
    if (rights.may_read) text += grant("SELECT", object);
    if (rights.may_use || serves_insert(relation.oid)) text += grant("USAGE", object);
    if (rights.may_set) text += grant("UPDATE", object);
  }
  if (text.empty()) return text;
  return comment("Sequences that may be named, or that an INSERT takes its defaults from.") + text +
         '\n';
}

std::string ObjectGrants::functions() const {
  std::string refused, allowed;
  for (const auto& function : rights_.snapshot().functions()) {
    if (function.decision != catalog::Decision::NotBuiltIn) continue;
    const std::string routine = "ROUTINE " + routine_sql(rights_.snapshot(), function);
    if (rights_.may_call(function)) {
      allowed += grant("EXECUTE", routine);
    } else {
      refused += "REVOKE EXECUTE ON " + routine + " FROM PUBLIC, " + role_ + ";\n";
    }
  }
  std::string text;
  if (!refused.empty()) {
    text +=
        comment("Everybody may call a new function unless told otherwise. Roles other than the");
    text += comment("owner's that need one of these have to be granted EXECUTE by name.") + refused;
  }
  return allowed.empty() ? text : text + comment("What the policy allows:") + allowed;
}

}  // namespace gateway::grants
