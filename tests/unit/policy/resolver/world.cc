// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/policy/resolver/world.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>
#include <stdexcept>

#include "policy/catalog/json.h"
#include "policy/reader/reader.h"
#include "policy/resolver/resolver.h"

namespace policy {
namespace {

catalog::Oid schema_oid(const catalog::Rows& rows, std::string_view name) {
  return std::ranges::find(rows.schemas, name, &catalog::Schema::name)->oid;
}

std::string told_column(const RelationUse& use, const ColumnUse& column) {
  using How = ColumnUse::How;
  if (column.how == How::WholeRow && column.column == 0) return "(row)";
  std::string text = "?";
  for (const auto& each : use.relation->columns) {
    if (each.number == column.column) text = each.name;
  }
  if (column.column < 0) text = "system";
  switch (column.how) {
    case How::Named: return text;
    case How::Star: return text + '*';
    case How::Join: return text + '=';
    case How::Written: return text + '!';
    case How::WholeRow: break;
  }
  return text + "(row)";
}

std::string told_use(const RelationUse& use, const catalog::Snapshot& snapshot) {
  std::set<std::string> columns;
  for (const auto& column : use.columns) columns.insert(told_column(use, column));
  const std::string_view schema = snapshot.schema_name(use.relation->schema);
  std::string text = schema == "public" ? "" : std::string(schema) + '.';
  text += std::string(use.relation->name) + '(';
  const char* separator = "";
  for (const auto& column : columns) {
    text += separator + column;
    separator = ", ";
  }
  return text + ')';
}

std::string joined(const std::multiset<std::string>& parts) {
  std::string text;
  for (const auto& part : parts) text += (text.empty() ? "" : " ") + part;
  return text;
}

std::string_view suffix(CallUse::Kind kind) {
  switch (kind) {
    case CallUse::Kind::Function: return "";
    case CallUse::Kind::Operator: return "/operator";
    case CallUse::Kind::Cast: return "/cast";
    case CallUse::Kind::Type: return "/type";
  }
  return "";
}

}  // namespace

catalog::Rows corpus_rows() {
  std::ifstream file(POSTERN_CORPUS "/poldb.catalog.json");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  auto rows = catalog::load_json(text);
  if (!rows) throw std::runtime_error(rows.error());
  return std::move(*rows);
}

std::shared_ptr<const catalog::Snapshot> corpus_snapshot() {
  static const auto snapshot = std::make_shared<const catalog::Snapshot>(corpus_rows());
  return snapshot;
}

std::shared_ptr<const catalog::Snapshot> older_snapshot(int major) {
  catalog::Rows rows = corpus_rows();
  rows.server_major = major;
  const catalog::Oid schema = schema_oid(rows, "public");
  catalog::Relation words{.oid = 4'000'000, .schema = schema, .name = "words"};
  for (const char* name : {"system_user", "json_value", "merge_action"}) {
    const auto number = static_cast<std::int16_t>(words.columns.size() + 1);
    words.columns.push_back({.name = name, .type = 25, .number = number});
  }
  rows.relations.push_back(std::move(words));
  catalog::Oid next = 4'000'001;
  const std::pair<const char*, std::vector<catalog::Oid>> functions[] = {
      {"json_value", {25, 25}}, {"json_query", {25, 25}}, {"json_exists", {25, 25}},
      {"json_scalar", {25}},    {"json_serialize", {25}}, {"json", {25}},
      {"json_object", {}},      {"json_array", {25}},     {"json_arrayagg", {25}},
      {"merge_action", {}},
  };
  for (const auto& [name, arguments] : functions) {
    rows.functions.push_back(
        {.oid = next++, .schema = schema, .name = name, .arguments = arguments, .result = 25});
  }
  return std::make_shared<const catalog::Snapshot>(std::move(rows));
}

Facts facts_of(std::string_view sql, const catalog::Snapshot& snapshot) {
  const ParsedText text(sql);
  const auto read = text.read();
  if (!read) throw std::runtime_error(std::string(sql) + ": " + read.error().message);
  const catalog::Oid path[] = {11, snapshot.schema("public")->oid};
  return resolve(
      text.statement(0),
      {.snapshot = snapshot, .search_path = path, .parameter_uses = read->at(0).parameter_uses});
}

std::string told(std::string_view sql, const catalog::Snapshot& snapshot) {
  const Facts facts = facts_of(sql, snapshot);
  if (facts.unresolved) return facts.unresolved->sqlstate;
  if (facts.uncertain) return "uncertain: " + facts.uncertain->construct;
  std::multiset<std::string> uses;
  for (const auto& use : facts.relations) uses.insert(told_use(use, snapshot));
  return joined(uses);
}

std::string calls(std::string_view sql, const catalog::Snapshot& snapshot) {
  const Facts facts = facts_of(sql, snapshot);
  if (facts.unresolved) return facts.unresolved->sqlstate;
  if (facts.uncertain) return "uncertain: " + facts.uncertain->construct;
  std::set<std::string> names;
  for (const auto& call : facts.calls) {
    for (const auto* candidate : call.candidates) {
      if (candidate->oid < catalog::kFirstUserOid) continue;
      names.insert(std::string(snapshot.schema_name(candidate->schema)) + '.' +
                   std::string(candidate->name) + std::string(suffix(call.kind)));
    }
  }
  return joined({names.begin(), names.end()});
}

}  // namespace policy
