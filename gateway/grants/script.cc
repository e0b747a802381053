// SPDX-License-Identifier: Apache-2.0
#include "gateway/grants/script.h"

#include <algorithm>
#include <string_view>

#include "gateway/grants/object_grants.h"
#include "gateway/grants/quoting.h"
#include "policy/rewrite/names.h"

namespace gateway::grants {
namespace {

using policy::quote_name;

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text.append(text.empty() ? "" : " ").append(word);
  return text;
}

std::string header(const ScriptInputs& inputs) {
  std::string text = comment("Grants for " + inputs.subject + ", made by postern grants.");
  text += comment("Run it as a superuser, or as the owner of the objects who may grant roles:");
  text += comment("psql -X -v ON_ERROR_STOP=1 -d " + inputs.facts.database + " -f FILE");
  text +=
      comment("Running it again changes nothing; after a change of the policy or of the schema");
  text +=
      comment("make it anew. What it takes from PUBLIC other roles lose, too: look for PUBLIC.");
  return text;
}

std::string database_guard(const ScriptInputs& inputs) {
  const std::string name = literal(inputs.facts.database);
  return "DO " +
         dollar_quoted("BEGIN IF current_database() <> " + name +
                       " THEN RAISE EXCEPTION 'these grants are for database %', " + name +
                       "; END IF; END") +
         ";\n";
}

// From 16 on each grantor's membership is one of its own.
std::string granted_by(const Membership& membership, int server_major) {
  constexpr int kFirst = 16;
  if (server_major < kFirst || membership.grantor.empty()) return {};
  return " GRANTED BY " + quote_name(membership.grantor);
}

std::string role_part(const ScriptInputs& inputs) {
  const std::string role = quote_name(inputs.role);
  std::string text = comment("The role. Whether and how it logs in is left to you:");
  text += comment("ALTER ROLE " + role + " LOGIN PASSWORD '…' CONNECTION LIMIT …;");
  text += "DO " +
          dollar_quoted("BEGIN IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = " +
                        literal(inputs.role) + ") THEN CREATE ROLE " + role +
                        " NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB NOREPLICATION;"
                        " END IF; END") +
          ";\n";
  std::vector<std::string> attributes;
  attributes.reserve(inputs.facts.role.attributes.size());
  for (const auto& each : inputs.facts.role.attributes) attributes.push_back("NO" + each);
  if (!attributes.empty()) text += "ALTER ROLE " + role + ' ' + joined(attributes) + ";\n";
  for (const auto& membership : inputs.facts.role.member_of) {
    text += "REVOKE " + quote_name(membership.group) + " FROM " + role +
            granted_by(membership, inputs.rights.snapshot().server_major()) + ";\n";
  }
  if (!inputs.login.empty()) {
    text += comment("The pool logs in as this user and becomes the role (readonly_role).");
    text += "GRANT " + role + " TO " + quote_name(inputs.login) + ";\n";
  }
  return text;
}

std::string database_part(const ScriptInputs& inputs) {
  const std::string database = quote_name(inputs.facts.database);
  const std::string role = quote_name(inputs.role);
  std::string text = comment("A temporary table hides a table of the same name.");
  text += "REVOKE CREATE, TEMPORARY ON DATABASE " + database + " FROM PUBLIC;\n";
  text += "REVOKE ALL ON DATABASE " + database + " FROM " + role + ";\n";
  text += "GRANT CONNECT ON DATABASE " + database + " TO " + role + ";\n";
  return text;
}

// search_path is a list of names, quoted already as far as they need it.
std::string setting_sql(const std::string& name, const std::string& value) {
  const bool is_list = name == "search_path" && !value.empty();
  return name + " = " + (is_list ? value : literal(value));
}

// Pinned by some configurations and not by others: what an earlier script set must not stay.
constexpr std::string_view kSometimesPinned[] = {
    "default_transaction_read_only", "statement_timeout", "idle_in_transaction_session_timeout"};

std::string settings_part(const ScriptInputs& inputs) {
  const std::string alter =
      "ALTER ROLE " + quote_name(inputs.role) + " IN DATABASE " + quote_name(inputs.facts.database);
  std::string text = comment("As the gateway pins them; a session can still change them.");
  for (const std::string_view name : kSometimesPinned) {
    text += alter + " RESET " + std::string(name) + ";\n";
  }
  for (const auto& [name, value] : inputs.settings) {
    if (name != "role") text += alter + " SET " + setting_sql(name, value) + ";\n";
  }
  return text;
}

// Of those with refused columns only the columns could be taken, which breaks every tool.
std::string system_relations(const ScriptInputs& inputs) {
  std::string text;
  for (const auto& relation : inputs.rights.snapshot().relations()) {
    const bool is_open = inputs.rights.access().relation(relation) == nullptr;
    if (!relation.is_built_in() || !is_table_like(relation.kind) || is_open) continue;
    text += "REVOKE ALL ON TABLE " + relation_sql(inputs.rights.snapshot(), relation) +
            " FROM PUBLIC, " + quote_name(inputs.role) + ";\n";
  }
  return text;
}

std::string built_ins_part(const ScriptInputs& inputs) {
  if (inputs.built_ins == BuiltIns::Keep) return {};
  std::string text =
      comment("WARNING: the server's own relations and functions, from PUBLIC, as asked with");
  text += comment("--revoke-builtins: dumps, monitoring and drivers of other roles may need them,");
  text += comment("and managed services may forbid it.");
  text += system_relations(inputs);
  for (const auto& function : inputs.rights.snapshot().functions()) {
    if (function.decision != policy::catalog::Decision::Refused) continue;
    if (inputs.rights.may_call(function)) continue;
    text += "REVOKE EXECUTE ON ROUTINE " + routine_sql(inputs.rights.snapshot(), function) +
            " FROM PUBLIC, " + quote_name(inputs.role) + ";\n";
  }
  return '\n' + text;
}

}  // namespace

std::string script(const ScriptInputs& inputs) {
  const ObjectGrants objects(inputs.rights, inputs.facts, quote_name(inputs.role));
  return header(inputs) + "\nBEGIN;\n" + "SET LOCAL search_path = '';\n" + database_guard(inputs) +
         '\n' + role_part(inputs) + '\n' + database_part(inputs) + '\n' + objects.schemas() + '\n' +
         objects.relations() + '\n' + objects.from_public() + objects.sequences() +
         objects.functions() + built_ins_part(inputs) + '\n' + settings_part(inputs) +
         "\nCOMMIT;\n";
}

}  // namespace gateway::grants
