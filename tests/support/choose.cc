// SPDX-License-Identifier: Apache-2.0
// Asks policy/catalog/typing.h from outside: reads one question a line as JSON, writes one answer a
// line. The first argument is a file of catalog rows as test_typing.py dumps them.
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "policy/catalog/typing.h"

namespace {

using namespace policy::catalog;
using nlohmann::json;

Oid oid(const json& row, const char* key) {
  const auto found = row.find(key);
  return found == row.end() || found->is_null() ? 0 : found->get<Oid>();
}

std::vector<Oid> oids(const json& row, const char* key) {
  const auto found = row.find(key);
  return found == row.end() || found->is_null() ? std::vector<Oid>{}
                                                : found->get<std::vector<Oid>>();
}

char letter(const json& row, const char* key) { return row.at(key).get<std::string>().front(); }

void add_types(Rows& rows, const json& file) {
  for (const json& row : file.at("types")) {
    rows.types.push_back({.oid = oid(row, "oid"),
                          .schema = oid(row, "schema"),
                          .name = rows.keep(row.at("name").get<std::string>()),
                          .kind = TypeKind{letter(row, "kind")},
                          .category = letter(row, "category"),
                          .is_preferred = row.at("is_preferred").get<bool>(),
                          .element = oid(row, "element"),
                          .is_array = row.at("is_array").get<bool>(),
                          .array = oid(row, "array"),
                          .relation = oid(row, "relation"),
                          .base = oid(row, "base"),
                          .subtype = oid(row, "subtype"),
                          .range = oid(row, "range"),
                          .multirange = oid(row, "multirange")});
  }
}

void add_functions(Rows& rows, const json& file) {
  for (const json& row : file.at("functions")) {
    Function function{.oid = oid(row, "oid"),
                      .schema = oid(row, "schema"),
                      .name = rows.keep(row.at("name").get<std::string>()),
                      .kind = FunctionKind{letter(row, "kind")},
                      .arguments = oids(row, "arguments"),
                      .variadic = oid(row, "variadic"),
                      .defaults = row.at("defaults").get<std::int16_t>(),
                      .result = oid(row, "result"),
                      .returns_set = row.at("returns_set").get<bool>(),
                      .is_ordered_set = row.at("is_ordered_set").get<bool>()};
    if (!row.at("argument_names").is_null()) {
      for (const json& name : row.at("argument_names")) {
        function.argument_names.push_back(
            rows.keep(name.is_null() ? std::string{} : name.get<std::string>()));
      }
    }
    rows.functions.push_back(std::move(function));
  }
}

Rows rows_of(const json& file) {
  Rows rows;
  rows.server_major = 15;
  add_types(rows, file);
  add_functions(rows, file);
  for (const json& row : file.at("operators")) {
    rows.operators.push_back({oid(row, "oid"), oid(row, "schema"),
                              rows.keep(row.at("name").get<std::string>()), oid(row, "left"),
                              oid(row, "right"), oid(row, "result"), oid(row, "function")});
  }
  for (const json& row : file.at("casts")) {
    rows.casts.push_back({oid(row, "source"), oid(row, "target"), oid(row, "function"),
                          letter(row, "context"), letter(row, "method")});
  }
  for (const json& row : file.at("relations")) {
    rows.relations.push_back({.oid = oid(row, "oid"), .parents = oids(row, "parents")});
  }
  return rows;
}

json answer_call(const Snapshot& snapshot, const json& question) {
  const auto path = oids(question, "path");
  const auto name = question.at("call").get<std::string>();
  std::vector<std::string> names;
  std::vector<Argument> arguments;
  for (const json& one : question.at("arguments")) {
    names.push_back(one.value("name", std::string{}));
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    arguments.push_back({.type = oid(question.at("arguments").at(i), "type"), .name = names[i]});
  }
  const Choice choice =
      choose_function(snapshot, {.name = name,
                                 .path = path,
                                 .arguments = arguments,
                                 .is_variadic = question.value("is_variadic", false),
                                 .is_ordered_set = question.value("is_ordered_set", false)});
  json chosen = json::array();
  for (const Function* function : choice.functions) chosen.push_back(function->oid);
  return {{"chosen", chosen},
          {"result", choice.result},
          {"cast", choice.cast_target},
          {"is_ambiguous", choice.is_ambiguous},
          {"code", choice.cast_functions}};
}

json answer_operator(const Snapshot& snapshot, const json& question) {
  const auto path = oids(question, "path");
  const auto left =
      question.at("left").is_null() ? std::optional<Oid>{} : question.at("left").get<Oid>();
  const OperatorChoice choice = choose_operator(
      snapshot, question.at("operator").get<std::string>(), path, left, oid(question, "right"));
  json chosen = json::array();
  for (const Operator* op : choice.operators) chosen.push_back(op->oid);
  return {{"chosen", chosen},
          {"result", choice.result},
          {"cast", 0},
          {"is_ambiguous", choice.is_ambiguous},
          {"code", choice.cast_functions}};
}

json answer(const Snapshot& snapshot, const json& question) {
  if (question.contains("call")) return answer_call(snapshot, question);
  if (question.contains("operator")) return answer_operator(snapshot, question);
  if (question.contains("common")) return common_type(snapshot, oids(question, "common"));
  return {{"element", subscript_type(snapshot, oid(question, "container"))},
          {"slice", slice_type(snapshot, oid(question, "container"))}};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  std::ifstream file(argv[1]);
  const Snapshot snapshot(rows_of(json::parse(file)));
  for (std::string line; std::getline(std::cin, line);) {
    std::cout << answer(snapshot, json::parse(line)).dump() << '\n';
  }
  return 0;
}
