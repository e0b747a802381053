// SPDX-License-Identifier: Apache-2.0
// Values that constants make large: repeat('x', 1000000000), and the rows of generate_series(1, 9).
// EXPLAIN computes what is constant, so these are told before a server is asked.
#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "policy/resolver/analysis.h"

namespace policy::resolver {
namespace {

// From here on a power or factorial takes time: its digits are computed with each other.
constexpr double kLongNumber = 1000;

std::string_view name_of(const FuncCall& node) {
  return strVal(element(node.funcname, list_length(node.funcname) - 1));
}

const void* argument(const FuncCall& node, int i) {
  return i < list_length(node.args) ? element(node.args, i) : nullptr;
}

bool is_pad(std::string_view name) { return name == "lpad" || name == "rpad"; }
bool is_power(std::string_view name) { return name == "power" || name == "pow"; }

bool builds_values(std::string_view name) {
  return name == "repeat" || is_pad(name) || name == "array_fill" || name == "factorial" ||
         name == "format" || is_power(name);
}

// The largest number in a format: `%1000s` pads to it.
double largest_width(const void* node) {
  if (node == nullptr || !IsA(node, A_Const) || as<A_Const>(node).isnull) return 0;
  if (!IsA(&as<A_Const>(node).val, String)) return 0;
  double largest = 0, number = 0;
  for (const char* at = as<A_Const>(node).val.sval.sval; *at != '\0'; ++at) {
    number = *at >= '0' && *at <= '9' ? number * 10 + (*at - '0') : 0;
    largest = std::max(largest, number);
  }
  return largest;
}

double number_of(const A_Const& node) {
  if (node.isnull) return 0;
  switch (nodeTag(&node.val)) {
    case T_Integer: return std::abs(static_cast<double>(node.val.ival.ival));
    case T_Float: return std::abs(std::strtod(node.val.fval.fval, nullptr));
    case T_String: return std::abs(std::strtod(node.val.sval.sval, nullptr));
    default: return 0;
  }
}

std::optional<double> exact(const void* node) {
  if (node == nullptr || !IsA(node, A_Const) || as<A_Const>(node).isnull) return std::nullopt;
  const auto& literal = as<A_Const>(node).val;
  if (IsA(&literal, Integer)) return static_cast<double>(literal.ival.ival);
  if (IsA(&literal, Float)) return std::strtod(literal.fval.fval, nullptr);
  return std::nullopt;
}

// Of generate_series with literal numbers alone.
std::optional<double> series_rows(const FuncCall& node) {
  const auto first = exact(argument(node, 0));
  const auto last = exact(argument(node, 1));
  const auto step = list_length(node.args) > 2 ? exact(argument(node, 2)) : std::optional(1.0);
  if (list_length(node.args) > 3 || !first || !last || !step || *step == 0) return std::nullopt;
  return std::max(0.0, std::floor((*last - *first) / *step) + 1);
}

// ARRAY[…] of constants: anything else may be an array itself, and has more rows than one.
std::optional<double> listed_rows(const A_ArrayExpr& array) {
  for (int i = 0; i < list_length(array.elements); ++i) {
    if (!IsA(element(array.elements, i), A_Const)) return std::nullopt;
  }
  return list_length(array.elements);
}

// unnest(ARRAY[…]), unnest('{…}'): the text has as many.
std::optional<double> unnested_rows(const FuncCall& node) {
  double rows = 0;
  for (int i = 0; i < list_length(node.args); ++i) {
    const void* array = argument(node, i);
    if (IsA(array, TypeCast)) array = as<TypeCast>(array).arg;
    std::optional<double> more;
    if (IsA(array, A_ArrayExpr)) {
      more = listed_rows(as<A_ArrayExpr>(array));
    } else if (IsA(array, A_Const) && !as<A_Const>(array).isnull &&
               IsA(&as<A_Const>(array).val, String)) {
      more = static_cast<double>(std::string_view(as<A_Const>(array).val.sval.sval).size());
    }
    if (!more) return std::nullopt;
    rows += *more;
  }
  return rows;
}

}  // namespace

// About how large a number the constants of `node` make; 0: it cannot be told.
double Analysis::magnitude(const void* node) {
  if (node == nullptr || !spend(0)) return 0;
  if (IsA(node, A_Const)) return number_of(as<A_Const>(node));
  if (IsA(node, TypeCast)) return magnitude(as<TypeCast>(node).arg);
  if (!IsA(node, A_Expr) || as<A_Expr>(node).kind != AEXPR_OP) return 0;
  const auto& operation = as<A_Expr>(node);
  facts_.built.is_computed = true;
  const double left = magnitude(operation.lexpr);
  const double right = magnitude(operation.rexpr);
  const std::string_view name = strVal(element(operation.name, list_length(operation.name) - 1));
  if (name == "*") return std::max(1.0, left) * std::max(1.0, right);
  if (name == "^") return std::pow(left, right);
  if (name == "<<") return left * std::pow(2, right);
  if (name == "/") return left;
  return left + right;
}

// Of the value that `node` stands for, as far as constants make it: 0 for what depends on rows.
double Analysis::built_bytes(const void* node) {
  if (node == nullptr || !spend(0)) return 0;
  if (IsA(node, TypeCast)) return built_bytes(as<TypeCast>(node).arg);
  if (IsA(node, A_Const)) {
    const auto& literal = as<A_Const>(node);
    const bool is_text = !literal.isnull && IsA(&literal.val, String);
    return is_text ? static_cast<double>(std::string_view(literal.val.sval.sval).size()) : 1;
  }
  if (IsA(node, A_Expr)) {
    return built_bytes(as<A_Expr>(node).lexpr) + built_bytes(as<A_Expr>(node).rexpr);
  }
  if (!IsA(node, FuncCall)) return 0;
  const auto& function = as<FuncCall>(node);
  const std::string_view name = name_of(function);
  if (name == "repeat") {
    return std::max(1.0, built_bytes(argument(function, 0))) * magnitude(argument(function, 1));
  }
  if (is_pad(name)) return magnitude(argument(function, 1));
  if (name == "format") return largest_width(argument(function, 0));
  if (name == "factorial") {
    const double number = magnitude(argument(function, 0));
    return number < kLongNumber ? 0 : number * number / 10;
  }
  if (is_power(name)) {
    const double exponent = magnitude(argument(function, 1));
    return exponent < kLongNumber ? 0 : exponent * 100;
  }
  double bytes = 0;
  if (name == "array_fill") {
    const void* sizes = argument(function, 1);
    if (sizes != nullptr && IsA(sizes, TypeCast)) sizes = as<TypeCast>(sizes).arg;
    if (sizes == nullptr || !IsA(sizes, A_ArrayExpr)) return 0;
    bytes = 4;
    const List* elements = as<A_ArrayExpr>(sizes).elements;
    for (int i = 0; i < list_length(elements); ++i) bytes *= magnitude(element(elements, i));
    return bytes;
  }
  for (int i = 0; i < list_length(function.args); ++i) bytes += built_bytes(argument(function, i));
  return bytes;
}

void Analysis::note_built_value(const FuncCall& node, const catalog::Choice& choice) {
  if (!builds_values(name_of(node))) return;
  const auto is_ours = [](const catalog::Function* function) {
    return function->oid < catalog::kFirstUserOid;
  };
  if (!std::ranges::any_of(choice.functions, is_ours)) return;
  const double bytes = built_bytes(&node);
  facts_.built.bytes += bytes;
  if (bytes < kLongNumber || !facts_.built.function.empty()) return;
  facts_.built.function = name_of(node);
  facts_.built.offset = place(node.location);
}

// A function that returns a set multiplies the rows of the query that it stands in.
void Analysis::bound_call(Level& level, const FuncCall& node, const catalog::Choice& choice) {
  if (!input_.is_bounded) return;
  note_built_value(node, choice);
  const auto returns_set = [](const catalog::Function* function) { return function->returns_set; };
  if (!std::ranges::any_of(choice.functions, returns_set)) return;
  const std::string_view name = name_of(node);
  const auto is_ours = [](const catalog::Function* function) {
    return function->oid < catalog::kFirstUserOid;
  };
  std::optional<double> rows;
  if (std::ranges::all_of(choice.functions, is_ours)) {
    if (name == "generate_series") rows = series_rows(node);
    if (name == "unnest") rows = unnested_rows(node);
  }
  level.rows *= std::max(1.0, rows.value_or(CostBound::kUnknown));
}

}  // namespace policy::resolver
