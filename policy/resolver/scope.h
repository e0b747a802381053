// SPDX-License-Identifier: Apache-2.0
// What names mean at one place of a query: range-table items, levels of queries, CTEs, as
// PostgreSQL's ParseState and ParseNamespaceItem have them (parse_node.h, parse_relation.c).
// Everything here lives in the arena of one analysis.
#pragma once

#include <cstdint>
#include <memory_resource>
#include <span>
#include <string_view>
#include <vector>

#include "policy/catalog/snapshot.h"
#include "policy/catalog/typing.h"
#include "policy/facts.h"

struct CommonTableExpr;  // of PostgreSQL's parsenodes.h
struct List;

namespace policy::resolver {

using catalog::ColumnKey;
using catalog::kCannotTell;
using catalog::Oid;

template <typename T>
using Seq = std::pmr::vector<T>;
// Base columns that a value comes from, sorted; null: none, or not asked for.
using Sources = const Seq<ColumnKey>*;

struct Row;
struct Item;

// A value of an expression, as far as it is known.
struct Value {
  Oid type = kCannotTell;
  const Row* row = nullptr;  // of a record or composite: its fields, where known
  // The base column that it plainly is; 0: none.
  Oid origin = 0;
  std::int16_t origin_column = 0;
  Sources sources = nullptr;
  const char* text = nullptr;  // of an untyped string literal
  std::size_t offset = 0;      // of that literal or parameter
  bool is_parameter = false;   // without a type
  int parameter = 0;           // its number, where its uses are asked: parameters.cc
  bool is_told_name = false;   // of a relation that is noted: a regclass constant and the like
  Item* item = nullptr;        // whose whole row it is
};

// What one use of a parameter asks of its type; 0: nothing.
struct Asked {
  int parameter = 0;
  std::size_t place = 0;  // of the use
  Oid type = 0;
};

struct Field {
  std::string_view name{};
  Oid type = kCannotTell;
  const Row* row = nullptr;
};

struct Row {
  Seq<Field> fields;
  bool is_open = false;  // it may have more
};

// A column that a name can reach.
struct Visible {
  std::string_view name{};
  Value value{};
  // Of a table or view in FROM: reading it is noted in Facts::relations[use] under `number`.
  std::int32_t use = -1;
  std::int16_t number = 0;
  const Item* home = nullptr;  // whose name qualifies it; null: a merged column of a join
  bool is_in_star = true;      // false: of SEARCH and CYCLE, inside the query itself
};

struct Item {
  std::string_view name{};  // alias, or the relation's own name
  const catalog::Relation* relation = nullptr;
  bool has_alias = false;
  bool is_listed = false;  // `columns` is complete; else they are the relation's
  bool is_open = false;    // it may have more columns than are known
  bool is_scalar = false;  // a function of one plain value: the row is the value
  std::int32_t use = -1;
  Oid row_type = catalog::kRecord;
  Seq<Visible> columns;
  const Item* left = nullptr;  // of a join
  const Item* right = nullptr;
  // What a row lock of it locks: a table itself, of a subquery the tables in its FROM.
  std::span<const std::int32_t> locked_uses{};
};

// An item where it is visible.
struct Name {
  Item* item = nullptr;
  bool has_relation = true;  // as a qualifier
  bool has_columns = true;   // without one
  bool is_lateral_only = false;
  bool is_lateral_ok = true;
};
using Names = Seq<Name>;

// The columns that a query gives.
struct Result {
  Seq<Visible> columns;
  bool is_open = false;
  std::uint64_t entries = 0;  // range-table entries once CTEs are inlined
  std::span<const std::int32_t> locked_uses{};
  // Of VALUES: the types of each column, row by row. INSERT converts each by itself.
  const Seq<Seq<Oid>>* row_types = nullptr;
  // At most; cost_bound.cc. What nobody bounded is not.
  double rows = CostBound::kUnknown;
  double work = CostBound::kUnknown;
};

// A column that has one value, or one of few, for what else is known: `a.id = 1`, `a.id = b.a_id`.
struct Equality {
  std::int32_t use = -1;
  std::int16_t column = 0;
  std::int32_t other_use = -1;  // -1: constants or parameters
  double values = 1;
};

struct Level;

struct Cte {
  enum class State : std::uint8_t { Waiting, InFirstArm, InSecondArm, Done };
  std::string_view name{};
  const CommonTableExpr* node = nullptr;
  Level* home = nullptr;
  State state = State::Waiting;
  bool may_be_recursive = false;
  bool is_recursive = false;    // it names itself
  std::size_t own_columns = 0;  // the others are of SEARCH and CYCLE
  Result result;
};

// One query: names of its FROM, its WITH, and the query around it.
struct Level {
  Level* parent = nullptr;
  Names names;
  Seq<const Item*> in_from;  // tables and subqueries, behind the alias of a join too
  Seq<Cte*> ctes;
  bool is_lateral = false;  // what stands to the left in FROM may be named
  std::uint64_t entries = 0;
  const List* windows = nullptr;
  // cost_bound.cc
  Seq<Equality> equalities;
  double rows = 1;         // of what is no table in FROM, multiplied
  double work = 0;         // of the queries in FROM and WITH
  double nested_work = 0;  // of the queries in expressions, for one row
};

}  // namespace policy::resolver
