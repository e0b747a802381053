// SPDX-License-Identifier: Apache-2.0
// Expressions: transformExprRecurse of parse_expr.c.
#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>

#include "policy/moment_words.h"
#include "policy/resolver/analysis.h"

namespace policy::resolver {
namespace {

constexpr Oid kName = 19, kDate = 1082, kTime = 1083, kTimestamp = 1114, kTimestampTz = 1184,
              kTimeTz = 1266, kBit = 1560;

int base_of(std::string_view digits) {
  if (digits.size() < 2 || digits[0] != '0') return 10;
  switch (digits[1]) {
    case 'x':
    case 'X': return 16;
    case 'o':
    case 'O': return 8;
    case 'b':
    case 'B': return 2;
    default: return 10;
  }
}

// An integer as pg_strtoint64 reads it; nothing where it has a point or an exponent, or is larger.
std::optional<std::int64_t> integer(std::string_view text) {
  const bool is_negative = text.starts_with('-');
  if (is_negative) text.remove_prefix(1);
  const int base = base_of(text);
  std::string digits = is_negative ? "-" : "";
  for (const char c : text.substr(base == 10 ? 0 : 2)) {
    if (c != '_') digits += c;
  }
  std::int64_t value = 0;
  const char* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, value, base);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

// What the lexer took for a T_Float: make_const of parse_node.c. A minus sign is part of it, so
// that the least int4 is one.
Oid number_type(std::string_view text) {
  const auto value = integer(text);
  if (!value) return catalog::kNumeric;
  const bool is_small = *value >= std::numeric_limits<std::int32_t>::min() &&
                        *value <= std::numeric_limits<std::int32_t>::max();
  return is_small ? catalog::kInt4 : catalog::kInt8;
}

}  // namespace

Value Analysis::constant(const A_Const& node) {
  if (node.isnull) return {.type = catalog::kUnknown};
  switch (nodeTag(&node.val)) {
    case T_Integer: return {.type = catalog::kInt4};
    case T_Float: return {.type = number_type(node.val.fval.fval)};
    case T_Boolean: return {.type = catalog::kBool};
    case T_BitString: return {.type = kBit};
    default:
      if (names_moment(node.val.sval.sval)) note_not_immutable();
      return {
          .type = catalog::kUnknown, .text = node.val.sval.sval, .offset = place(node.location)};
  }
}

// What PostgreSQL makes a boolean or a number of where it needs one: coerce_to_boolean and
// coerce_to_specific_type of parse_coerce.c run assignment casts.
Value Analysis::coerced(Level& level, const void* node, Oid type) {
  const Value value = expression(level, node);
  note_cast(value, type, 0);
  return {.type = type, .sources = value.sources};
}

void Analysis::filter(Level& level, const void* node, Oid type) {
  note_filter(coerced(level, node, type).sources);
}

// The arguments of ROW and VALUES, where `t.*` stands for its columns.
void Analysis::expressions(Level& level, const List* list, Seq<Value>& into) {
  for (int i = 0; i < list_length(list); ++i) {
    Result stars = make_result();
    if (star(level, element(list, i), stars)) {
      for (const auto& column : stars.columns) into.push_back(column.value);
    } else {
      into.push_back(expression(level, element(list, i)));
    }
  }
}

// What only has to be looked at.
void Analysis::each(Level& level, const List* list, Sources& sources) {
  for (int i = 0; i < list_length(list); ++i) {
    sources = join_sources(sources, expression(level, element(list, i)).sources);
  }
}

Value Analysis::common(Level& level, const List* list, std::size_t offset) {
  Value all;
  Seq<Oid> types = seq<Oid>();
  for (int i = 0; i < list_length(list); ++i) {
    const Value one = expression(level, element(list, i));
    all.sources = join_sources(all.sources, one.sources);
    if (std::ranges::find(types, one.type) == types.end()) types.push_back(one.type);
  }
  all.type = catalog::common_type(snapshot_, types);
  for (const Oid type : types) note_cast(type, all.type, offset);
  return all;
}

Value Analysis::case_expression(Level& level, const CaseExpr& node) {
  Value result;
  Seq<Oid> types = seq<Oid>();
  const std::size_t offset = place(node.location);
  std::optional<Value> subject;
  if (node.arg != nullptr) {
    subject = expression(level, node.arg);
    if (subject->type == catalog::kUnknown) subject->type = catalog::kText;
    result.sources = subject->sources;
  }
  const auto add = [&](const void* result_node) {
    const Value one = expression(level, result_node);
    result.sources = join_sources(result.sources, one.sources);
    if (std::ranges::find(types, one.type) == types.end()) types.push_back(one.type);
  };
  for (int i = 0; i < list_length(node.args); ++i) {
    const auto& when = as<CaseWhen>(element(node.args, i));
    const Value condition =
        subject ? expression(level, when.expr) : coerced(level, when.expr, catalog::kBool);
    result.sources = join_sources(result.sources, condition.sources);
    if (subject) operate("=", subject, condition, offset);
    add(when.result);
  }
  // What ELSE gives, NULL if it is not there, is the first of them: transformCaseExpr.
  types.insert(types.begin(), catalog::kUnknown);
  if (node.defresult != nullptr) {
    const Value last = expression(level, node.defresult);
    result.sources = join_sources(result.sources, last.sources);
    types.front() = last.type;
  }
  result.type = catalog::common_type(snapshot_, types);
  for (const Oid type : types) note_cast(type, result.type, offset);
  return result;
}

Value Analysis::array_expression(Level& level, const A_ArrayExpr& node, Oid cast_to) {
  Value all;
  Seq<Oid> types = seq<Oid>();
  const catalog::Type* target = cast_to == kCannotTell ? nullptr : snapshot_.type(cast_to);
  const Oid wanted = target == nullptr ? kCannotTell : target->element;
  bool is_nested = false;
  for (int i = 0; i < list_length(node.elements); ++i) {
    const void* one = element(node.elements, i);
    Value value;
    if (IsA(one, A_ArrayExpr)) {
      is_nested = true;
      value = array_expression(level, as<A_ArrayExpr>(one), cast_to);
    } else {
      value = expression(level, one);
      if (wanted != kCannotTell) note_cast(value.type, wanted, place(node.location));
      if (wanted == catalog::kRegclass && value.text != nullptr) {
        note_named_relation(value.text, value.offset);
      }
    }
    all.sources = join_sources(all.sources, value.sources);
    if (std::ranges::find(types, value.type) == types.end()) types.push_back(value.type);
  }
  if (cast_to != kCannotTell) {
    all.type = cast_to;
    return all;
  }
  const Oid common_one = catalog::common_type(snapshot_, types);
  const catalog::Type* common_known = snapshot_.type(common_one);
  const bool is_array = is_nested || (common_known != nullptr && common_known->is_array);
  all.type = is_array ? common_one : array_of(common_one);
  return all;
}

Value Analysis::row_expression(Level& level, const RowExpr& node) {
  Seq<Value> values = seq<Value>();
  expressions(level, node.args, values);
  auto* row = make(Row{.fields = seq<Field>()});
  Value result{.type = catalog::kRecord};
  for (std::size_t i = 0; i < values.size(); ++i) {
    auto* name = make(std::pmr::string("f" + std::to_string(i + 1), &arena_));
    row->fields.push_back({*name, values[i].type, values[i].row});
    result.sources = join_sources(result.sources, values[i].sources);
  }
  result.row = row;
  return result;
}

// `(value).name`: a field of a row, or else a function called in attribute notation.
Value Analysis::field_of(const Value& value, std::string_view name, std::size_t offset) {
  if (const auto column = column_of_row(value, name, offset)) return *column;
  const Row* row = row_of(value);
  // A row in FROM has the names that its alias gives it, not those of its type.
  if (row != nullptr && value.item == nullptr) {
    for (const auto& field : row->fields) {
      if (field.name == name) {
        return {.type = field.type, .row = field.row, .sources = value.sources};
      }
    }
  }
  const std::string_view names[] = {name};
  Seq<Value> arguments = seq<Value>();
  arguments.push_back(value);
  const bool has_functions = !snapshot_.functions(name).empty();
  const bool is_closed = row != nullptr && !row->is_open;
  if (has_functions) {
    if (const auto called = named_call(names, arguments, offset)) return *called;
  }
  if (is_closed || (value.type != kCannotTell && value.type != catalog::kRecord && row == nullptr &&
                    value.type != catalog::kUnknown)) {
    unresolved(
        "42703",
        "column \"" + std::string(name) + "\" not found in data type " + type_words(value.type),
        offset);
  }
  return {.sources = value.sources};
}

Value Analysis::indirection(Level& level, const A_Indirection& node) {
  Value value = expression(level, node.arg);
  // a[1][2] is one element of an array of two dimensions, a[1][2:3] an array.
  bool is_slice = false;
  for (int i = 0; i < list_length(node.indirection); ++i) {
    const void* step = element(node.indirection, i);
    if (IsA(step, A_Indices)) {
      const auto& indices = as<A_Indices>(step);
      const auto* container = snapshot_.type(catalog::base_type(snapshot_, value.type));
      const bool is_array = container == nullptr || container->is_array;
      Sources sources = value.sources;
      for (const void* bound : {indices.lidx, indices.uidx}) {
        if (bound == nullptr) continue;
        const Value index = expression(level, bound);
        // jsonb and hstore take others.
        if (is_array) note_cast(index, catalog::kInt4, place(0));
        sources = join_sources(sources, index.sources);
      }
      is_slice |= indices.is_slice;
      const bool is_last = i + 1 == list_length(node.indirection) ||
                           !IsA(element(node.indirection, i + 1), A_Indices);
      value = {.type = value.type, .sources = sources};
      if (!is_last) continue;
      value.type = is_slice ? catalog::slice_type(snapshot_, value.type)
                            : catalog::subscript_type(snapshot_, value.type);
      is_slice = false;
    } else if (IsA(step, String)) {
      value = field_of(value, strVal(step), 0);
    } else {
      unresolved("0A000", "row expansion via \"*\" is not supported here", 0);
    }
  }
  return value;
}

Value Analysis::sublink(Level& level, const SubLink& node) {
  Result result = any_query(node.subselect, &level);
  level.entries += result.entries;
  level.nested_work += result.work;
  Value test;
  if (node.testexpr != nullptr) test = expression(level, node.testexpr);
  Sources sources = test.sources;
  for (auto& column : result.columns) {
    if (column.value.type == catalog::kUnknown) column.value.type = catalog::kText;
    column.value.text = nullptr;
  }
  const auto all_sources = [&] {
    for (const auto& column : result.columns) {
      sources = join_sources(sources, column.value.sources);
    }
    return sources;
  };
  switch (node.subLinkType) {
    case EXISTS_SUBLINK: return {.type = catalog::kBool};
    case ARRAY_SUBLINK: {
      const Oid type = result.columns.empty() ? kCannotTell : result.columns.front().value.type;
      return {.type = array_of(type), .sources = all_sources()};
    }
    case ANY_SUBLINK:
    case ALL_SUBLINK: {
      Item* item = derived_item("", result);
      compare_rows(node.operName, test,
                   result.columns.size() == 1
                       ? result.columns.front().value
                       : Value{.type = catalog::kRecord, .row = row_of_item(*item)},
                   place(node.location));
      return {.type = catalog::kBool, .sources = all_sources()};
    }
    default: break;
  }
  if (result.columns.size() == 1) {
    Value value = result.columns.front().value;
    value.origin = 0;
    value.origin_column = 0;
    value.item = nullptr;
    return value;
  }
  Item* item = derived_item("", result);
  return {.type = catalog::kRecord, .row = row_of_item(*item), .sources = all_sources()};
}

Value Analysis::type_cast(Level& level, const TypeCast& node) {
  const Oid target = type_of(node.typeName);
  const std::size_t offset = place(node.location);
  for (int i = 0; i < list_length(node.typeName->typmods); ++i) {
    const void* modifier = element(node.typeName->typmods, i);
    if (!IsA(modifier, A_Const) && !IsA(modifier, ColumnRef)) expression(level, modifier);
  }
  if (IsA(node.arg, A_ArrayExpr)) {
    const catalog::Type* known = snapshot_.type(catalog::base_type(snapshot_, target));
    if (known != nullptr && known->is_array) {
      Value value = array_expression(level, as<A_ArrayExpr>(node.arg), known->oid);
      note_cast(known->oid, target, offset);
      value.type = target;
      return value;
    }
  }
  const Value value = expression(level, node.arg);
  const bool changes_nothing = value.type == target && list_length(node.typeName->typmods) == 0;
  if (changes_nothing && target != kCannotTell) return value;
  note_cast(value, target, offset);
  if (target == catalog::kRegclass && value.text != nullptr) {
    note_named_relation(value.text, value.offset);
  }
  const bool keeps_row = target == catalog::kRecord;
  const bool is_name =
      value.is_told_name || (target == catalog::kRegclass && value.text != nullptr);
  return {.type = target,
          .row = keeps_row ? value.row : nullptr,
          .sources = value.sources,
          .is_told_name = is_name};
}

Value Analysis::sql_value(const SQLValueFunction& node) {
  note_not_immutable();
  switch (node.op) {
    case SVFOP_CURRENT_DATE: return {.type = kDate};
    case SVFOP_CURRENT_TIME:
    case SVFOP_CURRENT_TIME_N: return {.type = kTimeTz};
    case SVFOP_CURRENT_TIMESTAMP:
    case SVFOP_CURRENT_TIMESTAMP_N: return {.type = kTimestampTz};
    case SVFOP_LOCALTIME:
    case SVFOP_LOCALTIME_N: return {.type = kTime};
    case SVFOP_LOCALTIMESTAMP:
    case SVFOP_LOCALTIMESTAMP_N: return {.type = kTimestamp};
    case SVFOP_CURRENT_ROLE:
    case SVFOP_CURRENT_USER:
    case SVFOP_USER:
    case SVFOP_SESSION_USER:
    case SVFOP_CURRENT_CATALOG:
    case SVFOP_CURRENT_SCHEMA: return {.type = kName};
  }
  return {};
}

Value Analysis::expression(Level& level, const void* node) {
  if (node == nullptr || !spend(0)) return {};
  if (const auto older = older_reading(level, node)) return *older;
  return expression_of(level, node);
}

Value Analysis::expression_of(Level& level, const void* node) {
  switch (nodeTag(node)) {
    case T_ColumnRef: return column_ref(level, as<ColumnRef>(node));
    case T_A_Const: return constant(as<A_Const>(node));
    case T_ParamRef: return parameter(as<ParamRef>(node));
    case T_FuncCall: return call(level, as<FuncCall>(node));
    case T_A_Expr: return operation(level, as<A_Expr>(node));
    case T_TypeCast: return type_cast(level, as<TypeCast>(node));
    case T_SubLink: return sublink(level, as<SubLink>(node));
    case T_CaseExpr: return case_expression(level, as<CaseExpr>(node));
    case T_A_ArrayExpr: return array_expression(level, as<A_ArrayExpr>(node), kCannotTell);
    case T_RowExpr: return row_expression(level, as<RowExpr>(node));
    case T_A_Indirection: return indirection(level, as<A_Indirection>(node));
    case T_SQLValueFunction: return sql_value(as<SQLValueFunction>(node));
    case T_NamedArgExpr: return expression(level, as<NamedArgExpr>(node).arg);
    case T_SetToDefault: return {.type = catalog::kUnknown};
    case T_CurrentOfExpr: return {.type = catalog::kBool};
    case T_MergeSupportFunc: return {.type = catalog::kText};
    case T_CoalesceExpr:
      return common(level, as<CoalesceExpr>(node).args, place(as<CoalesceExpr>(node).location));
    case T_MinMaxExpr: {
      const auto& extreme = as<MinMaxExpr>(node);
      const Value value = common(level, extreme.args, place(extreme.location));
      note_ordering(value.type, place(extreme.location));
      return value;
    }
    case T_BoolExpr: {
      const List* operands = as<BoolExpr>(node).args;
      Value value{.type = catalog::kBool};
      for (int i = 0; i < list_length(operands); ++i) {
        const Value one = coerced(level, element(operands, i), catalog::kBool);
        value.sources = join_sources(value.sources, one.sources);
      }
      return value;
    }
    case T_NullTest: {
      const Value value = expression(level, as<NullTest>(node).arg);
      ask(value, 0);  // any type will do
      return {.type = catalog::kBool, .sources = value.sources};
    }
    case T_BooleanTest: return coerced(level, as<BooleanTest>(node).arg, catalog::kBool);
    case T_CollateClause: {
      Value value = expression(level, as<CollateClause>(node).arg);
      value.origin = 0;
      value.origin_column = 0;
      return value;
    }
    case T_GroupingFunc: {
      Value value{.type = catalog::kInt4};
      each(level, as<GroupingFunc>(node).args, value.sources);
      return value;
    }
    case T_List: {
      Value value;
      each(level, static_cast<const List*>(node), value.sources);
      return value;
    }
    default: break;
  }
  note_not_immutable();  // for all that is known of what follows
  if (const auto value = xml_expression(level, node)) return *value;
  if (const auto value = json_expression(level, node)) return *value;
  uncertain("this kind of expression", 0);
  return {};
}

}  // namespace policy::resolver
