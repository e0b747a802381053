// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <nlohmann/json.hpp>
#include <tuple>
#include <type_traits>
#include <vector>

#include "policy/catalog/json.h"
#include "policy/catalog/json_fields.h"

namespace policy::catalog {
namespace {

using Json = nlohmann::ordered_json;

template <class Row>
Json object_of(const Row& row);

Json value_of(Oid value) { return value; }
Json value_of(std::int16_t value) { return value; }
Json value_of(bool value) { return value; }
Json value_of(double value) { return value; }
Json value_of(char value) { return std::string(1, value); }
Json value_of(std::string_view value) { return value; }
Json value_of(const ColumnKey& key) { return Json::array({key.relation, key.column}); }
Json value_of(const NamedType& output) { return Json::array({output.name, output.type}); }

template <class Enum>
  requires std::is_enum_v<Enum>
Json value_of(Enum value) {
  return value_of(static_cast<char>(value));
}

Json value_of(const Column& column) {
  Json array = Json::array({column.name, column.type});
  if (Json rest = object_of(column); !rest.empty()) array.push_back(std::move(rest));
  return array;
}

template <class Item>
Json value_of(const std::vector<Item>& items) {
  Json array = Json::array();
  for (const auto& item : items) array.push_back(value_of(item));
  return array;
}

// Columns are numbered from 1; only those after a gap say their number.
Json value_of(const std::vector<Column>& columns) {
  Json array = Json::array();
  std::int16_t last = 0;
  for (auto column : columns) {
    const std::int16_t number = column.number;
    if (number == last + 1) column.number = 0;
    array.push_back(value_of(column));
    last = number;
  }
  return array;
}

template <class Row>
Json object_of(const Row& row) {
  Json object = Json::object();
  const Row unset{};
  std::apply(
      [&](const auto&... field) {
        const auto add = [&](const auto& one) {
          Json value = value_of(row.*one.member);
          if (value != value_of(unset.*one.member)) object[std::string(one.key)] = std::move(value);
        };
        (add(field), ...);
      },
      kFields<Row>);
  return object;
}

template <class Row>
Json array_of(const Row& row, const auto& fields) {
  Json array = Json::array();
  std::apply([&](const auto&... field) { (array.push_back(value_of(row.*field.member)), ...); },
             fields);
  return array;
}

template <class Row>
Json line_of(const Row& row) {
  if constexpr (kIsBare<Row>) {
    return array_of(row, kFields<Row>);
  } else {
    return object_of(row);
  }
}

// What kShortFunction says is all there is to say.
Json line_of(const Function& function) {
  Json object = object_of(function);
  if (function.schema != kPgCatalog || function.language != kInternal) return object;
  std::size_t said = 2;
  std::apply([&](const auto&... field) { ((said += object.count(std::string(field.key))), ...); },
             kShortFunction);
  return said == object.size() ? array_of(function, kShortFunction) : object;
}

template <class Row>
bool comes_before(const Row* left, const Row* right) {
  return left->oid < right->oid;
}
bool comes_before(const Cast* left, const Cast* right) {
  return std::tie(left->source, left->target) < std::tie(right->source, right->target);
}
bool comes_before(const ForeignKey* left, const ForeignKey* right) {
  return std::tie(left->relation, left->columns, left->referenced, left->referenced_columns) <
         std::tie(right->relation, right->columns, right->referenced, right->referenced_columns);
}

std::string text_of(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

template <class Row>
void add_list(std::string& text, std::string_view key, const std::vector<Row>& rows) {
  std::vector<const Row*> sorted;
  sorted.reserve(rows.size());
  for (const auto& row : rows) sorted.push_back(&row);
  // Where neither comes first, as they were: they lie in one vector.
  std::ranges::sort(sorted, [](const Row* left, const Row* right) {
    return comes_before(left, right) || (!comes_before(right, left) && left < right);
  });
  text.append(",\n\"").append(key).append("\":[");
  for (const Row* row : sorted) {
    text += row == sorted.front() ? "\n" : ",\n";
    text += text_of(line_of(*row));
  }
  text += "\n]";
}

}  // namespace

std::string dump(const Rows& rows) {
  std::string text = "{\"format\":" + std::to_string(kJsonFormat);
  text += ",\n\"server_major\":" + std::to_string(rows.server_major);
  text += ",\n\"database\":" + text_of(rows.database);
  add_list(text, "schemas", rows.schemas);
  add_list(text, "relations", rows.relations);
  add_list(text, "functions", rows.functions);
  add_list(text, "types", rows.types);
  add_list(text, "operators", rows.operators);
  add_list(text, "casts", rows.casts);
  add_list(text, "foreign_keys", rows.foreign_keys);
  text += "}\n";
  return text;
}

}  // namespace policy::catalog
