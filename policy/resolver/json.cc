// SPDX-License-Identifier: Apache-2.0
// SQL/JSON and XML expressions: the later half of parse_expr.c.
#include "policy/catalog/pseudo_types.h"
#include "policy/resolver/analysis.h"

namespace policy::resolver {
namespace {

using catalog::kJson;
using catalog::kJsonb;

constexpr Oid kXml = 142;

// What transformXmlExpr() coerces arguments to; kCannotTell: nothing.
Oid xml_argument(XmlExprOp op) {
  switch (op) {
    case IS_XMLCONCAT:
    case IS_XMLROOT:
    case IS_DOCUMENT: return kXml;
    case IS_XMLPARSE:
    case IS_XMLPI: return catalog::kText;
    case IS_XMLELEMENT:
    case IS_XMLFOREST:
    case IS_XMLSERIALIZE: break;
  }
  return kCannotTell;
}

}  // namespace

Value Analysis::json_value(Level& level, const JsonValueExpr* node) {
  return node == nullptr ? Value{} : json_value_of(level, node->raw_expr);
}

Value Analysis::json_value_of(Level& level, const void* node) {
  const Value value = expression(level, node);
  note_json_of(value, 0);
  return value;
}

Value Analysis::json_output(const JsonOutput* output, Oid otherwise, Sources sources) {
  if (output == nullptr || output->typeName == nullptr) {
    return {.type = otherwise, .sources = sources};
  }
  const Oid type = type_of(output->typeName);
  note_cast(kCannotTell, type, place(output->typeName->location));
  return {.type = type, .sources = sources};
}

void Analysis::json_behavior(Level& level, const JsonBehavior* node, Sources& sources) {
  if (node == nullptr || node->expr == nullptr) return;
  sources = join_sources(sources, expression(level, node->expr).sources);
}

std::optional<Value> Analysis::json_aggregate(Level& level, const JsonAggConstructor* node,
                                              Oid otherwise, Sources sources) {
  sort_list(level, node->agg_order, nullptr);
  if (node->agg_filter != nullptr) {
    sources = join_sources(sources, coerced(level, node->agg_filter, catalog::kBool).sources);
  }
  if (node->over != nullptr) window(level, *node->over);
  return json_output(node->output, otherwise, sources);
}

std::optional<Value> Analysis::json_expression(Level& level, const void* node) {
  Sources sources = nullptr;
  const auto add = [&](const Value& value) { sources = join_sources(sources, value.sources); };
  switch (nodeTag(node)) {
    case T_JsonValueExpr: return json_value(level, &as<JsonValueExpr>(node));
    case T_JsonIsPredicate:
      needs(16, "IS JSON", place(as<JsonIsPredicate>(node).location));
      add(expression(level, as<JsonIsPredicate>(node).expr));
      return Value{.type = catalog::kBool, .sources = sources};
    case T_JsonParseExpr:
      needs(17, "JSON()", place(as<JsonParseExpr>(node).location));
      add(json_value(level, as<JsonParseExpr>(node).expr));
      return json_output(as<JsonParseExpr>(node).output, kJson, sources);
    case T_JsonScalarExpr:
      needs(17, "JSON_SCALAR", place(as<JsonScalarExpr>(node).location));
      add(json_value_of(level, as<JsonScalarExpr>(node).expr));
      return json_output(as<JsonScalarExpr>(node).output, kJson, sources);
    case T_JsonSerializeExpr:
      needs(17, "JSON_SERIALIZE", place(as<JsonSerializeExpr>(node).location));
      add(json_value(level, as<JsonSerializeExpr>(node).expr));
      return json_output(as<JsonSerializeExpr>(node).output, catalog::kText, sources);
    case T_JsonKeyValue:
      add(json_value_of(level, as<JsonKeyValue>(node).key));
      add(json_value(level, as<JsonKeyValue>(node).value));
      return Value{.sources = sources};
    case T_JsonObjectConstructor:
      needs(16, "JSON_OBJECT", place(as<JsonObjectConstructor>(node).location));
      each(level, as<JsonObjectConstructor>(node).exprs, sources);
      return json_output(as<JsonObjectConstructor>(node).output, kJson, sources);
    case T_JsonArrayConstructor:
      needs(16, "JSON_ARRAY", place(as<JsonArrayConstructor>(node).location));
      each(level, as<JsonArrayConstructor>(node).exprs, sources);
      return json_output(as<JsonArrayConstructor>(node).output, kJson, sources);
    case T_JsonArrayQueryConstructor: {
      const auto& constructor = as<JsonArrayQueryConstructor>(node);
      needs(16, "JSON_ARRAY", place(constructor.location));
      const Result result = any_query(constructor.query, &level);
      level.entries += result.entries;
      for (const auto& column : result.columns) add(column.value);
      return json_output(constructor.output, kJson, sources);
    }
    case T_JsonObjectAgg: {
      const auto& aggregate = as<JsonObjectAgg>(node);
      needs(16, "JSON_OBJECTAGG", place(aggregate.constructor->location));
      add(expression(level, aggregate.arg));
      return json_aggregate(level, aggregate.constructor, kJson, sources);
    }
    case T_JsonArrayAgg: {
      const auto& aggregate = as<JsonArrayAgg>(node);
      needs(16, "JSON_ARRAYAGG", place(aggregate.constructor->location));
      add(json_value(level, aggregate.arg));
      return json_aggregate(level, aggregate.constructor, kJson, sources);
    }
    case T_JsonFuncExpr: {
      const auto& function = as<JsonFuncExpr>(node);
      needs(17, "JSON_VALUE, JSON_QUERY and JSON_EXISTS", place(function.location));
      add(json_value(level, function.context_item));
      if (function.pathspec != nullptr) add(expression(level, function.pathspec));
      for (int i = 0; i < list_length(function.passing); ++i) {
        add(json_value(level, as<JsonArgument>(function.passing->elements[i].ptr_value).val));
      }
      json_behavior(level, function.on_empty, sources);
      json_behavior(level, function.on_error, sources);
      const Oid type = function.op == JSON_EXISTS_OP  ? catalog::kBool
                       : function.op == JSON_VALUE_OP ? catalog::kText
                                                      : kJsonb;
      return json_output(function.output, type, sources);
    }
    default: return std::nullopt;
  }
}

std::optional<Value> Analysis::xml_expression(Level& level, const void* node) {
  Sources sources = nullptr;
  switch (nodeTag(node)) {
    case T_XmlExpr: {
      const auto& xml = as<XmlExpr>(node);
      for (const List* list : {xml.named_args, xml.args}) {
        for (int i = 0; i < list_length(list); ++i) {
          const void* one = list->elements[i].ptr_value;
          const void* value = IsA(one, ResTarget) ? as<ResTarget>(one).val : one;
          const Value given = expression(level, value);
          sources = join_sources(sources, given.sources);
          if (list == xml.args) note_cast(given.type, xml_argument(xml.op), place(xml.location));
        }
      }
      return Value{.type = xml.op == IS_DOCUMENT ? catalog::kBool : kXml, .sources = sources};
    }
    case T_XmlSerialize: {
      const auto& xml = as<XmlSerialize>(node);
      const Value given = expression(level, xml.expr);
      sources = given.sources;
      note_cast(given.type, kXml, place(xml.location));
      const Oid type = type_of(xml.typeName);
      note_cast(kXml, type, place(xml.location));
      return Value{.type = type, .sources = sources};
    }
    default: return std::nullopt;
  }
}

}  // namespace policy::resolver
