// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/policy/catalog/small_world.h"

#include <algorithm>

namespace policy::catalog {

Type& SmallWorld::type(Oid oid, std::string_view name, char category, TypeKind kind) {
  Type type{.oid = oid,
            .schema = oid < kFirstUserOid ? kPgCatalog : kPublic,
            .name = rows_.keep(name),
            .kind = kind,
            .category = category};
  return rows_.types.emplace_back(std::move(type));
}

void SmallWorld::add_built_in_types() {
  type(kBool, "bool", 'B').is_preferred = true;
  type(kInt4, "int4", 'N').array = kInt4Array;
  type(kInt8, "int8", 'N');
  type(kNumeric, "numeric", 'N');
  type(kFloat8, "float8", 'N').is_preferred = true;
  type(kText, "text", 'S').is_preferred = true;
  rows_.types.back().array = kTextArray;
  type(kVarchar, "varchar", 'S');
  type(kBytea, "bytea", 'U');
  type(kDate, "date", 'D');
  type(kTimestamptz, "timestamptz", 'D').is_preferred = true;
  type(kJsonb, "jsonb", 'U');
  type(kUnknown, "unknown", 'X', TypeKind::Pseudo);
  type(kRecord, "record", 'P', TypeKind::Pseudo);
  type(kInt4Range, "int4range", 'R', TypeKind::Range).subtype = kInt4;
  rows_.types.back().multirange = kInt4Multirange;
  type(kInt4Multirange, "int4multirange", 'R', TypeKind::Multirange).range = kInt4Range;
  for (const auto& [array, element] : {std::pair{kInt4Array, kInt4}, {kTextArray, kText}}) {
    Type& added = type(array, array == kInt4Array ? "_int4" : "_text", 'A');
    added.element = element;
    added.is_array = true;
  }
  for (const Oid any : {kAny, kAnyElement, kAnyArray, kAnyNonArray, kAnyEnum, kAnyRange,
                        kAnyMultirange, kAnyCompatible, kAnyCompatibleArray}) {
    type(any, "any" + std::to_string(any), 'P', TypeKind::Pseudo);
  }
}

void SmallWorld::add_user_types() {
  type(kShortText, "short_text", 'S', TypeKind::Domain).base = kVarchar;
  rows_.types.back().functions = {kCheckFunction};
  rows_.types.back().array = kShortTexts;
  type(kShorterText, "shorter_text", 'S', TypeKind::Domain).base = kShortText;
  Type& array = type(kShortTexts, "_short_text", 'A');
  array.element = kShortText;
  array.is_array = true;
  type(kMood, "mood", 'E', TypeKind::Enum);
  type(kUserType, "user_type", 'U');
  type(kPair, "pair", 'C', TypeKind::Composite).relation = kPairRelation;
  rows_.relations.push_back({.oid = kPairRelation,
                             .row_type = kPair,
                             .columns = {{.name = "a", .type = kInt4, .number = 1},
                                         {.name = "b", .type = kShortText, .number = 2}}});
  type(kParentRow, "parent", 'C', TypeKind::Composite).relation = kParent;
  type(kChildRow, "child", 'C', TypeKind::Composite).relation = kChild;
  rows_.relations.push_back({.oid = kParent, .row_type = kParentRow});
  rows_.relations.push_back({.oid = kChild, .row_type = kChildRow, .parents = {kParent}});
}

SmallWorld::SmallWorld() {
  rows_.server_major = 15;
  add_built_in_types();
  add_user_types();
  for (const auto& [source, target] : {std::pair{kInt4, kInt8},
                                       {kInt4, kNumeric},
                                       {kInt4, kFloat8},
                                       {kInt8, kNumeric},
                                       {kInt8, kFloat8},
                                       {kNumeric, kFloat8},
                                       {kVarchar, kText},
                                       {kText, kVarchar},
                                       {kDate, kTimestamptz}}) {
    cast(source, target, 'i', 100);
  }
  cast(kInt8, kInt4, 'a', 101);
}

Oid SmallWorld::function(std::string_view name, std::vector<Oid> arguments, Oid result,
                         Oid schema) {
  rows_.functions.push_back({.oid = ++last_oid_,
                             .schema = schema,
                             .name = rows_.keep(name),
                             .arguments = std::move(arguments),
                             .result = result});
  return last_oid_;
}

Oid SmallWorld::variadic(std::string_view name, std::vector<Oid> arguments, Oid element, Oid result,
                         Oid schema) {
  const Oid oid = function(name, std::move(arguments), result, schema);
  rows_.functions.back().variadic = element;
  return oid;
}

Oid SmallWorld::named(std::string_view name, std::initializer_list<NamedType> arguments,
                      int defaults, Oid result, Oid schema) {
  const Oid oid = function(name, {}, result, schema);
  Function& added = rows_.functions.back();
  added.defaults = static_cast<std::int16_t>(defaults);
  for (const auto& [argument, type] : arguments) {
    added.argument_names.push_back(rows_.keep(argument));
    added.arguments.push_back(type);
  }
  return oid;
}

Oid SmallWorld::op(std::string_view name, Oid left, Oid right, Oid result, Oid schema) {
  rows_.operators.push_back({.oid = ++last_oid_,
                             .schema = schema,
                             .name = rows_.keep(name),
                             .left = left,
                             .right = right,
                             .result = result});
  return last_oid_;
}

void SmallWorld::cast(Oid source, Oid target, char context, Oid function) {
  rows_.casts.push_back({source, target, function, context, function == 0 ? 'b' : 'f'});
}

const Snapshot& SmallWorld::snapshot() {
  if (!snapshot_) snapshot_ = std::make_unique<Snapshot>(std::move(rows_));
  return *snapshot_;
}

Choice SmallWorld::call(std::string_view name, std::vector<Argument> arguments) {
  return choose_function(
      snapshot(), {.name = name, .path = path, .arguments = arguments, .is_variadic = is_variadic});
}

Choice SmallWorld::call(std::string_view name, std::initializer_list<Oid> types) {
  std::vector<Argument> arguments;
  for (const Oid type : types) arguments.push_back({.type = type});
  return call(name, std::move(arguments));
}

OperatorChoice SmallWorld::apply(std::optional<Oid> left, std::string_view name, Oid right) {
  return choose_operator(snapshot(), name, path, left, right);
}

std::vector<Oid> oids(const Choice& choice) {
  std::vector<Oid> all;
  for (const Function* one : choice.functions) all.push_back(one->oid);
  std::ranges::sort(all);
  return all;
}

std::vector<Oid> oids(const OperatorChoice& choice) {
  std::vector<Oid> all;
  for (const Operator* one : choice.operators) all.push_back(one->oid);
  std::ranges::sort(all);
  return all;
}

}  // namespace policy::catalog
