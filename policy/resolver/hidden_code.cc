// SPDX-License-Identifier: Apache-2.0
// What PostgreSQL's own functions run by the type of a value that they are given: comparisons of
// its parts, its input function, its cast to json.
#include <algorithm>
#include <array>

#include "policy/catalog/pseudo_types.h"
#include "policy/catalog/type_code.h"
#include "policy/resolver/analysis.h"

namespace policy::resolver {
namespace {

using catalog::Function;

// Rows are given to a hundred functions; these compare them.
bool compares_records(std::string_view name) {
  return name == "min" || name == "max" || name.starts_with("record_") ||
         name.starts_with("btrecord") || name.starts_with("hash_record");
}

bool holds_parts(Oid declared) {
  constexpr std::array<Oid, 6> kContainers{
      catalog::kAnyArray,           catalog::kAnyRange,
      catalog::kAnyMultirange,      catalog::kAnyCompatibleArray,
      catalog::kAnyCompatibleRange, catalog::kAnyCompatibleMultirange};
  return std::ranges::find(kContainers, declared) != kContainers.end();
}

bool takes_anything(Oid declared) {
  return declared == catalog::kAny || declared == catalog::kRecord ||
         catalog::is_polymorphic(declared);
}

// They fill a row of their argument's type with values that they read from text. Those of
// extensions (hstore) are not known by name.
bool fills_rows(const Function& function) {
  const bool is_ours = function.decision != catalog::Decision::NotBuiltIn;
  return is_ours ? function.name.starts_with("json") && function.name.contains("_populate_record")
                 : function.result == catalog::kAnyElement;
}

bool is_built_in(const Function& function) {
  return function.decision != catalog::Decision::NotBuiltIn;
}

Oid declared_at(const Function& function, std::size_t i) {
  if (i < function.arguments.size()) return function.arguments[i];
  return function.arguments.empty() ? 0 : function.arguments.back();
}

}  // namespace

template <typename Each>
void Analysis::each_part(const Value& value, Each each) {
  if (value.type != catalog::kRecord || value.row == nullptr || value.row->is_open) {
    return each(value.type);
  }
  for (const auto& field : value.row->fields) {
    each_part(Value{.type = field.type, .row = field.row}, each);
  }
}

// Sorting, grouping and comparing a value of a type runs its operator class.
void Analysis::note_ordering(Oid type, std::size_t offset) {
  const auto functions = catalog::comparing_functions(snapshot_, type);
  if (!functions.empty()) {
    note_call_oids(CallUse::Kind::Type, type_words(type), offset, functions);
  }
}

void Analysis::note_hidden(const Function& function, std::size_t index, const Value& value,
                           std::size_t offset) {
  const Oid declared = declared_at(function, index);
  if (!takes_anything(declared)) return;
  const bool is_compared =
      holds_parts(declared) || (declared == catalog::kRecord && compares_records(function.name));
  if (is_compared) each_part(value, [&](Oid type) { note_ordering(type, offset); });
  if (declared == catalog::kAnyElement && fills_rows(function)) {
    each_part(value, [&](Oid type) {
      if (type == kCannotTell || type == catalog::kRecord)
        return note_any_type(function.name, offset);
      note_cast(catalog::kUnknown, type, offset);
    });
  }
  // Written in SQL: a cast to text.
  const bool casts_to_text = function.name == "quote_literal" || function.name == "quote_nullable";
  if (casts_to_text && is_built_in(function)) note_cast(value, catalog::kText, offset);
  if (!function.name.contains("json")) return;
  each_part(value, [&](Oid type) {
    note_call_oids(CallUse::Kind::Cast, "json", offset, catalog::json_functions(snapshot_, type));
  });
}

// Of SQL/JSON and XML, which have no function: what they make of the value.
void Analysis::note_json_of(const Value& value, std::size_t offset) {
  each_part(value, [&](Oid type) {
    note_call_oids(CallUse::Kind::Cast, "json", offset, catalog::json_functions(snapshot_, type));
  });
}

}  // namespace policy::resolver
