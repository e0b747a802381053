// SPDX-License-Identifier: Apache-2.0
#include "gateway/check/input.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "gateway/auth/base64.h"
#include "gateway/check/raw_bytes.h"

namespace gateway::check {
namespace {

using Json = nlohmann::ordered_json;

// The first thing that is wrong with a line.
struct Fault {
  std::string message{};
  void say(std::string text) {
    if (message.empty()) message = std::move(text);
  }
};

std::string text_of(const Json& object, std::string_view key, Fault& fault) {
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) return {};
  if (!found->is_string()) {
    fault.say("\"" + std::string(key) + "\" is not a string");
    return {};
  }
  return unmark_raw_bytes(found->get_ref<const std::string&>());
}

std::size_t count_of(const Json& object, Fault& fault) {
  const auto found = object.find("count");
  if (found == object.end()) return 0;
  if (found->is_number_unsigned()) return found->get<std::size_t>();
  fault.say("\"sql_gen.count\" is not a number from 0");
  return 0;
}

void append_units(std::string& text, const std::string& unit, std::size_t count, Fault& fault) {
  if (unit.empty()) return;
  const std::size_t room = kGeneratedBytesMax - std::min(kGeneratedBytesMax, text.size());
  if (count > room / unit.size()) return fault.say("\"sql_gen\" makes more than 64 MiB");
  text.reserve(text.size() + unit.size() * count);
  for (std::size_t i = 0; i < count; ++i) text += unit;
}

std::string generate(const Json& recipe, Fault& fault) {
  if (!recipe.is_object()) {
    fault.say("\"sql_gen\" is not an object");
    return {};
  }
  const std::size_t count = count_of(recipe, fault);
  std::string text = text_of(recipe, "prefix", fault);
  append_units(text, text_of(recipe, "unit", fault), count, fault);
  text += text_of(recipe, "suffix", fault);
  append_units(text, text_of(recipe, "suffix_unit", fault), count, fault);
  return text;
}

// The statement that an object holds in one of its forms; nothing: none.
std::optional<std::string> sql_of(const Json& object, Fault& fault) {
  if (object.contains("sql")) return text_of(object, "sql", fault);
  if (object.contains("sql_gen")) return generate(object["sql_gen"], fault);
  if (!object.contains("b64")) return std::nullopt;
  auto bytes = auth::decode_base64(text_of(object, "b64", fault));
  if (!bytes) fault.say("\"b64\" is not base64");
  return std::move(bytes).value_or("");
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

session::Settings settings_of(const Json& message, Fault& fault) {
  session::Settings settings;
  if (const auto found = message.find("replication"); found != message.end()) {
    settings.emplace_back("replication", found->is_boolean()
                                             ? found->dump()
                                             : text_of(message, "replication", fault));
  }
  const auto found = message.find("params");
  if (found == message.end()) return settings;
  if (!found->is_object()) fault.say("\"params\" of startup is not an object");
  if (!found->is_object()) return settings;
  for (const auto& [name, value] : found->items()) {
    settings.emplace_back(unmark_raw_bytes(name), text_of(*found, name, fault));
  }
  return settings;
}

Step parse_step(const Json& message, Fault& fault) {
  auto sql = sql_of(message, fault);
  if (!sql) fault.say("\"parse\" without \"sql\"");
  return {.kind = Step::Kind::Parse,
          .sql = std::move(sql).value_or(""),
          .statement = text_of(message, "stmt", fault),
          .parameter_types = types_of(message)};
}

Step close_step(const Json& message, Fault& fault) {
  const bool is_portal = text_of(message, "kind", fault) == "P";
  const std::string name = text_of(message, "name", fault);
  if (is_portal) return {.kind = Step::Kind::ClosePortal, .portal = name};
  return {.kind = Step::Kind::CloseStatement, .statement = name};
}

// A message that is not known here may be left out only where it carries no SQL.
Step other_step(const Json& message, Fault& fault) {
  auto sql = sql_of(message, fault);
  if (!sql) return {.kind = Step::Kind::Nothing};
  return {.kind = Step::Kind::Query, .sql = *std::move(sql)};
}

// {"function": 1397}, or {"func": "public.order_total(integer)"}
std::string function_of(const Json& message, Fault& fault) {
  const auto found = message.find("function");
  if (found == message.end()) return text_of(message, "func", fault);
  if (found->is_number_unsigned()) return std::to_string(found->get<std::uint64_t>());
  fault.say("\"function\" is not an OID");
  return {};
}

Step message_step(const Json& message, Fault& fault) {
  const std::string kind = text_of(message, "msg", fault);
  if (kind == "parse") return parse_step(message, fault);
  if (kind == "close") return close_step(message, fault);
  if (kind == "fcall") {
    return {.kind = Step::Kind::FunctionCall, .function = function_of(message, fault)};
  }
  if (kind == "execute") {
    return {.kind = Step::Kind::Execute, .portal = text_of(message, "portal", fault)};
  }
  if (kind == "bind") {
    return {.kind = Step::Kind::Bind,
            .statement = text_of(message, "stmt", fault),
            .portal = text_of(message, "portal", fault)};
  }
  if (kind == "startup") {
    return {.kind = Step::Kind::Startup, .settings = settings_of(message, fault)};
  }
  return other_step(message, fault);
}

Step step_of(const Json& step, Fault& fault) {
  if (step.is_string()) return {.sql = unmark_raw_bytes(step.get_ref<const std::string&>())};
  if (step.is_object()) return message_step(step, fault);
  fault.say("a step is neither a string nor an object");
  return {};
}

Case case_of(const Json& object, Fault& fault) {
  Case read;
  if (!object.is_object()) {
    fault.say(object.is_discarded() ? "the line is not JSON" : "the line is not a JSON object");
    return read;
  }
  if (object.contains("id")) read.id = object["id"];
  const auto steps = object.find("steps");
  read.is_script = steps != object.end();
  if (read.is_script) {
    if (!steps->is_array()) fault.say("\"steps\" is not a list");
    for (const Json& step : *steps) read.steps.push_back(step_of(step, fault));
    return read;
  }
  auto sql = sql_of(object, fault);
  if (!sql) fault.say("neither \"sql\" nor \"steps\" nor \"sql_gen\"");
  read.steps.push_back({.sql = std::move(sql).value_or("")});
  return read;
}

}  // namespace

std::expected<Case, BadCase> read_case(std::string_view line) {
  Fault fault;
  const Json object = Json::parse(mark_raw_bytes(line), nullptr, /*allow_exceptions=*/false);
  Case read = case_of(object, fault);
  if (fault.message.empty()) return read;
  return std::unexpected(BadCase{std::move(read.id), std::move(fault.message)});
}

}  // namespace gateway::check
