// SPDX-License-Identifier: Apache-2.0
// What one statement does to the database, as PostgreSQL's parse analysis would find it: every
// relation, column, function and operator that it names, in whatever clause. Knows no policy and no
// parse tree. Pointers are into the catalog Snapshot that it was resolved against.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "policy/catalog/snapshot.h"
#include "policy/error_code.h"

namespace policy {

// One use of a column, or of the whole row.
struct ColumnUse {
  enum class How : std::uint8_t {
    Named,     // u.ssn, ssn
    Star,      // *, u.* in a target list
    WholeRow,  // u, u.*::text, row_to_json(u)
    Join,      // USING, NATURAL
    Written,   // INSERT, UPDATE SET, COPY FROM; not read
  };
  // pg_attribute.attnum; negative: a system column; 0, of WholeRow: every column.
  std::int16_t column = 0;
  How how = How::Named;
  std::size_t offset = 0;  // byte in the text, 0-based; of the star for Star
};

// The rows that a statement reads of a relation, where it names them and looks at no others: it
// reads nothing else, and computes nothing before they are chosen.
struct ChosenRows {
  std::int16_t column = 0;            // which is compared
  std::vector<std::string> values{};  // with these constants; as written
};

// One place where a relation is named: FROM, a DML target, TABLE, COPY.
struct RelationUse {
  const catalog::Relation* relation = nullptr;
  std::size_t offset = 0;    // byte of its name
  bool is_read = false;      // in FROM, or its columns are read
  bool is_inserted = false;  // INSERT, MERGE, COPY FROM
  bool is_updated = false;   // UPDATE, MERGE, ON CONFLICT DO UPDATE
  bool is_deleted = false;   // DELETE, MERGE, TRUNCATE
  bool is_locked = false;    // FOR UPDATE and the like, LOCK TABLE
  bool is_defined = false;   // target of DDL or maintenance
  bool has_where = true;     // false: UPDATE or DELETE of every row
  bool has_alias = false;
  bool is_grouped = false;      // in the FROM of a query with GROUP BY
  std::uint8_t name_parts = 1;  // as written: relation, schema.relation, database.schema.relation
  // Each column once a way, in order of place. Empty: count(*), SELECT 1 FROM t.
  std::vector<ColumnUse> columns{};
  std::optional<ChosenRows> chosen{};  // nothing: any row
};

struct CallUse {
  enum class Kind : std::uint8_t { Function, Operator, Cast, Type };
  Kind kind = Kind::Function;
  std::string name{};  // as written, schema included: "public.reverse", "||", "leak_t"
  std::size_t offset = 0;
  // Every function that could run, PostgreSQL's choice among them.
  std::vector<const catalog::Function*> candidates{};
  // Of set_config and current_setting: the arguments that are constants, in order.
  std::vector<std::optional<std::string>> constants{};
};

// A constant of type regclass, or of a regclass parameter, that names a relation.
struct NamedRelation {
  const catalog::Relation* relation = nullptr;
  std::size_t offset = 0;
};

// A schema that DDL puts something into or takes it from, where nothing in it is noted.
struct NamedSchema {
  std::string name{};
  std::size_t offset = 0;
};

// What PostgreSQL itself would refuse: 42P01, 42703, 42702, 42883, 42704…
struct Unresolved {
  std::string sqlstate{};
  std::string message{};  // as the server words it
  std::string hint{};
  std::size_t offset = 0;
  // Where a column is missing: of this relation, for a hint. Null: not known.
  const catalog::Relation* relation = nullptr;
  // Where a relation, function or type is missing: its name, and the schema that was written before
  // it. What a refused schema does not have is then not told. Empty: not known, not written.
  std::string name{};
  std::string schema{};
};

// What the resolver cannot decide; the statement is then refused where rules apply.
struct Uncertain {
  std::string construct{};  // "JSON_TABLE on a server older than 17"
  std::size_t offset = 0;
};

// A setting that is read: SHOW. Empty name: SHOW ALL.
struct SettingRead {
  std::string name{};  // lower case
  std::size_t offset = 0;
};

struct OutputColumn {
  std::string name{};
  catalog::Oid type = 0;  // 0: cannot be told
  // The base column that RowDescription names, where the output is one plainly; else 0.
  catalog::Oid relation = 0;
  std::int16_t column = 0;
  // Every column whose value reaches this one, sorted: through subqueries and CTEs, not views.
  std::vector<catalog::ColumnKey> sources{};
};

// A star in a target list, as far as a rewrite needs it.
struct StarUse {
  std::size_t offset = 0;  // of the star, or of its qualifier
  int qualifiers = 0;      // t.* has one
  struct Column {
    std::string text{};     // that names it where the star stands: "u"."id"
    std::int32_t use = -1;  // index into Facts::relations; -1: of a subquery or the like
    std::int16_t column = 0;
  };
  std::vector<Column> columns{};
};

// A column named with its schema: public.users.id.
struct QualifiedName {
  std::size_t offset = 0;
  int qualifiers = 2;
  std::int32_t use = -1;
};

// What a rewrite needs to know beyond the facts: ResolveInput::is_rewritten.
struct Shape {
  std::vector<StarUse> stars{};
  std::vector<QualifiedName> qualified_names{};
  std::vector<std::string> column_names{};  // every name that refers to a column, USING included
  // What does not survive when a row loses columns: "DISTINCT", "NATURAL JOIN".
  std::vector<std::string> fragile{};
};

// What a statement costs at most, as far as its shape and the catalog's estimates tell:
// ResolveInput::is_bounded. No integer that is an operand of an operator has a part in it.
struct CostBound {
  // What EXPLAIN can be put before.
  enum class Planned : std::uint8_t {
    Nothing,    // it has no plan, or runs none
    Statement,  // the statement as it is
    Inside,     // the query of COPY, what EXPLAIN ANALYZE runs
    Table,      // COPY table TO: the table, as a query
    Later,      // what PREPARE keeps: when it is executed
  };
  static constexpr double kUnknown = std::numeric_limits<double>::infinity();
  Planned planned = Planned::Nothing;
  double rows = kUnknown;    // returned or changed
  double work = kUnknown;    // rows looked at, joined ones too
  double largest_scan = 0;   // rows of the largest table that is not looked up by a key
  std::size_t table_at = 0;  // of Table: byte of its name
};

// The largest value that constants alone make a function build: repeat('x', 1000000000).
struct BuiltValue {
  double bytes = 0;        // of all such values together; of numbers as if they took as long
  std::string function{};  // of the first large one
  std::size_t offset = 0;
  // An operand of an operator has a part in it.
  bool is_computed = false;
};

struct Facts {
  std::vector<RelationUse> relations{};
  std::vector<CallUse> calls{};
  std::vector<NamedRelation> named_relations{};
  std::vector<NamedSchema> named_schemas{};
  // Offsets of calls that change a sequence which no constant names.
  std::vector<std::size_t> computed_sequences{};
  std::vector<SettingRead> settings_read{};
  std::vector<OutputColumn> outputs{};
  // Columns whose values decide which rows there are: WHERE, JOIN, GROUP BY, ORDER BY…, sorted.
  std::vector<catalog::ColumnKey> filters{};
  Shape shape{};
  CostBound bound{};
  BuiltValue built{};
  // The planner finds the same values in it whatever the time, the role and the session's settings
  // are, but for how these have literals and parameters read. False where it reads views or row
  // security: what they compute is not looked at.
  bool is_immutable = true;
  std::optional<Unresolved> unresolved{};
  std::optional<Uncertain> uncertain{};
};

}  // namespace policy
