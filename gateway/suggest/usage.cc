// SPDX-License-Identifier: Apache-2.0
#include "gateway/suggest/usage.h"

#include <algorithm>
#include <string_view>

namespace gateway::suggest {
namespace {

void count(RelationUsage& usage, const Object& object) {
  ++(object.is_write ? usage.writes : usage.reads);
  for (const auto& column : object.columns) {
    if (column == "*") {
      ++usage.whole_rows;
    } else {
      ++usage.columns[column];
    }
  }
}

// Built-in functions are told without their schema.
std::string with_schema(const std::string& signature) {
  const std::string_view name = std::string_view(signature).substr(0, signature.find('('));
  return name.contains('.') ? signature : "pg_catalog." + signature;
}

// Built-in ones are not among the functions of a record. Where it could not be decided which one is
// meant, the resource is no signature.
bool is_new_function(const Warning& warning, const Record& record) {
  return warning.check == "function" && warning.resource.ends_with(')') &&
         std::ranges::find(record.functions, warning.resource) == record.functions.end();
}

}  // namespace

void Usage::add(const Record& record) {
  if (!record.is_allowed) {
    ++denied;
    return;
  }
  if (!record.was_judged) {
    ++unjudged;
    return;
  }
  ++statements;
  if (record.is_truncated) ++truncated;
  for (const Object& object : record.objects) {
    count(relations[{object.schema, object.relation}], object);
  }
  for (const auto& function : record.functions) ++functions[with_schema(function)];
  for (const Warning& warning : record.warnings) {
    ++warnings[warning.check + ' ' + warning.resource + " (" + warning.rule + ')'];
    if (is_new_function(warning, record)) ++functions[with_schema(warning.resource)];
  }
}

void Usage::add(const Usage& other) {
  statements += other.statements;
  denied += other.denied;
  unjudged += other.unjudged;
  truncated += other.truncated;
  for (const auto& [name, used] : other.relations) {
    RelationUsage& all = relations[name];
    all.reads += used.reads;
    all.writes += used.writes;
    all.whole_rows += used.whole_rows;
    for (const auto& [column, count] : used.columns) all.columns[column] += count;
  }
  for (const auto& [name, count] : other.functions) functions[name] += count;
  for (const auto& [warning, count] : other.warnings) warnings[warning] += count;
}

}  // namespace gateway::suggest
