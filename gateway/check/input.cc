// SPDX-License-Identifier: Apache-2.0
#include "gateway/check/input.h"

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <utility>

#include "gateway/auth/base64.h"
#include "gateway/check/raw_bytes.h"

namespace gateway::check {
namespace {

using Json = nlohmann::ordered_json;

// Of an input that has another shape than it should. Caught in read_case().
struct BadShape : std::runtime_error {
  using std::runtime_error::runtime_error;
};

std::string text_of(const Json& object, std::string_view key, std::string otherwise = {}) {
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) return otherwise;
  if (!found->is_string()) throw BadShape("\"" + std::string(key) + "\" is not a string");
  return unmark_raw_bytes(found->get_ref<const std::string&>());
}

std::size_t count_of(const Json& object) {
  const auto found = object.find("count");
  if (found == object.end()) return 0;
  if (!found->is_number_unsigned()) throw BadShape("\"sql_gen.count\" is not a number from 0");
  return found->get<std::size_t>();
}

void append_units(std::string& text, const std::string& unit, std::size_t count) {
  if (unit.empty()) return;
  const std::size_t room = kGeneratedBytesMax - std::min(kGeneratedBytesMax, text.size());
  if (count > room / unit.size()) throw BadShape("\"sql_gen\" makes a text of more than 64 MiB");
  text.reserve(text.size() + unit.size() * count);
  for (std::size_t i = 0; i < count; ++i) text += unit;
}

std::string generate(const Json& recipe) {
  if (!recipe.is_object()) throw BadShape("\"sql_gen\" is not an object");
  const std::size_t count = count_of(recipe);
  std::string text = text_of(recipe, "prefix");
  append_units(text, text_of(recipe, "unit"), count);
  text += text_of(recipe, "suffix");
  append_units(text, text_of(recipe, "suffix_unit"), count);
  return text;
}

// The statement that an object holds in one of its forms; nothing: none.
std::optional<std::string> sql_of(const Json& object) {
  if (object.contains("sql")) return text_of(object, "sql");
  if (object.contains("sql_gen")) return generate(object["sql_gen"]);
  if (!object.contains("b64")) return std::nullopt;
  auto bytes = auth::decode_base64(text_of(object, "b64"));
  if (!bytes) throw BadShape("\"b64\" is not base64");
  return std::move(*bytes);
}

std::vector<std::uint32_t> types_of(const Json& message) {
  std::vector<std::uint32_t> types;
  const auto found = message.find("types");
  if (found == message.end() || !found->is_array()) return types;
  for (const Json& type : *found) {
    types.push_back(type.is_number_unsigned() ? type.get<std::uint32_t>() : 0);
  }
  return types;
}

session::Settings settings_of(const Json& message) {
  session::Settings settings;
  if (message.contains("replication")) {
    const Json& value = message["replication"];
    settings.emplace_back("replication", value.is_boolean() ? (value.get<bool>() ? "true" : "false")
                                                            : text_of(message, "replication"));
  }
  const auto found = message.find("params");
  if (found == message.end()) return settings;
  if (!found->is_object()) throw BadShape("\"params\" of startup is not an object");
  for (const auto& [name, value] : found->items()) {
    settings.emplace_back(unmark_raw_bytes(name), text_of(*found, name));
  }
  return settings;
}

Step::Kind close_kind(const Json& message) {
  return text_of(message, "kind", "S") == "P" ? Step::Kind::ClosePortal
                                              : Step::Kind::CloseStatement;
}

Step parse_step(const Json& message) {
  auto sql = sql_of(message);
  if (!sql) throw BadShape("\"parse\" without \"sql\"");
  return {.kind = Step::Kind::Parse,
          .sql = *std::move(sql),
          .statement = text_of(message, "stmt"),
          .parameter_types = types_of(message)};
}

// A message that is not known here may be left out only where it carries no SQL.
Step other_step(const Json& message) {
  auto sql = sql_of(message);
  if (!sql) return {.kind = Step::Kind::Nothing};
  return {.kind = Step::Kind::Query, .sql = *std::move(sql)};
}

Step step_of(const Json& message) {
  if (message.is_string()) {
    return {.sql = unmark_raw_bytes(message.get_ref<const std::string&>())};
  }
  if (!message.is_object()) throw BadShape("a step is neither a string nor an object");
  const std::string kind = text_of(message, "msg");
  if (kind == "parse") return parse_step(message);
  if (kind == "bind") {
    return {.kind = Step::Kind::Bind,
            .statement = text_of(message, "stmt"),
            .portal = text_of(message, "portal")};
  }
  if (kind == "execute") return {.kind = Step::Kind::Execute, .portal = text_of(message, "portal")};
  if (kind == "close") {
    return {.kind = close_kind(message),
            .statement = text_of(message, "name"),
            .portal = text_of(message, "name")};
  }
  if (kind == "startup") return {.kind = Step::Kind::Startup, .settings = settings_of(message)};
  if (kind == "fcall") return {.kind = Step::Kind::FunctionCall};
  return other_step(message);
}

Case case_of(const Json& object) {
  if (!object.is_object()) throw BadShape("the line is not a JSON object");
  Case read;
  if (object.contains("id")) read.id = object["id"];
  if (const auto steps = object.find("steps"); steps != object.end()) {
    if (!steps->is_array()) throw BadShape("\"steps\" is not a list");
    read.is_script = true;
    for (const Json& step : *steps) read.steps.push_back(step_of(step));
    return read;
  }
  auto sql = sql_of(object);
  if (!sql) throw BadShape("neither \"sql\" nor \"steps\" nor \"sql_gen\"");
  read.steps.push_back({.sql = *std::move(sql)});
  return read;
}

Json id_of(const Json& object) {
  return object.is_object() && object.contains("id") ? object["id"] : Json();
}

}  // namespace

std::expected<Case, BadCase> read_case(std::string_view line) {
  Json object;
  try {
    object = Json::parse(mark_raw_bytes(line));
    return case_of(object);
  } catch (const BadShape& error) {
    return std::unexpected(BadCase{id_of(object), error.what()});
  } catch (const Json::exception& error) {
    return std::unexpected(BadCase{id_of(object), std::string("not JSON: ") + error.what()});
  }
}

}  // namespace gateway::check
