// SPDX-License-Identifier: Apache-2.0
// The parser speaks PostgreSQL 17. What a newer grammar took for itself an older server reads as a
// call of a function or as a column of that name: a user's own, perhaps.
#include "policy/resolver/analysis.h"

namespace policy::resolver {
namespace {

bool is_plain(const JsonValueExpr* value) {
  return value != nullptr &&
         (value->format == nullptr || value->format->format_type == JS_FORMAT_DEFAULT);
}

bool is_plain(const JsonFuncExpr& node) {
  return node.passing == nullptr && node.output == nullptr && node.on_empty == nullptr &&
         node.on_error == nullptr && node.wrapper == JSW_UNSPEC &&
         node.quotes == JS_QUOTES_UNSPEC && is_plain(node.context_item);
}

std::string_view name_of(const JsonFuncExpr& node) {
  switch (node.op) {
    case JSON_EXISTS_OP: return "json_exists";
    case JSON_QUERY_OP: return "json_query";
    case JSON_VALUE_OP: return "json_value";
    case JSON_TABLE_OP: break;
  }
  return "json_table";
}

bool is_plain(const JsonAggConstructor& node) { return node.output == nullptr; }

}  // namespace

bool Analysis::needs(int major, const char* construct, std::size_t offset) {
  if (snapshot_.server_major() >= major) return true;
  uncertain(std::string(construct) + " on a server older than PostgreSQL " + std::to_string(major),
            offset);
  return false;
}

Value Analysis::older_call(Level& level, std::string_view name,
                           std::initializer_list<const void*> arguments, int location) {
  Seq<Value> values = seq<Value>();
  for (const void* argument : arguments) {
    if (argument != nullptr) values.push_back(expression(level, argument));
  }
  const std::string_view names[] = {name};
  if (const auto value = named_call(names, values, place(location))) return *value;
  no_such_call(names, values, place(location));
  return {};
}

// What an older server takes `node` for; nothing where it reads the same.
std::optional<Value> Analysis::older_reading(Level& level, const void* node) {
  const int major = snapshot_.server_major();
  if (major >= 17) return std::nullopt;
  switch (nodeTag(node)) {
    case T_JsonFuncExpr: {
      const auto& function = as<JsonFuncExpr>(node);
      if (!is_plain(function)) return std::nullopt;
      return older_call(level, name_of(function),
                        {function.context_item->raw_expr, function.pathspec}, function.location);
    }
    case T_JsonParseExpr: {
      const auto& parse = as<JsonParseExpr>(node);
      if (!is_plain(parse.expr) || parse.unique_keys || parse.output != nullptr) break;
      return older_call(level, "json", {parse.expr->raw_expr}, parse.location);
    }
    case T_JsonScalarExpr: {
      const auto& scalar = as<JsonScalarExpr>(node);
      if (scalar.output != nullptr) break;
      return older_call(level, "json_scalar", {scalar.expr}, scalar.location);
    }
    case T_JsonSerializeExpr: {
      const auto& serialize = as<JsonSerializeExpr>(node);
      if (!is_plain(serialize.expr) || serialize.output != nullptr) break;
      return older_call(level, "json_serialize", {serialize.expr->raw_expr}, serialize.location);
    }
    case T_MergeSupportFunc:
      return older_call(level, "merge_action", {}, as<MergeSupportFunc>(node).location);
    default: break;
  }
  if (major >= 16) return std::nullopt;
  switch (nodeTag(node)) {
    case T_FuncCall: {
      const auto& function = as<FuncCall>(node);
      const int length = list_length(function.funcname);
      const std::string_view name = strVal(function.funcname->elements[length - 1].ptr_value);
      if (function.funcformat == COERCE_SQL_SYNTAX && name == "system_user") {
        return one_name(level, name, place(function.location));
      }
      // JSON_OBJECT(…) without colons comes as pg_catalog's; an older server searches its path.
      if (length == 2 && name == "json_object") {
        Seq<Value> values = seq<Value>();
        expressions(level, function.args, values);
        const std::string_view names[] = {name};
        if (auto value = named_call(names, values, place(function.location))) return value;
        no_such_call(names, values, place(function.location));
        return Value{};
      }
      break;
    }
    case T_JsonObjectConstructor: {
      const auto& object = as<JsonObjectConstructor>(node);
      if (list_length(object.exprs) > 0 || object.output != nullptr) break;
      return older_call(level, "json_object", {}, object.location);
    }
    case T_JsonArrayConstructor: {
      const auto& array = as<JsonArrayConstructor>(node);
      if (array.output != nullptr) break;
      Seq<Value> values = seq<Value>();
      for (int i = 0; i < list_length(array.exprs); ++i) {
        values.push_back(expression(level, array.exprs->elements[i].ptr_value));
      }
      const std::string_view names[] = {"json_array"};
      if (auto value = named_call(names, values, place(array.location))) return value;
      no_such_call(names, values, place(array.location));
      return Value{};
    }
    case T_JsonArrayAgg: {
      const auto& aggregate = as<JsonArrayAgg>(node);
      if (!is_plain(*aggregate.constructor) || !is_plain(aggregate.arg)) break;
      json_aggregate(level, aggregate.constructor, kCannotTell, nullptr);
      return older_call(level, "json_arrayagg", {aggregate.arg->raw_expr},
                        aggregate.constructor->location);
    }
    default: break;
  }
  return std::nullopt;
}

}  // namespace policy::resolver
