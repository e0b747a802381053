// SPDX-License-Identifier: Apache-2.0
// One statement's analysis. For policy/resolver only: its sources implement a part each, named
// after the part of the grammar that they follow.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "policy/facts.h"
#include "policy/reader/pg_nodes.h"
#include "policy/resolver/resolver.h"
#include "policy/resolver/scope.h"

namespace policy::resolver {

using How = ColumnUse::How;

inline std::size_t place(int location) {
  return location < 0 ? 0 : static_cast<std::size_t>(location);
}

inline const void* element(const List* list, int i) { return list->elements[i].ptr_value; }

template <typename T>
const T& as(const void* node) {
  return *static_cast<const T*>(node);
}

// Against 2,000,000 for a statement: a column of FROM that is copied takes 150 bytes.
constexpr std::uint64_t kCopiedColumnWork = 4;

class Analysis {
 public:
  Analysis(const ResolveInput& input, Facts& facts);

  void parameters();                                          // statement.cc
  void statement(const void* node);                           // statement.cc
  void call_without_text(const catalog::Function& function);  // calls.cc
  // Before statement(): what each use of an untyped parameter asks for goes there.
  void ask_into(std::vector<Asked>& asked) { asked_ = &asked; }

 private:
  // -- memory
  template <typename T>
  Seq<T> seq() {
    return Seq<T>(&arena_);
  }
  template <typename T>
  std::remove_cvref_t<T>* make(T&& value) {
    return std::pmr::polymorphic_allocator<>(&arena_).new_object<std::remove_cvref_t<T>>(
        std::forward<T>(value));
  }
  Item* make_item();
  Level make_level(Level* parent);
  Result make_result();

  // -- notes.cc: everything that becomes a fact
  void unresolved(const char* sqlstate, std::string message, std::size_t offset,
                  std::string hint = {}, const catalog::Relation* relation = nullptr);
  void name_missing(std::string_view schema, std::string_view name, std::size_t offset);
  void uncertain(std::string construct, std::size_t offset);
  std::int32_t note_relation(const catalog::Relation& relation, std::size_t offset);
  RelationUse& use(std::int32_t index) { return facts_.relations[static_cast<std::size_t>(index)]; }
  void note_column(std::int32_t use_index, std::int16_t number, How how, std::size_t offset);
  void note_call(CallUse::Kind kind, std::string name, std::size_t offset,
                 std::span<const catalog::Function* const> candidates);
  void note_call_oids(CallUse::Kind kind, std::string name, std::size_t offset,
                      std::span<const Oid> candidates);
  void note_filter(Sources sources);
  Sources join_sources(Sources one, Sources other);
  Sources source(Oid relation, std::int16_t column);
  // For a rewrite; nothing where none is asked for.
  void note_star(const Result& expanded, std::size_t first, std::size_t offset, int qualifiers);
  void note_qualifiers(const Name& row, std::size_t offset, int qualifiers);
  void note_fragile(const char* construct);
  void note_column_name(std::string_view name);
  bool spend(std::size_t offset, std::uint64_t work = 1);

  // -- parameters.cc
  Value parameter(const ParamRef& node);
  void ask(const Value& value, Oid type);
  void ask_all(std::span<const Value> values, std::span<const Oid> declared);
  void ask_all(std::span<const Value> arguments, const catalog::Choice& choice);

  // -- names.cc: columns and rows by name
  Value column_ref(Level& level, const ColumnRef& ref);
  Value one_name(Level& level, std::string_view name, std::size_t offset);
  Value qualified(const Name& row, std::string_view name, std::size_t offset);
  struct Found {
    Item* item = nullptr;
    Visible column{};
    bool is_ambiguous = false;
    bool is_beyond_lateral = false;
    bool saw_open = false;
  };
  Found find_column(Level& level, std::string_view name);
  void find_column_here(Level& level, std::string_view name, Found& found);
  std::optional<Visible> column_of(const Item& item, std::string_view name, bool* ambiguous);
  std::optional<Visible> own_column_of(const Item& item, std::string_view name, bool* ambiguous);
  const Name* find_item(Level& level, std::string_view name, bool* ambiguous);
  const Name* find_item(Level& level, std::string_view schema, std::string_view name);
  const Name* item_of_ref(Level& level, const List& fields, int qualifiers, std::size_t offset);
  Value read(const Visible& column, How how, std::size_t offset);
  Value whole_row(Item& item, std::size_t offset);
  std::optional<Value> argument_called(std::string_view name);
  std::optional<Value> argument_of(Level& level, const List& fields);
  std::optional<Value> column_of_row(const Value& row, std::string_view name, std::size_t offset);
  void note_whole_row(const Item& item, std::size_t offset);
  void list_columns(Item& item);
  bool expand_item(Item& item, std::size_t offset, Result& into);
  bool expand_level(Level& level, std::size_t offset, Result& into);
  const Row* row_of(const Value& value);
  const Row* row_of_type(Oid type);
  const Row* row_of_item(const Item& item);

  // -- from_clause.cc
  void from_clause(Level& level, const List* items);
  Item* from_item(Level& level, const void* node, Names& names);
  Item* range_var(Level& level, const RangeVar& var, Names& names);
  Item* subselect(Level& level, const RangeSubselect& sub, Names& names);
  Item* join(Level& level, const JoinExpr& join_node, Names& names);
  Seq<std::string_view> merged_names(const JoinExpr& node, const Item& left, const Item& right);
  void join_columns(const JoinExpr& node, Item& joined, const Seq<std::string_view>& merged,
                    Item* using_item);
  Visible merged_column(const JoinExpr& node, const Visible& left, const Visible& right,
                        std::size_t offset);
  void sample(Level& level, const RangeTableSample& node);
  Item* base_item(const catalog::Relation& relation, std::size_t offset);
  Item* derived_item(std::string_view name, const Result& result);
  void rename(Item& item, const Alias* alias);
  const catalog::Relation* relation_of(const RangeVar& var);
  const catalog::Relation* find_relation(const RangeVar& var);
  Cte* find_cte(Level& level, std::string_view name);
  Item* cte_item(Cte& cte, const RangeVar& var);

  // -- table_functions.cc
  Item* range_function(Level& level, const RangeFunction& node, Names& names);
  void function_columns(Level& level, const List& entry, const List* definitions, Item& item,
                        std::string_view alias);
  bool unnest_columns(Level& level, const void* node, Item& item);
  Item* xml_table(Level& level, const RangeTableFunc& node, Names& names);
  Item* json_table(Level& level, const JsonTable& node, Names& names);
  void json_table_columns(Level& level, const List* columns, Item& item);

  // -- with_clause.cc
  void with_clause(Level& level, const WithClause* clause);
  void resolve_cte(Cte& cte);
  void resolve_recursive(Cte& cte, const SelectStmt& select);
  void name_cte_columns(Cte& cte);
  void add_columns(Cte& cte);

  // -- select.cc
  Result any_query(const void* node, Level* parent);
  Result select(const SelectStmt& node, Level* parent);
  Result plain_select(const SelectStmt& node, Level& level);
  Result values(const SelectStmt& node, Level& level);
  void values_row(const Seq<Value>& row, bool is_first, Result& into, Seq<Seq<Oid>>& types);
  Result set_operation(const SelectStmt& node, Level& level);
  Value merged(const Value& one, const Value& other);
  void merge_arms(Result& left, const Result& right, const SelectStmt& node);
  void tell_apart(const Result& rows, const SelectStmt& node);
  void check_arms(const Result& left, const Result& right, std::size_t offset);
  void target_list(Level& level, const List* targets, Result& into);
  void target(Level& level, const ResTarget& node, Result& into);
  bool star(Level& level, const void* node, Result& into);
  void tail(const SelectStmt& node, Level& level, const Result& outputs);
  void sort_list(Level& level, const List* sorts, const Result* outputs);
  // Returns the type that is sorted.
  Oid sort_target(Level& level, const void* node, const Result* outputs, bool group);
  Oid sort_output(const Visible& column, std::size_t offset);
  void group_list(Level& level, const List* groups, const Result& outputs);
  void window(Level& level, const WindowDef& node);
  void windows(Level& level, const List* list);
  std::span<const std::int32_t> lockable(const Level& level);
  void locking(Level& level, const List* clauses);
  void output(Result& into, std::string_view name, const Value& value, std::size_t offset);
  void distinct(Level& level, const SelectStmt& node, const Result& outputs);

  // -- expression.cc
  Value expression(Level& level, const void* node);
  Value expression_of(Level& level, const void* node);
  Value coerced(Level& level, const void* node, Oid type);
  void filter(Level& level, const void* node, Oid type = catalog::kBool);
  void expressions(Level& level, const List* list, Seq<Value>& into);
  void each(Level& level, const List* list, Sources& sources);
  Value constant(const A_Const& node);
  Value case_expression(Level& level, const CaseExpr& node);
  Value array_expression(Level& level, const A_ArrayExpr& node, Oid cast_to);
  Value row_expression(Level& level, const RowExpr& node);
  Value indirection(Level& level, const A_Indirection& node);
  Value field_of(const Value& value, std::string_view name, std::size_t offset);
  Value sublink(Level& level, const SubLink& node);
  Value type_cast(Level& level, const TypeCast& node);
  Value sql_value(const SQLValueFunction& node);
  Value common(Level& level, const List* list, std::size_t offset);
  std::optional<Value> json_expression(Level& level, const void* node);
  std::optional<Value> xml_expression(Level& level, const void* node);

  // -- json.cc
  Value json_value(Level& level, const JsonValueExpr* node);
  Value json_value_of(Level& level, const void* node);
  Value json_output(const JsonOutput* output, Oid otherwise, Sources sources);
  std::optional<Value> json_aggregate(Level& level, const JsonAggConstructor* node, Oid otherwise,
                                      Sources sources);
  void json_behavior(Level& level, const JsonBehavior* node, Sources& sources);

  // -- immutable.cc
  void note_not_immutable();
  void note_volatility(const catalog::Function* function);
  void note_volatility(const catalog::Operator& chosen);
  void note_cast_volatility(Oid source, Oid target);
  Oid innermost(Oid type) const;
  bool reads_clock(Oid type) const;

  // -- cost_bound.cc
  void equalities(Level& level, const void* condition, std::int32_t only_use = -1);
  void equality(Level& level, const void* left, const void* right, std::int32_t only_use);
  void equal_to_list(Level& level, const A_Expr& node, std::int32_t only_use);
  void join_equalities(Level& level, const JoinExpr& node, const Item& left, const Item& right);
  void using_equalities(Level& level, const JoinExpr& node, const Item& left, const Item& right,
                        std::span<const std::string_view> merged);
  void add_equality(Level& level, const Equality& equality, std::int32_t only_use);
  std::optional<Visible> base_column(Level& level, const void* node);
  Oid constant_type(const void* node);
  bool is_index_usable(Oid column, Oid value) const;
  void bound(Level& level, Result& result, const Item* target = nullptr);
  void bound_values(Level& level, Result& result, double rows);
  double rows_of(const catalog::Relation& relation) const;
  void bound_call(Level& level, const FuncCall& node, const catalog::Choice& choice);
  void planned(CostBound::Planned planned, const Result& result);

  // -- built_values.cc
  void note_built_value(const FuncCall& node, const catalog::Choice& choice);
  double built_bytes(const void* node);
  double magnitude(const void* node);

  // -- calls.cc
  Value call(Level& level, const FuncCall& node);
  // Nothing where no function fits.
  std::optional<Value> named_call(std::span<const std::string_view> name,
                                  const Seq<Value>& arguments, std::size_t offset);
  bool note_choice(const catalog::Choice& choice, std::span<const std::string_view> name,
                   const Seq<Value>& arguments, std::size_t offset);
  Value call_value(const catalog::Choice& choice, Sources sources);
  void note_cast(Oid source, Oid target, std::size_t offset);
  void note_cast(const Value& source, Oid target, std::size_t offset);
  std::span<const Oid> path_of(std::string_view schema);
  // What a call is given, WITHIN GROUP's arguments last.
  struct Arguments {
    Seq<Value> values;
    Seq<catalog::Argument> types;
    Sources sources = nullptr;
  };
  void add_argument(Level& level, const void* node, Arguments& arguments);
  Arguments arguments_of(Level& level, const FuncCall& node);
  Value other_call(const FuncCall& node, std::span<const std::string_view> name,
                   const Arguments& arguments);
  void note_constants(const FuncCall& node, std::size_t offset);
  void no_such_call(std::span<const std::string_view> name, const Seq<Value>& arguments,
                    std::size_t offset);
  Value call_in_from(Level& level, const void* node, catalog::Choice* choice);

  // -- operators.cc
  void compare_rows(const List* name, const Value& left, const Value& right, std::size_t offset);
  Value operation_any(Level& level, const A_Expr& node);
  Value operation_in(Level& level, const A_Expr& node);
  Value operation_between(Level& level, const A_Expr& node);
  Value operation(Level& level, const A_Expr& node);
  Oid left_type(const List* name, const Value& left, const Value& right);
  Value operate(const List* name, std::optional<Value> left, const Value& right,
                std::size_t offset);
  Value operate(std::string_view name, std::optional<Value> left, const Value& right,
                std::size_t offset);
  Value operate_path(std::string_view name, std::span<const Oid> path, std::optional<Value> left,
                     const Value& right, std::size_t offset);

  // -- types.cc
  Oid type_of(const TypeName* name);
  Oid array_of(Oid element);
  std::string type_words(Oid type) const;               // as format_type() prints it
  static bool is_type_in_words(std::string_view text);  // "integer": of the grammar, of no catalog

  // -- older_grammar.cc
  std::optional<Value> older_reading(Level& level, const void* node);
  Value older_call(Level& level, std::string_view name,
                   std::initializer_list<const void*> arguments, int location);
  bool needs(int major, const char* construct, std::size_t offset);

  // -- definitions.cc
  struct Definition {
    Analysis* analysis = nullptr;
    Level* level = nullptr;
    Item* item = nullptr;  // what its expressions can name
  };
  void utility(const void* node);
  void define(const RangeVar& var);
  void define_named(const List* names, int fewer);
  void note_schema(const char* name, std::size_t offset);
  void named_object(ObjectType type, const void* object);
  void named_objects(const void* node);
  void scope_definition(Definition& definition, const void* node);
  void column_definition(Definition& definition, const ColumnDef& column);
  void changed_type(Definition& definition, const AlterTableCmd& command);
  void defined(Definition& definition, const void* node);
  static void visit_definition(void* state, const void* node);

  // -- hidden_code.cc
  template <typename Each>
  void each_part(const Value& value, Each each);
  void note_ordering(Oid type, std::size_t offset);
  void note_hidden(const catalog::Function& function, std::size_t index, const Value& value,
                   std::size_t offset);
  void note_json_of(const Value& value, std::size_t offset);

  // -- named_by_values.cc
  void note_named_relation(const char* text, std::size_t offset);
  void note_named_type(const Value& value, std::string_view function, std::size_t offset);
  void note_any_type(std::string_view function, std::size_t offset);
  void note_argument(const catalog::Function& function, const Seq<Value>& arguments,
                     std::size_t offset);
  void note_arguments(const catalog::Choice& choice, const Seq<Value>& arguments,
                      std::size_t offset);
  bool names_owned_sequence(const catalog::Choice& choice, const Seq<Value>& arguments);

  // -- statement.cc, writes.cc
  void query_statement(const void* node);
  void note_chosen_rows(const void* node);  // chosen_rows.cc
  void prepare(const PrepareStmt& node);
  void note_assignment_from(Oid type);
  void insert(Level& level, const InsertStmt& node, Result* returned);
  void update(Level& level, const UpdateStmt& node, Result* returned);
  void remove(Level& level, const DeleteStmt& node, Result* returned);
  void merge(Level& level, const MergeStmt& node, Result* returned);
  void copy(Level& level, const CopyStmt& node);
  void copied_table(const catalog::Relation& table, std::size_t offset);
  Item* write_target(Level& level, const RangeVar& var);
  void written_columns(Item& target, const List* columns, std::size_t values, std::size_t offset);
  void subscripts(Level& level, const List* indirection);
  Oid assigned_type(Oid type, const List* indirection, std::size_t offset);
  void note_assignment(const Item& target, const ResTarget& named, const Value& value);
  void note_assignment(const Item& target, const List* columns, std::size_t index,
                       const Value& value, std::size_t offset);
  void inserted_rows(Level& level, Item& target, const InsertStmt& node);
  void constraint_columns(Item& target, std::size_t offset);
  void inference(Level& level, Item& target, const InferClause& node);
  Item* excluded_row(const Item& target);
  void on_conflict(Level& level, Item& target, const OnConflictClause& node);
  void returning(Level& level, Item& target, const List* list, Result& returned);
  void from_beside(Level& level, Item& target, const List* items);
  void merge_action(Level& level, Item& target, const MergeWhenClause& when, std::size_t offset);
  void set_clause(Level& level, Item& target, const List* targets);
  void written_column(Item& target, const ResTarget& node);
  void lock(const LockStmt& node);
  void show(const VariableShowStmt& node);

  const catalog::Snapshot& snapshot_;
  const ResolveInput& input_;
  Facts& facts_;
  std::byte first_[8192];
  std::pmr::monotonic_buffer_resource arena_{first_, sizeof(first_)};
  std::uint64_t work_ = 0;
  std::vector<Asked>* asked_ = nullptr;
  std::vector<Oid> prepared_types_{};  // of PREPARE name(types)
  catalog::Choice last_choice_{};      // of the last call()
};

std::vector<Oid> parameter_types(const void* statement, const ResolveInput& input);

}  // namespace policy::resolver
