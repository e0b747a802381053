// SPDX-License-Identifier: Apache-2.0
#include "gateway/grants/quoting.h"

#include "policy/rewrite/names.h"

namespace gateway::grants {
namespace {

using policy::quote_name;
namespace catalog = policy::catalog;

std::string doubled(std::string_view text, char what) {
  std::string result(1, what);
  for (const char c : text) result.append(c == what ? 2 : 1, c);
  result.push_back(what);
  return result;
}

std::string qualified(const catalog::Snapshot& snapshot, catalog::Oid schema,
                      std::string_view name) {
  return quote_name(snapshot.schema_name(schema)) + '.' + quote_name(name);
}

std::string type_sql(const catalog::Snapshot& snapshot, catalog::Oid oid) {
  const auto* type = snapshot.type(oid);
  if (type == nullptr) return quote_name("unknown type " + std::to_string(oid));
  return qualified(snapshot, type->schema, type->name);
}

}  // namespace

std::string literal(std::string_view text) {
  if (!text.contains('\\')) return doubled(text, '\'');
  std::string escaped;
  for (const char c : text) escaped.append(c == '\\' ? 2 : 1, c);
  return 'E' + doubled(escaped, '\'');
}

std::string dollar_quoted(std::string_view body) {
  std::string tag = "$postern$";
  for (int number = 1; body.contains(tag); ++number) {
    tag = "$postern" + std::to_string(number) + '$';
  }
  return tag + std::string(body) + tag;
}

std::string comment(std::string_view text) {
  std::string line = "-- ";
  for (const char c : text) line.push_back(static_cast<unsigned char>(c) < ' ' ? ' ' : c);
  return line + '\n';
}

std::string relation_sql(const catalog::Snapshot& snapshot, const catalog::Relation& relation) {
  return qualified(snapshot, relation.schema, relation.name);
}

std::string routine_sql(const catalog::Snapshot& snapshot, const catalog::Function& function) {
  std::string text = qualified(snapshot, function.schema, function.name) + '(';
  for (const catalog::Oid argument : function.arguments) {
    if (!text.ends_with('(')) text += ", ";
    text += type_sql(snapshot, argument);
  }
  return text + ')';
}

}  // namespace gateway::grants
