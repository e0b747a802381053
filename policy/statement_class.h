// SPDX-License-Identifier: Apache-2.0
// What kind of statement a parse tree is, and the least mode that allows it. Knows no parse tree.
#pragma once

#include <cstdint>
#include <string_view>

namespace policy {

enum class StatementClass : std::uint8_t {
#define CLASS(item, name, least) item,
#include "policy/statement_class.def"
#undef CLASS
};

// The least mode in which a class may run.
enum class Least : std::uint8_t { ReadOnly, Balanced, Permissive, Never };

// As messages, audit records and metrics name it: "INSERT", "COPY FROM STDIN". Static storage.
std::string_view name(StatementClass statement_class);
Least least(StatementClass statement_class);

// The catalog may be another one after it: DDL, and what may run DDL.
bool changes_catalog(StatementClass statement_class);

// SELECT, INSERT, UPDATE or DELETE itself, not one inside another statement.
bool reads_or_writes_rows(StatementClass statement_class);

}  // namespace policy
