// SPDX-License-Identifier: Apache-2.0
// What PostgreSQL's system catalogs say about one database at one moment, as immutable data. Knows
// no parser, no policy and no connection. Built-in objects are part of it: candidate sets are then
// exactly the server's own, whatever its version.
// Every string_view lives as long as the Snapshot. Safe to read from several threads.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace policy::catalog {

using Oid = std::uint32_t;  // 0: none

constexpr Oid kFirstUserOid = 16384;  // FirstNormalObjectId, access/transam.h

// pg_class.relkind
enum class RelationKind : char {
  Table = 'r',
  Partitioned = 'p',
  View = 'v',
  MaterializedView = 'm',
  Foreign = 'f',
  Sequence = 'S',
  Composite = 'c',
  Toast = 't',
  Index = 'i',
  PartitionedIndex = 'I',
};

struct Schema {
  Oid oid = 0;
  std::string_view name{};
};

struct Column {
  std::string_view name{};
  Oid type = 0;
  std::int16_t number = 0;  // pg_attribute.attnum, from 1; dropped ones leave gaps
  bool not_null = false;
  std::string_view comment{};
  // Of a generated column: the numbers of the columns that its expression reads.
  std::vector<std::int16_t> generated_from{};
};

// A column that something reads, as pg_depend has it: number 0 is the relation without a column.
struct ColumnKey {
  Oid relation = 0;
  std::int16_t column = 0;
  auto operator<=>(const ColumnKey&) const = default;
};

struct Relation {
  Oid oid = 0;
  Oid schema = 0;
  Oid row_type = 0;  // pg_class.reltype
  std::string_view name{};
  RelationKind kind = RelationKind::Table;
  bool has_row_security = false;
  // pg_class.reltuples; negative: never analysed. Of a partitioned table that of its partitions,
  // where all of them were.
  double row_estimate = 0;
  std::string_view extension{};   // that owns it; empty: none
  std::string_view definition{};  // of a view or materialized view: pg_get_viewdef, names qualified
  std::string_view comment{};
  std::vector<Column> columns{};                         // by number
  std::vector<Oid> parents{};                            // direct ones: partition of, inherits
  std::vector<std::vector<std::int16_t>> unique_keys{};  // primary key first; whole-table ones only
  bool has_primary_key = false;
  // Of a view: what its rule reads, any use counted; where it uses a whole row, or a relation of
  // the system, all columns and more are listed: pg_depend does not tell these. The fallback where
  // its definition cannot be resolved. Of the functions, all but built-in ones that are Allowed;
  // those behind its operators, and the checks of its domains, are among them.
  std::vector<ColumnKey> view_reads{};
  std::vector<Oid> view_functions{};
  std::vector<std::int16_t> index_columns{};  // that an index begins with, each once
  // What the policies of row security on it read, and the functions that they call but built-in
  // ones that are Allowed.
  std::vector<Oid> policy_reads{};
  std::vector<Oid> policy_functions{};
  bool is_built_in() const { return oid < kFirstUserOid; }
  const Column* column(std::string_view column_name) const;  // null: no such user column
  const Column* column(std::int16_t number) const;
};

// pg_proc.prokind
enum class FunctionKind : char { Function = 'f', Aggregate = 'a', Window = 'w', Procedure = 'p' };

// How a function of PostgreSQL's own (OID below 16384, in pg_catalog or information_schema, of no
// extension) was decided: known_functions.h.
enum class Decision : std::uint8_t {
  NotBuiltIn,
  Allowed,
  Refused,
  ByArgument,  // current_setting, set_config
  Unknown,     // built in, but no known version has it: refused
};

struct NamedType {
  std::string_view name{};
  Oid type = 0;
};

struct Function {
  Oid oid = 0;
  Oid schema = 0;
  std::string_view name{};
  FunctionKind kind = FunctionKind::Function;
  Decision decision = Decision::NotBuiltIn;
  std::string_view reason{};     // of Refused: "waits", "runs-sql-text"
  std::vector<Oid> arguments{};  // input types in order; a variadic one is last, as its array type
  std::vector<std::string_view> argument_names{};  // empty, or one for each of `arguments`
  Oid variadic = 0;           // element type; 2276 ("any") for VARIADIC "any"; 0: not variadic
  std::int16_t defaults = 0;  // so many of the last arguments may be left out
  Oid result = 0;
  bool returns_set = false;
  bool is_security_definer = false;
  char volatility = 'v';
  std::string_view language{};
  std::string_view extension{};
  // Of a function in SQL: its text, or `RETURN …` or `BEGIN ATOMIC … END` with schemas written out.
  // Empty: in another language, built in, or with settings of its own (SET search_path).
  std::string_view body{};
  std::vector<NamedType> outputs{};   // OUT, INOUT and TABLE columns, in order
  bool is_ordered_set = false;        // aggregates: aggkind 'o' or 'h'
  std::int16_t direct_arguments = 0;  // of an ordered-set aggregate
  // Aggregates: the functions that run for it, where they are not built in.
  std::vector<Oid> support_functions{};
};

// pg_type.typtype
enum class TypeKind : char {
  Base = 'b',
  Composite = 'c',
  Domain = 'd',
  Enum = 'e',
  Pseudo = 'p',
  Range = 'r',
  Multirange = 'm',
};

struct Type {
  Oid oid = 0;
  Oid schema = 0;
  std::string_view name{};
  TypeKind kind = TypeKind::Base;
  char category = 'U';  // pg_type.typcategory
  bool is_preferred = false;
  Oid element = 0;  // of a true array (typsubscript = array_subscript_handler), or fixed-length one
  bool is_array = false;
  Oid array = 0;       // its array type
  Oid relation = 0;    // of a composite type: the pg_class row that has its columns
  Oid base = 0;        // of a domain
  Oid subtype = 0;     // of a range or multirange: the element's type; of a multirange also `range`
  Oid range = 0;       // of a multirange
  Oid multirange = 0;  // of a range
  std::string_view extension{};
  // Functions that are not built in and run when a value of this type is made, read or compared:
  // input, output, cast, CHECK constraints of a domain.
  std::vector<Oid> functions{};
  // Functions, not built in, of its default btree and hash operator classes: ORDER BY, DISTINCT,
  // GROUP BY and set operations call them.
  std::vector<Oid> ordering_functions{};
};

struct Operator {
  Oid oid = 0;
  Oid schema = 0;
  std::string_view name{};
  Oid left = 0;  // 0: prefix
  Oid right = 0;
  Oid result = 0;
  Oid function = 0;
};

struct Cast {
  Oid source = 0;
  Oid target = 0;
  Oid function = 0;    // 0: binary or by text
  char context = 'e';  // 'e' explicit, 'a' assignment, 'i' implicit
  char method = 'f';   // 'f' function, 'b' binary-coercible, 'i' by input and output
};

struct ForeignKey {
  Oid relation = 0;
  Oid referenced = 0;
  std::vector<std::int16_t> columns{};
  std::vector<std::int16_t> referenced_columns{};
};

// The rows, in any order, before they are indexed. Strings live in `text`.
struct Rows {
  int server_major = 0;
  std::string database{};  // the server's name of it
  std::vector<Schema> schemas{};
  std::vector<Relation> relations{};
  std::vector<Function> functions{};
  std::vector<Type> types{};
  std::vector<Operator> operators{};
  std::vector<Cast> casts{};
  std::vector<ForeignKey> foreign_keys{};
  // Keeps a copy of `value` for as long as these rows, or the Snapshot made of them, live. Equal
  // strings are kept once.
  std::string_view keep(std::string_view value);

  class Strings;
  std::shared_ptr<Strings> strings{};
};

class Snapshot {
 public:
  explicit Snapshot(Rows rows);
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;
  ~Snapshot();

  int server_major() const { return rows_.server_major; }
  std::string_view database() const { return rows_.database; }

  const Schema* schema(std::string_view name) const;
  const Schema* schema(Oid oid) const;
  std::string_view schema_name(Oid oid) const;  // empty: unknown
  const Relation* relation(Oid schema, std::string_view name) const;
  const Relation* relation(Oid oid) const;
  std::span<const Oid> children(Oid parent) const;  // direct ones
  // All of one name, in every schema, built in or not.
  std::span<const Function* const> functions(std::string_view name) const;
  const Function* function(Oid oid) const;
  const Type* type(Oid schema, std::string_view name) const;
  const Type* type(Oid oid) const;
  std::span<const Operator* const> operators(std::string_view name) const;
  const Operator* operator_of(Oid oid) const;
  const Cast* cast(Oid source, Oid target) const;
  std::span<const Cast* const> casts_to(Oid target) const;
  // The types that a value of `source` becomes by an implicit cast of pg_cast, each once.
  std::span<const Oid> implicit_targets(Oid source) const;
  // True where a type exists whose values are compared by functions that are not built in.
  bool has_ordering_functions() const { return has_ordering_functions_; }

  std::span<const Schema> schemas() const { return rows_.schemas; }
  std::span<const Relation> relations() const { return rows_.relations; }
  std::span<const Function> functions() const { return rows_.functions; }
  std::span<const Type> types() const { return rows_.types; }
  std::span<const Operator> operators() const { return rows_.operators; }
  std::span<const Cast> casts() const { return rows_.casts; }
  std::span<const ForeignKey> foreign_keys() const { return rows_.foreign_keys; }
  const Rows& rows() const { return rows_; }

  std::size_t bytes() const;  // of heap, about

 private:
  struct Index;
  Rows rows_;
  std::unique_ptr<const Index> index_;
  bool has_ordering_functions_ = false;
};

}  // namespace policy::catalog
