// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/policy/rules/shop.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace policy::rules {
namespace {

using catalog::Oid;
using catalog::RelationKind;

std::pair<std::string_view, std::string_view> split(std::string_view name) {
  const std::size_t dot = name.find('.');
  return {name.substr(0, dot), name.substr(dot + 1)};
}

}  // namespace

Oid Rowset::schema(std::string_view name) {
  const auto found = std::ranges::find(rows.schemas, name, &catalog::Schema::name);
  if (found != rows.schemas.end()) return found->oid;
  rows.schemas.push_back({.oid = next_++, .name = rows.keep(name)});
  return rows.schemas.back().oid;
}

Oid Rowset::type(std::string_view schema_name, std::string_view name, Oid oid) {
  const Oid schema_oid = schema(schema_name);
  if (oid == 0) oid = next_++;
  const Oid array = oid + 100'000;
  rows.types.push_back({.oid = oid, .schema = schema_oid, .name = rows.keep(name), .array = array});
  rows.types.push_back({.oid = array,
                        .schema = schema_oid,
                        .name = rows.keep("_" + std::string(name)),
                        .element = oid,
                        .is_array = true});
  return oid;
}

catalog::Relation& Rowset::relation(std::string_view name,
                                    std::initializer_list<std::string_view> columns,
                                    RelationKind kind) {
  const auto [schema_name, own_name] = split(name);
  catalog::Relation relation{
      .oid = next_++, .schema = schema(schema_name), .name = rows.keep(own_name), .kind = kind};
  for (const auto column : columns) {
    const auto number = static_cast<std::int16_t>(relation.columns.size() + 1);
    relation.columns.push_back({.name = rows.keep(column), .type = 25, .number = number});
  }
  rows.relations.push_back(std::move(relation));
  return rows.relations.back();
}

catalog::Function& Rowset::function(std::string_view name, std::vector<Oid> arguments) {
  const auto [schema_name, own_name] = split(name);
  const Oid schema_oid = schema(schema_name);
  rows.functions.push_back({.oid = next_++,
                            .schema = schema_oid,
                            .name = rows.keep(own_name),
                            .arguments = std::move(arguments)});
  return rows.functions.back();
}

catalog::Function& Rowset::built_in(std::string_view name, std::vector<Oid> arguments,
                                    catalog::Decision decision, std::string_view reason) {
  catalog::Function& added = function("pg_catalog." + std::string(name), std::move(arguments));
  added.oid = next_built_in_++;
  added.decision = decision;
  added.reason = rows.keep(reason);
  return added;
}

Oid Rowset::oid(std::string_view name) const {
  const auto [schema_name, own_name] = split(name);
  for (const auto& relation : rows.relations) {
    const auto found = std::ranges::find(rows.schemas, relation.schema, &catalog::Schema::oid);
    if (found->name == schema_name && relation.name == own_name) return relation.oid;
  }
  throw std::out_of_range(std::string(name));
}

Rowset shop_rows() {
  Rowset set;
  set.rows.server_major = 15;
  for (const auto& [name, oid] :
       std::initializer_list<std::pair<std::string_view, Oid>>{{"bool", 16},
                                                               {"int4", 23},
                                                               {"text", 25},
                                                               {"numeric", 1700},
                                                               {"varchar", kVarchar},
                                                               {"char", 18},
                                                               {"bpchar", 1042},
                                                               {"float8", 701},
                                                               {"timestamptz", 1184}}) {
    set.type("pg_catalog", name, oid);
  }
  set.relation("public.users", {"id", "email", "full_name", "password_hash", "ssn"});
  set.relation("public.users_archive",
               {"id", "email", "full_name", "password_hash", "ssn", "archived_at"})
      .parents = {set.oid("public.users")};
  set.relation("public.Users", {"Id", "SSN", "Email"});
  set.relation("public.orders", {"id", "user_id", "amount", "note"});
  set.relation("public.webhooks", {"id", "url", "signing_secret", "Client_SECRET"});
  set.relation("public.vendors", {"id", "name", "ssn", "password_hash"});
  set.relation("public.kyc", {"user_id", "ssn", "ssn_last4"}).columns[2].generated_from = {2};
  set.relation("public.user_credentials", {"user_id", "blob"}, RelationKind::Partitioned);
  set.relation("analytics.uc_2024", {"user_id", "blob"}).parents = {
      set.oid("public.user_credentials")};
  set.relation("analytics.events", {"id", "kind"}, RelationKind::Partitioned);
  set.relation("analytics.events_2024", {"id", "kind"}).parents = {set.oid("analytics.events")};
  set.relation("hr.events_2023", {"id", "kind"}).parents = {set.oid("analytics.events")};
  set.relation("hr.salaries", {"id", "amount", "ssn"});
  set.relation("secret.orders", {"id", "note"});
  set.relation("analytics.remote", {"id"}, RelationKind::Foreign);
  set.relation("public.orders_id_seq", {"last_value"}, RelationKind::Sequence);
  set.relation("pg_toast.pg_toast_2619", {"chunk_data"}, RelationKind::Toast);
  set.relation("pg_temp_3.scratch", {"a"});
  set.relation("public.ext_table", {"a"}).extension = "postgis";
  set.relation("public.v_contact", {"id", "email", "tax_ref"}, RelationKind::View);
  set.relation("analytics.v_payroll", {"amount"}, RelationKind::View);
  set.built_in("reverse", {25});
  set.built_in("pg_sleep", {701}, catalog::Decision::Refused, "waits");
  set.built_in("pg_read_file", {25}, catalog::Decision::Refused, "server-files");
  set.built_in("nextval", {25}, catalog::Decision::Refused, "writes");
  set.built_in("currval", {25}, catalog::Decision::Refused, "data-in-catalog");
  set.built_in("pg_advisory_lock", {23}, catalog::Decision::Refused, "session-state");
  set.built_in("pg_advisory_xact_lock", {23}, catalog::Decision::Refused, "session-state");
  set.built_in("pg_new_in_19", {}, catalog::Decision::Unknown);
  set.built_in("current_setting", {25}, catalog::Decision::ByArgument);
  set.built_in("set_config", {25, 25, 16}, catalog::Decision::ByArgument);
  set.function("public.reverse", {kVarchar});
  set.function("public.order_total", {23});
  set.function("public.agg_s", {25, 23});
  const Oid state = set.rows.functions.back().oid;
  auto& aggregate = set.function("public.leak_agg", {23});
  aggregate.kind = catalog::FunctionKind::Aggregate;
  aggregate.support_functions = {state};
  set.function("extensions.similarity", {25, 25}).extension = "pg_trgm";
  set.function("secret.peek", {23});
  return set;
}

AccessPolicy shop_policy() {
  return {.allowed_schemas = {"public", "analytics"},
          .tables = {.denied = {"public.user_credentials"}},
          .columns = {.denied = {"users.password_hash", "users.ssn"},
                      .denied_patterns = {"*.*secret*"}}};
}

Shop::Shop(AccessPolicy policy, Rowset rows, std::map<std::string, Lineage, std::less<>> lineages)
    : snapshot_(std::make_shared<const catalog::Snapshot>(std::move(rows.rows))),
      access_(std::move(policy), snapshot_, {"public"},
              [&lineages](const catalog::Snapshot&, const catalog::Relation& view) {
                const auto found = lineages.find(view.name);
                return found == lineages.end() ? Lineage{} : found->second;
              }) {}

const catalog::Relation& Shop::relation(std::string_view name) const {
  const auto [schema, own_name] = split(name);
  const auto* found = snapshot_->relation(snapshot_->schema(schema)->oid, own_name);
  if (found == nullptr) throw std::out_of_range(std::string(name));
  return *found;
}

const catalog::Function& Shop::function(std::string_view name) const {
  const auto [schema, own_name] = split(name);
  for (const auto* each : snapshot_->functions(own_name)) {
    if (snapshot_->schema_name(each->schema) == schema) return *each;
  }
  throw std::out_of_range(std::string(name));
}

std::string Shop::relation_rule(std::string_view name) const {
  const Refusal* refusal = access_.relation(relation(name));
  return refusal == nullptr ? "" : refusal->rule;
}

std::string Shop::column_rule(std::string_view name, std::string_view column) const {
  const auto& found = relation(name);
  const Refusal* refusal = access_.column(found, found.column(column)->number);
  return refusal == nullptr ? "" : refusal->rule;
}

std::string Shop::function_rule(std::string_view name) const {
  const Refusal* refusal = access_.function(function(name));
  return refusal == nullptr ? "" : refusal->rule;
}

RelationUse Shop::use(std::string_view name, std::initializer_list<std::string_view> columns,
                      ColumnUse::How how) const {
  RelationUse use{.relation = &relation(name), .offset = 10, .is_read = true};
  for (const auto column : columns) {
    use.columns.push_back(
        {.column = use.relation->column(column)->number, .how = how, .offset = 20});
  }
  return use;
}

CallUse Shop::call(std::string_view name, CallUse::Kind kind) const {
  return {.kind = kind, .name = std::string(name), .offset = 30, .candidates = {&function(name)}};
}

Finds Shop::judge(const Facts& facts, void (*rule)(const Case&, Finds&), Mode mode) const {
  const Profile profile{.mode = mode};
  const Case statement{.facts = facts, .access = access_, .profile = profile};
  if (rule == nullptr) return check(statement);
  Finds finds;
  rule(statement, finds);
  return finds;
}

}  // namespace policy::rules
