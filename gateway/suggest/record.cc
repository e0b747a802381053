// SPDX-License-Identifier: Apache-2.0
#include "gateway/suggest/record.h"

#include <nlohmann/json.hpp>

namespace gateway::suggest {
namespace {

using Json = nlohmann::json;

// What is missing or of another kind is empty: an older or newer version wrote it.
std::string text_in(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

bool flag_in(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_boolean() && found->get<bool>();
}

const Json& member(const Json& object, const char* key) {
  static const Json kNothing = Json::object();
  const auto found = object.find(key);
  return found == object.end() ? kNothing : *found;
}

std::vector<std::string> texts_in(const Json& object, const char* key) {
  std::vector<std::string> texts;
  for (const Json& item : member(object, key)) {
    if (item.is_string()) texts.push_back(item.get<std::string>());
  }
  return texts;
}

Object read_object(const Json& item) {
  Object object;
  object.schema = text_in(item, "schema");
  object.relation = text_in(item, "relation");
  object.columns = texts_in(item, "columns");
  object.is_write = text_in(item, "access") == "write";
  return object;
}

Warning read_warning(const Json& item) {
  Warning warning;
  warning.check = text_in(item, "check");
  warning.resource = text_in(item, "resource");
  warning.rule = text_in(item, "rule");
  return warning;
}

Record read_decision(const Json& line) {
  Record record;
  record.database = text_in(line, "database");
  record.user = text_in(member(line, "principal"), "user");
  record.is_allowed = text_in(line, "event_type") == "query_allowed";
  record.was_judged = text_in(member(line, "policy_checks"), "table_access") != "skipped";
  record.is_truncated = flag_in(line, "objects_truncated") || flag_in(line, "functions_truncated");
  for (const Json& item : member(line, "objects")) {
    record.objects.push_back(read_object(item));
    record.is_truncated = record.is_truncated || flag_in(item, "truncated");
  }
  record.functions = texts_in(line, "functions");
  for (const Json& item : member(line, "violations")) {
    record.warnings.push_back(read_warning(item));
  }
  return record;
}

}  // namespace

std::expected<std::optional<Record>, std::string> read_record(std::string_view line) {
  const Json parsed = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (parsed.is_discarded()) return std::unexpected("is no JSON");
  if (!parsed.is_object()) return std::unexpected("is no JSON object");
  const std::string event = text_in(parsed, "event_type");
  if (event != "query_allowed" && event != "query_denied") return std::nullopt;
  return read_decision(parsed);
}

}  // namespace gateway::suggest
