// SPDX-License-Identifier: Apache-2.0
#include "gateway/check/facts_json.h"

#include <algorithm>
#include <array>
#include <utility>

#include "policy/rules/type_names.h"

namespace gateway::check {
namespace {

using Json = nlohmann::ordered_json;
using policy::CallUse;
using policy::ColumnUse;
using policy::RelationUse;
using policy::catalog::Snapshot;

// By -attnum: sysattr.h.
constexpr std::array<std::string_view, 7> kSystemColumns{"",     "ctid", "xmin",    "cmin",
                                                         "xmax", "cmax", "tableoid"};

std::string column_name(const policy::catalog::Relation& relation, std::int16_t number) {
  if (number == 0) return "*";
  if (number < 0) {
    const auto at = static_cast<std::size_t>(-number);
    return at < kSystemColumns.size() ? std::string(kSystemColumns[at]) : "?";
  }
  const auto* column = relation.column(number);
  return column == nullptr ? "?" : std::string(column->name);
}

std::string_view name(CallUse::Kind kind) {
  switch (kind) {
    case CallUse::Kind::Function: return "function";
    case CallUse::Kind::Operator: return "operator";
    case CallUse::Kind::Cast: return "cast";
    case CallUse::Kind::Type: return "type";
  }
  return "function";
}

Json relation_json(const RelationUse& use, const Snapshot& snapshot) {
  Json json{{"schema", snapshot.schema_name(use.relation->schema)},
            {"relation", use.relation->name},
            {"access", access_names(use)},
            {"columns", column_names(use, Columns::Read)}};
  const auto written = column_names(use, Columns::Written);
  if (!written.empty()) json["written_columns"] = written;
  json["offset"] = use.offset;
  return json;
}

Json call_json(const CallUse& call, const Snapshot& snapshot) {
  Json candidates = Json::array();
  for (const auto* function : call.candidates) {
    candidates.push_back(signature(*function, snapshot));
  }
  return {{"kind", name(call.kind)},
          {"name", call.name},
          {"offset", call.offset},
          {"candidates", std::move(candidates)}};
}

// "?": it cannot be told.
std::string output_type(const policy::OutputColumn& output, const Snapshot& snapshot) {
  return output.type == 0 ? "?" : policy::rules::type_name(snapshot, output.type);
}

Json output_json(const policy::OutputColumn& output, const Snapshot& snapshot) {
  Json json{{"name", output.name}, {"type", output_type(output, snapshot)}};
  if (output.relation == 0) return json;
  json["relation_oid"] = output.relation;
  json["column_number"] = output.column;
  if (const auto* relation = snapshot.relation(output.relation)) {
    json["source"] =
        qualified_name(*relation, snapshot) + "." + column_name(*relation, output.column);
  }
  return json;
}

Json unresolved_json(const policy::Unresolved& unresolved) {
  return {{"sqlstate", unresolved.sqlstate},
          {"message", unresolved.message},
          {"offset", unresolved.offset}};
}

}  // namespace

std::vector<std::string> access_names(const RelationUse& use) {
  const std::array<std::pair<bool, const char*>, 6> kinds{{{use.is_read, "read"},
                                                           {use.is_inserted, "insert"},
                                                           {use.is_updated, "update"},
                                                           {use.is_deleted, "delete"},
                                                           {use.is_locked, "lock"},
                                                           {use.is_defined, "define"}}};
  std::vector<std::string> names;
  for (const auto& [is_so, text] : kinds) {
    if (is_so) names.emplace_back(text);
  }
  return names;
}

std::vector<std::string> column_names(const RelationUse& use, Columns which) {
  std::vector<std::string> names;
  for (const ColumnUse& column : use.columns) {
    if ((column.how == ColumnUse::How::Written) != (which == Columns::Written)) continue;
    std::string text = column_name(*use.relation, column.column);
    if (std::ranges::find(names, text) == names.end()) names.push_back(std::move(text));
  }
  return names;
}

std::string signature(const policy::catalog::Function& function, const Snapshot& snapshot) {
  std::string text(snapshot.schema_name(function.schema));
  text.append(".").append(function.name).append("(");
  for (std::size_t i = 0; i < function.arguments.size(); ++i) {
    if (i > 0) text += ", ";
    text += policy::rules::type_name(snapshot, function.arguments[i]);
  }
  return text + ")";
}

std::string qualified_name(const policy::catalog::Relation& relation, const Snapshot& snapshot) {
  return std::string(snapshot.schema_name(relation.schema)) + "." + std::string(relation.name);
}

Json facts_json(const policy::Facts& facts, const Snapshot& snapshot) {
  Json json{{"relations", Json::array()}, {"calls", Json::array()}, {"outputs", Json::array()}};
  for (const auto& use : facts.relations) json["relations"].push_back(relation_json(use, snapshot));
  for (const auto& call : facts.calls) json["calls"].push_back(call_json(call, snapshot));
  for (const auto& output : facts.outputs) json["outputs"].push_back(output_json(output, snapshot));
  for (const auto& named : facts.named_relations) {
    json["named_relations"].push_back(qualified_name(*named.relation, snapshot));
  }
  for (const auto& setting : facts.settings_read) {
    json["settings_read"].push_back(setting.name.empty() ? "*" : setting.name);
  }
  if (facts.unresolved) json["unresolved"] = unresolved_json(*facts.unresolved);
  if (facts.uncertain) {
    json["uncertain"] = {{"construct", facts.uncertain->construct},
                         {"offset", facts.uncertain->offset}};
  }
  return json;
}

}  // namespace gateway::check
