// SPDX-License-Identifier: Apache-2.0
// What a query costs at most, without asking the server: rows of tables by the catalog's estimates,
// one row where a unique key is given, multiplied over what is joined. What it does not follow is
// unbounded. Values of integers in comparisons have no part in it: verdicts are kept without them.
#include <algorithm>
#include <array>

#include "policy/resolver/analysis.h"

namespace policy::resolver {
namespace {

// For so many rows the planner looks the others up by their key whatever the tables' sizes are.
constexpr double kFewRows = 20;
// What looking up one row by a key costs, in rows of a scan.
constexpr double kLookupWork = 10;

constexpr Oid kInt2 = 21, kFloat4 = 700, kFloat8 = 701, kVarchar = 1043, kDate = 1082,
              kTimestamp = 1114, kTimestampTz = 1184;

// Types whose values one btree index compares with each other: pg_amop.dat.
constexpr std::array<std::array<Oid, 3>, 4> kFamilies{{{kInt2, catalog::kInt4, catalog::kInt8},
                                                       {kFloat4, kFloat8, 0},
                                                       {catalog::kText, kVarchar, 0},
                                                       {kDate, kTimestamp, kTimestampTz}}};

bool is_equals(const A_Expr& node) {
  return list_length(node.name) == 1 && std::string_view(strVal(element(node.name, 0))) == "=";
}

// A table of a query's own FROM, or its target.
struct Table {
  const Item* item = nullptr;
  bool is_known = false;  // how many rows of it there are for what is joined before
};

class Tables {
 public:
  Tables(std::span<const Item* const> in_from, const Item* target) {
    for (const Item* item : in_from) add(item);
    add(target);
  }
  // How many rows of `table` its keys leave; nothing: they do not restrict it.
  std::optional<double> rows_by_key(const Table& table, std::span<const Equality> equalities,
                                    double rows_before) const {
    for (const auto& key : table.item->relation->unique_keys) {
      const auto rows = rows_by(key, table, equalities, rows_before);
      if (rows) return rows;
    }
    return std::nullopt;
  }
  std::vector<Table>& all() { return tables_; }

 private:
  void add(const Item* item) {
    if (item != nullptr && item->relation != nullptr) tables_.push_back({.item = item});
  }
  bool is_known(std::int32_t use) const {
    return std::ranges::any_of(
        tables_, [&](const Table& table) { return table.is_known && table.item->use == use; });
  }
  std::optional<double> rows_by(std::span<const std::int16_t> key, const Table& table,
                                std::span<const Equality> equalities, double rows_before) const {
    double rows = 1;
    for (const std::int16_t column : key) {
      const auto given = std::ranges::find_if(equalities, [&](const Equality& equality) {
        return equality.use == table.item->use && equality.column == column &&
               (equality.other_use < 0 ||
                (rows_before <= kFewRows && is_known(equality.other_use)));
      });
      if (given == equalities.end()) return std::nullopt;
      rows *= given->values;
    }
    const bool is_few = !key.empty() && rows * rows_before <= kFewRows;
    return is_few ? std::optional(rows) : std::nullopt;
  }

  std::vector<Table> tables_{};
};

// Indexes of children are their own: a key of the parent says nothing of them.
bool has_whole_keys(const catalog::Relation& relation, const catalog::Snapshot& snapshot) {
  return relation.kind == catalog::RelationKind::Partitioned ||
         snapshot.children(relation.oid).empty();
}

// Its policies run for each row, and what they read is not in the statement.
bool has_costly_policies(const catalog::Relation& relation) {
  return relation.has_row_security &&
         (!relation.policy_reads.empty() || !relation.policy_functions.empty());
}

}  // namespace

// Rows that a scan finds, with those of children. What was never analysed, or was empty then, may
// have any number.
double Analysis::rows_of(const catalog::Relation& relation) const {
  if (relation.row_estimate <= 0) return CostBound::kUnknown;
  double rows = relation.row_estimate;
  if (relation.kind == catalog::RelationKind::Partitioned) return rows;
  for (const Oid oid : snapshot_.children(relation.oid)) {
    const auto* child = snapshot_.relation(oid);
    rows += child == nullptr ? CostBound::kUnknown : rows_of(*child);
  }
  return rows;
}

bool Analysis::is_index_usable(Oid column, Oid value) const {
  if (column == kCannotTell || value == kCannotTell) return false;
  const Oid one = catalog::base_type(snapshot_, column);
  const Oid other = catalog::base_type(snapshot_, value);
  if (one == other || other == catalog::kUnknown) return true;
  return std::ranges::any_of(kFamilies, [&](const auto& family) {
    return std::ranges::find(family, one) != family.end() &&
           std::ranges::find(family, other) != family.end();
  });
}

// kCannotTell: it is no constant or parameter, or its type cannot be told.
Oid Analysis::constant_type(const void* node) {
  if (IsA(node, A_Const)) return constant(as<A_Const>(node)).type;
  if (IsA(node, ParamRef)) return parameter(as<ParamRef>(node)).type;
  if (!IsA(node, TypeCast)) return kCannotTell;
  const auto& cast = as<TypeCast>(node);
  const bool is_plain = IsA(cast.arg, A_Const) || IsA(cast.arg, ParamRef);
  return is_plain ? type_of(cast.typeName) : kCannotTell;
}

// The column of a table that `node` names, be the table of this query or not.
std::optional<Visible> Analysis::base_column(Level& level, const void* node) {
  if (!IsA(node, ColumnRef)) return std::nullopt;
  const List& fields = *as<ColumnRef>(node).fields;
  const int length = list_length(&fields);
  const void* last = element(&fields, length - 1);
  if (length > 2 || !IsA(last, String)) return std::nullopt;
  bool is_ambiguous = false;
  std::optional<Visible> column;
  if (length == 1) {
    const Found found = find_column(level, strVal(last));
    if (found.item != nullptr && !found.is_ambiguous && !found.saw_open) column = found.column;
  } else if (const Name* row = find_item(level, strVal(element(&fields, 0)), &is_ambiguous)) {
    column = column_of(*row->item, strVal(last), &is_ambiguous);
  }
  const bool is_base = column && !is_ambiguous && column->use >= 0 && column->number > 0;
  return is_base ? column : std::nullopt;
}

void Analysis::add_equality(Level& level, const Equality& equality, std::int32_t only_use) {
  if (only_use < 0 || equality.use == only_use) level.equalities.push_back(equality);
}

void Analysis::equality(Level& level, const void* left, const void* right, std::int32_t only_use) {
  const auto one = base_column(level, left);
  const auto other = base_column(level, right);
  if (one && other && is_index_usable(one->value.type, other->value.type)) {
    add_equality(level, {one->use, one->number, other->use}, only_use);
    add_equality(level, {other->use, other->number, one->use}, only_use);
  } else if (one && !other && is_index_usable(one->value.type, constant_type(right))) {
    add_equality(level, {one->use, one->number}, only_use);
  } else if (other && !one && is_index_usable(other->value.type, constant_type(left))) {
    add_equality(level, {other->use, other->number}, only_use);
  }
}

void Analysis::equal_to_list(Level& level, const A_Expr& node, std::int32_t only_use) {
  const auto column = base_column(level, node.lexpr);
  if (!column || !IsA(node.rexpr, List)) return;
  const auto* list = reinterpret_cast<const List*>(node.rexpr);
  const int count = list_length(list);
  if (count > static_cast<int>(kFewRows)) return;
  for (int i = 0; i < count; ++i) {
    if (!is_index_usable(column->value.type, constant_type(element(list, i)))) return;
  }
  add_equality(level, {column->use, column->number, -1, static_cast<double>(count)}, only_use);
}

// Those that hold for every row: the top level of AND. `only_use`: they hold for that table alone.
void Analysis::equalities(Level& level, const void* condition, std::int32_t only_use) {
  if (!input_.is_bounded || condition == nullptr) return;
  if (IsA(condition, BoolExpr) && as<BoolExpr>(condition).boolop == AND_EXPR) {
    const List* all = as<BoolExpr>(condition).args;
    for (int i = 0; i < list_length(all); ++i) equalities(level, element(all, i), only_use);
    return;
  }
  if (!IsA(condition, A_Expr) || !is_equals(as<A_Expr>(condition))) return;
  const auto& node = as<A_Expr>(condition);
  if (node.kind == AEXPR_IN) return equal_to_list(level, node, only_use);
  if (node.kind == AEXPR_OP && node.lexpr != nullptr) {
    equality(level, node.lexpr, node.rexpr, only_use);
  }
}

// What ON of an outer join says is true of the rows that may be missing.
void Analysis::join_equalities(Level& level, const JoinExpr& node, const Item& left,
                               const Item& right) {
  if (node.jointype == JOIN_INNER) return equalities(level, node.quals);
  const Item& optional_side = node.jointype == JOIN_LEFT ? right : left;
  const bool is_one_sided = node.jointype == JOIN_LEFT || node.jointype == JOIN_RIGHT;
  if (is_one_sided && optional_side.use >= 0) {
    equalities(level, node.quals, optional_side.use);
  }
}

void Analysis::using_equalities(Level& level, const JoinExpr& node, const Item& left,
                                const Item& right, std::span<const std::string_view> merged) {
  if (!input_.is_bounded || node.jointype == JOIN_FULL) return;
  const bool is_inner = node.jointype == JOIN_INNER;
  const std::int32_t optional_use = node.jointype == JOIN_LEFT ? right.use : left.use;
  if (!is_inner && optional_use < 0) return;
  for (const std::string_view name : merged) {
    bool is_ambiguous = false;
    const auto one = own_column_of(left, name, &is_ambiguous);
    const auto other = own_column_of(right, name, &is_ambiguous);
    if (!one || !other || is_ambiguous || one->use < 0 || other->use < 0) continue;
    if (!is_index_usable(one->value.type, other->value.type)) continue;
    const std::int32_t only_use = is_inner ? -1 : optional_use;
    add_equality(level, {one->use, one->number, other->use}, only_use);
    add_equality(level, {other->use, other->number, one->use}, only_use);
  }
}

// A query of one level, once all of it was looked at. `target`: that it writes to.
void Analysis::bound(Level& level, Result& result, const Item* target) {
  if (!input_.is_bounded) return;
  const bool is_own_operator = std::ranges::none_of(
      facts_.calls, [](const CallUse& call) { return call.kind == CallUse::Kind::Operator; });
  Tables tables(level.in_from, target);
  double rows = level.rows;
  for (bool is_done = false; !is_done && is_own_operator;) {
    is_done = true;
    for (Table& table : tables.all()) {
      const auto& relation = *table.item->relation;
      if (table.is_known || !has_whole_keys(relation, snapshot_)) continue;
      if (has_costly_policies(relation)) continue;
      const auto found = tables.rows_by_key(table, level.equalities, rows);
      if (!found) continue;
      rows *= *found;
      level.work += kLookupWork * rows;
      table.is_known = true;
      is_done = false;
    }
  }
  for (const Table& table : tables.all()) {
    if (table.is_known) continue;
    const double scanned = has_costly_policies(*table.item->relation)
                               ? CostBound::kUnknown
                               : rows_of(*table.item->relation);
    facts_.bound.largest_scan = std::max(facts_.bound.largest_scan, scanned);
    rows *= scanned;
  }
  bound_values(level, result, rows);
}

void Analysis::bound_values(Level& level, Result& result, double rows) {
  result.rows = rows;
  result.work = rows * (1 + level.nested_work) + level.work;
}

void Analysis::planned(CostBound::Planned planned, const Result& result) {
  facts_.bound.planned = planned;
  facts_.bound.rows = result.rows;
  facts_.bound.work = result.work;
}

}  // namespace policy::resolver
