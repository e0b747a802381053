// SPDX-License-Identifier: Apache-2.0
// Operators and what is made of them: transformAExpr of parse_expr.c.
#include <algorithm>
#include <array>

#include "policy/resolver/analysis.h"

namespace policy::resolver {
namespace {

std::string_view operator_name(const List* name) {
  return strVal(element(name, list_length(name) - 1));
}

}  // namespace

Value Analysis::operate_path(std::string_view name, std::span<const Oid> path,
                             std::optional<Value> left, const Value& right, std::size_t offset) {
  Sources sources = right.sources;
  std::optional<Oid> left_type;
  if (left) {
    left_type = left->type;
    sources = join_sources(sources, left->sources);
  }
  const auto choice = catalog::choose_operator(snapshot_, name, path, left_type, right.type);
  const bool is_told = right.type != kCannotTell && (!left || left->type != kCannotTell);
  if (choice.operators.size() == 1) {
    const auto& chosen = *choice.operators.front();
    if (left) ask_all(std::array{*left, right}, std::array{chosen.left, chosen.right});
    if (!left) ask_all({&right, 1}, {&chosen.right, 1});
  }
  if (choice.operators.empty() && is_told) {
    std::string words = left ? type_words(left->type) + " " : "";
    words.append(name).append(" ").append(type_words(right.type));
    if (choice.is_ambiguous) unresolved("42725", "operator is not unique: " + words, offset);
    unresolved("42883", "operator does not exist: " + words, offset,
               "No operator matches the given name and argument types. You might need to add "
               "explicit type casts.");
  }
  // Functions of PostgreSQL's own that are safe need no fact.
  std::vector<Oid> functions;
  for (const auto* one : choice.operators) {
    note_volatility(*one);
    const auto* function = snapshot_.function(one->function);
    const bool is_plain = function != nullptr && function->decision == catalog::Decision::Allowed;
    if (!is_plain) functions.push_back(one->function);
    if (function == nullptr) continue;
    if (left) note_hidden(*function, 0, *left, offset);
    note_hidden(*function, left ? 1 : 0, right, offset);
  }
  if (!functions.empty()) {
    note_call_oids(CallUse::Kind::Operator, std::string(name), offset, functions);
  }
  if (!choice.cast_functions.empty()) {
    note_call_oids(CallUse::Kind::Cast, std::string(name), offset, choice.cast_functions);
  }
  return {.type = choice.result, .sources = sources};
}

Value Analysis::operate(std::string_view name, std::optional<Value> left, const Value& right,
                        std::size_t offset) {
  return operate_path(name, input_.search_path, std::move(left), right, offset);
}

Value Analysis::operate(const List* name, std::optional<Value> left, const Value& right,
                        std::size_t offset) {
  const int length = list_length(name);
  if (length == 0) return operate("=", std::move(left), right, offset);
  const std::string_view schema =
      length > 1 ? std::string_view(strVal(element(name, length - 2))) : std::string_view{};
  return operate_path(operator_name(name), path_of(schema), std::move(left), right, offset);
}

// Rows are compared column by column.
void Analysis::compare_rows(const List* name, const Value& left, const Value& right,
                            std::size_t offset) {
  const Row* one = left.type == catalog::kRecord ? left.row : nullptr;
  const Row* other = right.type == catalog::kRecord ? right.row : nullptr;
  if (one == nullptr || other == nullptr || one->fields.size() != other->fields.size()) {
    operate(name, left, right, offset);
    return;
  }
  for (std::size_t i = 0; i < one->fields.size(); ++i) {
    operate(name, Value{.type = one->fields[i].type, .row = one->fields[i].row},
            Value{.type = other->fields[i].type, .row = other->fields[i].row}, offset);
  }
}

Value Analysis::operation_any(Level& level, const A_Expr& node) {
  const std::size_t offset = place(node.location);
  const Value left = expression(level, node.lexpr);
  Value right = expression(level, node.rexpr);
  const Sources sources = join_sources(left.sources, right.sources);
  const catalog::Type* array = snapshot_.type(catalog::base_type(snapshot_, right.type));
  if (right.type == catalog::kUnknown) {
    right = left;
  } else {
    right = {.type = array == nullptr ? kCannotTell : array->element};
  }
  operate(node.name, left, right, offset);
  return {.type = catalog::kBool, .sources = sources};
}

// An IN list is compared as an array of the common type where there is one, else one by one.
Value Analysis::operation_in(Level& level, const A_Expr& node) {
  const std::size_t offset = place(node.location);
  const Value left = expression(level, node.lexpr);
  Value result{.type = catalog::kBool, .sources = left.sources};
  const bool is_list = IsA(node.rexpr, List);
  if (!is_list) {
    const Value right = expression(level, node.rexpr);
    result.sources = join_sources(result.sources, right.sources);
    compare_rows(node.name, left, right, offset);
    return result;
  }
  const auto* list = reinterpret_cast<const List*>(node.rexpr);
  Seq<Oid> types = seq<Oid>();
  types.push_back(left.type);
  bool has_rows = false;
  for (int i = 0; i < list_length(list); ++i) {
    const Value one = expression(level, element(list, i));
    result.sources = join_sources(result.sources, one.sources);
    if (one.row != nullptr) {
      has_rows = true;
      compare_rows(node.name, left, one, offset);
    } else if (std::ranges::find(types, one.type) == types.end()) {
      types.push_back(one.type);
    }
  }
  if (has_rows) return result;
  for (const Oid type : types) operate(node.name, left, Value{.type = type}, offset);
  if (types.size() > 1) {
    const Oid common_one = catalog::common_type(snapshot_, types);
    if (std::ranges::find(types, common_one) == types.end()) {
      operate(node.name, left, Value{.type = common_one}, offset);
    }
  }
  return result;
}

// What the left operand is once the operator has it. An untyped parameter keeps that type.
Oid Analysis::left_type(const List* name, const Value& left, const Value& right) {
  const int length = list_length(name);
  const std::string_view schema =
      length > 1 ? std::string_view(strVal(element(name, length - 2))) : std::string_view{};
  const auto choice = catalog::choose_operator(snapshot_, operator_name(name), path_of(schema),
                                               left.type, right.type);
  if (choice.operators.size() != 1) return kCannotTell;
  const Oid declared = choice.operators.front()->left;
  const auto* type = snapshot_.type(declared);
  const bool is_declared = type != nullptr && type->kind != catalog::TypeKind::Pseudo;
  if (is_declared) return declared;
  return left.type == catalog::kUnknown ? kCannotTell : left.type;
}

Value Analysis::operation_between(Level& level, const A_Expr& node) {
  const std::size_t offset = place(node.location);
  Value left = expression(level, node.lexpr);
  Value result{.type = catalog::kBool, .sources = left.sources};
  const auto* bounds = reinterpret_cast<const List*>(node.rexpr);
  const bool is_not = node.kind == AEXPR_NOT_BETWEEN || node.kind == AEXPR_NOT_BETWEEN_SYM;
  const bool is_symmetric = node.kind == AEXPR_BETWEEN_SYM || node.kind == AEXPR_NOT_BETWEEN_SYM;
  for (int i = 0; i < list_length(bounds); ++i) {
    const Value bound = expression(level, element(bounds, i));
    result.sources = join_sources(result.sources, bound.sources);
    const bool is_low = i == 0;
    if (is_low || is_symmetric) operate(is_not ? "<" : ">=", left, bound, offset);
    if (!is_low || is_symmetric) operate(is_not ? ">" : "<=", left, bound, offset);
    // The first comparison gave an open parameter its type.
    if (left.is_parameter && left.type == catalog::kUnknown) left = {.sources = left.sources};
  }
  return result;
}

Value Analysis::operation(Level& level, const A_Expr& node) {
  const std::size_t offset = place(node.location);
  switch (node.kind) {
    case AEXPR_OP_ANY:
    case AEXPR_OP_ALL: return operation_any(level, node);
    case AEXPR_IN: return operation_in(level, node);
    case AEXPR_BETWEEN:
    case AEXPR_NOT_BETWEEN:
    case AEXPR_BETWEEN_SYM:
    case AEXPR_NOT_BETWEEN_SYM: return operation_between(level, node);
    case AEXPR_OP:
    case AEXPR_DISTINCT:
    case AEXPR_NOT_DISTINCT:
    case AEXPR_NULLIF:
    case AEXPR_LIKE:
    case AEXPR_ILIKE:
    case AEXPR_SIMILAR: break;
  }
  std::optional<Value> left;
  if (node.lexpr != nullptr) left = expression(level, node.lexpr);
  const Value right = expression(level, node.rexpr);
  const bool are_rows = left && left->row != nullptr && right.row != nullptr &&
                        left->type == catalog::kRecord && right.type == catalog::kRecord;
  if (are_rows) {
    compare_rows(node.name, *left, right, offset);
    return {.type = catalog::kBool, .sources = join_sources(left->sources, right.sources)};
  }
  Value result = operate(node.name, left, right, offset);
  const bool is_distinct = node.kind == AEXPR_DISTINCT || node.kind == AEXPR_NOT_DISTINCT;
  if (is_distinct) result.type = catalog::kBool;
  if (node.kind == AEXPR_NULLIF) {
    result.type = left ? left_type(node.name, *left, right) : kCannotTell;
  }
  return result;
}

}  // namespace policy::resolver
