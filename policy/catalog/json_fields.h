// SPDX-License-Identifier: Apache-2.0
// The keys of the JSON objects, once for writing and reading: member pointers by row type.
#pragma once

#include <string_view>
#include <tuple>

#include "policy/catalog/snapshot.h"

namespace policy::catalog {

template <class Row, class Value>
struct Field {
  std::string_view key;
  Value Row::* member;
};

// What PostgreSQL writes as one letter: those that it has.
template <class Enum>
constexpr std::string_view kLetters{};
template <>
inline constexpr std::string_view kLetters<RelationKind> = "rpvmfSctiI";
template <>
inline constexpr std::string_view kLetters<FunctionKind> = "fawp";
template <>
inline constexpr std::string_view kLetters<TypeKind> = "bcdeprm";

template <class Row>
constexpr std::tuple<> kFields{};

template <>
inline constexpr auto kFields<Schema> =
    std::tuple{Field{"oid", &Schema::oid}, Field{"name", &Schema::name}};

// Beside name and type, which stand before them in the column's array.
template <>
inline constexpr auto kFields<Column> = std::tuple{
    Field{"number", &Column::number}, Field{"not_null", &Column::not_null},
    Field{"comment", &Column::comment}, Field{"generated_from", &Column::generated_from}};

template <>
inline constexpr auto kFields<Relation> =
    std::tuple{Field{"oid", &Relation::oid},
               Field{"schema", &Relation::schema},
               Field{"name", &Relation::name},
               Field{"kind", &Relation::kind},
               Field{"row_type", &Relation::row_type},
               Field{"has_row_security", &Relation::has_row_security},
               Field{"row_estimate", &Relation::row_estimate},
               Field{"extension", &Relation::extension},
               Field{"comment", &Relation::comment},
               Field{"parents", &Relation::parents},
               Field{"has_primary_key", &Relation::has_primary_key},
               Field{"unique_keys", &Relation::unique_keys},
               Field{"columns", &Relation::columns},
               Field{"definition", &Relation::definition},
               Field{"view_reads", &Relation::view_reads},
               Field{"view_functions", &Relation::view_functions},
               Field{"index_columns", &Relation::index_columns},
               Field{"policy_reads", &Relation::policy_reads},
               Field{"policy_functions", &Relation::policy_functions}};

template <>
inline constexpr auto kFields<Function> =
    std::tuple{Field{"oid", &Function::oid},
               Field{"schema", &Function::schema},
               Field{"name", &Function::name},
               Field{"kind", &Function::kind},
               Field{"arguments", &Function::arguments},
               Field{"argument_names", &Function::argument_names},
               Field{"variadic", &Function::variadic},
               Field{"defaults", &Function::defaults},
               Field{"result", &Function::result},
               Field{"returns_set", &Function::returns_set},
               Field{"outputs", &Function::outputs},
               Field{"volatility", &Function::volatility},
               Field{"is_security_definer", &Function::is_security_definer},
               Field{"language", &Function::language},
               Field{"extension", &Function::extension},
               Field{"is_ordered_set", &Function::is_ordered_set},
               Field{"direct_arguments", &Function::direct_arguments},
               Field{"support_functions", &Function::support_functions},
               Field{"body", &Function::body}};

template <>
inline constexpr auto kFields<Type> =
    std::tuple{Field{"oid", &Type::oid},
               Field{"schema", &Type::schema},
               Field{"name", &Type::name},
               Field{"kind", &Type::kind},
               Field{"category", &Type::category},
               Field{"is_preferred", &Type::is_preferred},
               Field{"element", &Type::element},
               Field{"is_array", &Type::is_array},
               Field{"array", &Type::array},
               Field{"relation", &Type::relation},
               Field{"base", &Type::base},
               Field{"subtype", &Type::subtype},
               Field{"range", &Type::range},
               Field{"multirange", &Type::multirange},
               Field{"extension", &Type::extension},
               Field{"functions", &Type::functions},
               Field{"ordering_functions", &Type::ordering_functions}};

template <>
inline constexpr auto kFields<Operator> =
    std::tuple{Field{"oid", &Operator::oid},          Field{"schema", &Operator::schema},
               Field{"name", &Operator::name},        Field{"left", &Operator::left},
               Field{"right", &Operator::right},      Field{"result", &Operator::result},
               Field{"function", &Operator::function}};

template <>
inline constexpr auto kFields<Cast> =
    std::tuple{Field{"source", &Cast::source}, Field{"target", &Cast::target},
               Field{"function", &Cast::function}, Field{"context", &Cast::context},
               Field{"method", &Cast::method}};

template <>
inline constexpr auto kFields<ForeignKey> =
    std::tuple{Field{"relation", &ForeignKey::relation}, Field{"columns", &ForeignKey::columns},
               Field{"referenced", &ForeignKey::referenced},
               Field{"referenced_columns", &ForeignKey::referenced_columns}};

// Rows that are arrays of all their fields in order, without keys.
template <class Row>
constexpr bool kIsBare = false;
template <>
inline constexpr bool kIsBare<Schema> = true;
template <>
inline constexpr bool kIsBare<Operator> = true;
template <>
inline constexpr bool kIsBare<Cast> = true;

// A built-in function that is only this is an array of these, in order: the schema pg_catalog and
// the language internal are understood.
constexpr auto kShortFunction =
    std::tuple{Field{"oid", &Function::oid}, Field{"name", &Function::name},
               Field{"arguments", &Function::arguments}, Field{"result", &Function::result},
               Field{"volatility", &Function::volatility}};
constexpr Oid kPgCatalog = 11;  // pg_namespace.dat
constexpr std::string_view kInternal = "internal";

constexpr int kJsonFormat = 1;

}  // namespace policy::catalog
