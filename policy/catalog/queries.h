// SPDX-License-Identifier: Apache-2.0
// What a server is asked to make a snapshot, the same for PostgreSQL 14 to 18. One transaction, so
// that all answers are of one moment; any role may read all of it. Knows no connection.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace policy::catalog {

enum class Part : std::uint8_t {
  Server,
  Schemas,
  Relations,
  Columns,
  GeneratedColumns,
  Parents,
  UniqueKeys,
  ViewReads,
  ViewFunctions,
  ViewTypes,
  IndexColumns,
  PolicyReads,
  PolicyFunctions,
  Functions,
  Aggregates,
  Types,
  TypeFunctions,
  OrderingFunctions,
  Operators,
  Casts,
  ForeignKeys,
  Comments,
};

struct Query {
  Part part;
  std::string_view sql;
  // May fail for want of privileges: then it is left out.
  bool is_optional = false;
};

// Before them and after them; after a failure ROLLBACK.
constexpr std::string_view kBegin =
    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;"
    // Else pg_get_viewdef leaves schemas out, and texts are not those that we would parse.
    "SET LOCAL search_path = '';"
    "SET LOCAL standard_conforming_strings = on;"
    "SET LOCAL quote_all_identifiers = off;"
    // pg_get_viewdef takes locks.
    "SET LOCAL lock_timeout = '2s';"
    // The one that clients have may be too short for many tables.
    "SET LOCAL statement_timeout = '60s'";
constexpr std::string_view kCommit = "COMMIT";

// After kBegin: texts that take locks to read, of views and functions, are left out. What is made
// of such rows refuses the views and functions that it would have to follow.
constexpr std::string_view kWithoutTexts = "SET LOCAL postern.texts = 'off'";

// Equal answers on one connection: no transaction ended between them, so nothing changed.
constexpr std::string_view kTransactions = "SELECT pg_current_snapshot()";

// One value that changes with every version of every row that queries() read, but for comments and
// objects of temporary schemas: those come and go too often. Of estimates of rows, which VACUUM
// and ANALYZE write in place, the power of two counts. Rows that VACUUM FULL moves change it. Any
// role may ask it.
extern const std::string_view kFingerprint;

std::span<const Query> queries();  // to be run in this order

}  // namespace policy::catalog
