// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <iterator>
#include <nlohmann/json.hpp>
#include <tuple>
#include <type_traits>
#include <unordered_set>
#include <utility>
#include <vector>

#include "policy/catalog/inconsistency.h"
#include "policy/catalog/json.h"
#include "policy/catalog/json_fields.h"
#include "policy/catalog/known_functions.h"

namespace policy::catalog {
namespace {

using Json = nlohmann::json;

constexpr int kServerMajorMin = 14;
constexpr int kServerMajorMax = 99;

std::string in_quotes(std::string_view text) { return "'" + std::string(text.substr(0, 80)) + "'"; }

// What is wrong, and the way to it, written from its end.
class Reading {
 public:
  explicit Reading(Rows& rows) : rows_(rows) {}

  std::string error() const { return place_.empty() ? what_ : place_ + ": " + what_; }
  bool fail(std::string what) {
    what_ = std::move(what);
    return false;
  }

  bool read(const Json& json, Oid& value) {
    if (!json.is_number_unsigned() || json.get<std::uint64_t>() > UINT32_MAX) {
      return fail("must be a number from 0 to 4294967295");
    }
    value = json.get<Oid>();
    return true;
  }
  bool read(const Json& json, std::int16_t& value) {
    if (!json.is_number_integer() || json.get<double>() < INT16_MIN ||
        json.get<double>() > INT16_MAX) {
      return fail("must be a number from -32768 to 32767");
    }
    value = json.get<std::int16_t>();
    return true;
  }
  bool read(const Json& json, bool& value) {
    if (!json.is_boolean()) return fail("must be true or false");
    value = json.get<bool>();
    return true;
  }
  bool read(const Json& json, double& value) {
    if (!json.is_number() || !std::isfinite(json.get<double>())) return fail("must be a number");
    value = json.get<double>();
    return true;
  }
  bool read(const Json& json, char& value) {
    if (!json.is_string() || json.get_ref<const std::string&>().size() != 1) {
      return fail("must be one letter");
    }
    value = json.get_ref<const std::string&>()[0];
    return true;
  }
  bool read(const Json& json, std::string_view& value) {
    if (!json.is_string()) return fail("must be a string");
    const auto& text = json.get_ref<const std::string&>();
    if (text.contains('\0')) return fail("must not contain NUL");
    value = rows_.keep(text);
    return true;
  }
  bool read(const Json& json, std::string& value) {
    std::string_view kept;
    if (!read(json, kept)) return false;
    value = kept;
    return true;
  }

  template <class Enum>
    requires std::is_enum_v<Enum>
  bool read(const Json& json, Enum& value) {
    char letter = 0;
    if (!read(json, letter)) return false;
    if (!kLetters<Enum>.contains(letter)) {
      return fail("must be one of the letters " + std::string(kLetters<Enum>));
    }
    value = static_cast<Enum>(letter);
    return true;
  }

  bool read(const Json& json, ColumnKey& key) {
    return read_bare(
        json, key,
        std::tuple{Field{"relation", &ColumnKey::relation}, Field{"column", &ColumnKey::column}});
  }
  bool read(const Json& json, NamedType& output) {
    return read_bare(json, output,
                     std::tuple{Field{"name", &NamedType::name}, Field{"type", &NamedType::type}});
  }

  bool read(const Json& json, Column& column) {
    if (!json.is_array() || json.size() < 2 || json.size() > 3) {
      return fail("must be an array of name, type and what else there is to say");
    }
    return at("name", read(json[0], column.name)) && at("type", read(json[1], column.type)) &&
           (json.size() == 2 || read_object(json[2], column));
  }

  template <class Item>
  bool read(const Json& json, std::vector<Item>& items) {
    if (!json.is_array()) return fail("must be an array");
    items.resize(json.size());
    for (std::size_t number = 0; number < items.size(); ++number) {
      if (!read(json[number], items[number])) return at("[" + std::to_string(number) + "]");
    }
    return true;
  }

  bool read(const Json& json, std::vector<Column>& columns) {
    return read<Column>(json, columns) && number_columns(columns);
  }

  template <class Row>
    requires(std::tuple_size_v<std::remove_const_t<decltype(kFields<Row>)>> > 0)
  bool read(const Json& json, Row& row) {
    if constexpr (kIsBare<Row>) {
      return read_bare(json, row, kFields<Row>);
    } else if constexpr (std::is_same_v<Row, Function>) {
      return json.is_array() ? read_short(json, row) : read_object(json, row);
    } else {
      return read_object(json, row);
    }
  }

  bool at(std::string_view key, bool is_good) { return is_good || at(std::string(key)); }

 private:
  bool at(std::string step) {
    if (!place_.empty() && !place_.starts_with('[')) step += ".";
    place_.insert(0, step);
    return false;
  }

  template <class Row>
  bool read_bare(const Json& json, Row& row, const auto& fields) {
    constexpr std::size_t kCount = std::tuple_size_v<std::remove_cvref_t<decltype(fields)>>;
    if (!json.is_array() || json.size() != kCount) {
      return fail("must be an array of " + std::to_string(kCount) + " items");
    }
    std::size_t number = 0;
    return std::apply(
        [&](const auto&... field) {
          return (at(field.key, read(json[number++], row.*field.member)) && ...);
        },
        fields);
  }

  bool read_short(const Json& json, Function& function) {
    function.schema = kPgCatalog;
    function.language = rows_.keep(kInternal);
    return read_bare(json, function, kShortFunction);
  }

  template <class Row>
  bool read_object(const Json& json, Row& row) {
    if (!json.is_object()) return fail("must be an object");
    for (const auto& [key, value] : json.items()) {
      if (!read_key(key, value, row)) return false;
    }
    return true;
  }

  template <class Row>
  bool read_key(std::string_view key, const Json& value, Row& row) {
    bool is_known = false;
    const bool is_good = std::apply(
        [&](const auto&... field) {
          const auto read_one = [&](const auto& one) {
            if (one.key != key) return true;
            is_known = true;
            return at(one.key, read(value, row.*one.member));
          };
          return (read_one(field) && ...);
        },
        kFields<Row>);
    return is_good && (is_known || fail("unknown key " + in_quotes(key)));
  }

  // A column that says no number has the next one.
  bool number_columns(std::vector<Column>& columns) {
    std::unordered_set<std::string_view> names;
    std::int16_t last = 0;
    for (auto& column : columns) {
      if (column.number == 0 && last < INT16_MAX)
        column.number = static_cast<std::int16_t>(last + 1);
      if (column.number <= last) return fail("columns must be in the order of their numbers");
      if (!names.insert(column.name).second) {
        return fail("column " + in_quotes(column.name) + " is there twice");
      }
      last = column.number;
    }
    return true;
  }

  Rows& rows_;
  std::string place_;
  std::string what_;
};

// A list that is not there is empty.
template <class Row>
bool read_list(Reading& reading, const Json& json, const char* key, std::vector<Row>& rows) {
  const auto found = json.find(key);
  return found == json.end() || reading.at(key, reading.read(*found, rows));
}

constexpr std::string_view kKeys[] = {"format",    "server_major", "database", "schemas",
                                      "relations", "functions",    "types",    "operators",
                                      "casts",     "foreign_keys"};

bool read_top(Reading& reading, const Json& json) {
  if (!json.is_object()) return reading.fail("a catalog snapshot must be an object");
  for (const auto& [key, value] : json.items()) {
    if (std::ranges::find(kKeys, key) == std::end(kKeys)) {
      return reading.fail("unknown key " + in_quotes(key));
    }
  }
  const auto format = json.find("format");
  if (format == json.end() || !format->is_number_integer()) {
    return reading.fail("'format' must be a number: is this a catalog snapshot?");
  }
  if (*format != kJsonFormat) {
    return reading.fail("format " + format->dump() + " is not known; this build reads format " +
                        std::to_string(kJsonFormat));
  }
  return true;
}

bool read_server(Reading& reading, const Json& json, Rows& rows) {
  const auto major = json.find("server_major");
  if (major == json.end() || !major->is_number_integer() || *major < kServerMajorMin ||
      *major > kServerMajorMax) {
    return reading.fail("'server_major' must be a number from " + std::to_string(kServerMajorMin) +
                        " to " + std::to_string(kServerMajorMax));
  }
  rows.server_major = major->get<int>();
  const auto database = json.find("database");
  return database == json.end() || reading.at("database", reading.read(*database, rows.database));
}

bool is_consistent(Reading& reading, const Rows& rows) {
  auto problem = inconsistency(rows);
  return !problem || reading.fail(std::move(*problem));
}

bool read_rows(Reading& reading, const Json& json, Rows& rows) {
  return read_top(reading, json) && read_server(reading, json, rows) &&
         read_list(reading, json, "schemas", rows.schemas) &&
         read_list(reading, json, "relations", rows.relations) &&
         read_list(reading, json, "functions", rows.functions) &&
         read_list(reading, json, "types", rows.types) &&
         read_list(reading, json, "operators", rows.operators) &&
         read_list(reading, json, "casts", rows.casts) &&
         read_list(reading, json, "foreign_keys", rows.foreign_keys) &&
         is_consistent(reading, rows);
}

std::expected<Json, std::string> parsed(std::string_view text) {
  try {
    return Json::parse(text);
  } catch (const Json::exception& error) {
    // "[json.exception.parse_error.101] parse error at line 3, column 1: …"
    const std::string_view what = error.what();
    const auto end = what.find("] ");
    return std::unexpected(std::string(end == what.npos ? what : what.substr(end + 2)));
  }
}

}  // namespace

std::expected<Rows, std::string> load_json(std::string_view text) {
  const auto json = parsed(text);
  if (!json) return std::unexpected(json.error());
  Rows rows;
  Reading reading(rows);
  if (!read_rows(reading, *json, rows)) return std::unexpected(reading.error());
  decide_functions(rows);
  return rows;
}

}  // namespace policy::catalog
