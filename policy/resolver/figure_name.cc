// SPDX-License-Identifier: Apache-2.0
#include "policy/resolver/figure_name.h"

#include "policy/resolver/analysis.h"

namespace policy::resolver {
namespace {

// A name that is a mere guess, of CASE and CAST, gives way to a better one.
struct Guess {
  std::string_view name{};
  int strength = 0;
};

Guess figure(const void* node);

Guess strong(std::string_view name) { return {name, name.empty() ? 0 : 2}; }

std::string_view last_name(const List* list) {
  for (int i = list_length(list) - 1; i >= 0; --i) {
    const void* node = list->elements[i].ptr_value;
    if (IsA(node, String)) return strVal(node);
  }
  return "";
}

std::string_view name_of(SQLValueFunctionOp op) {
  switch (op) {
    case SVFOP_CURRENT_DATE: return "current_date";
    case SVFOP_CURRENT_TIME:
    case SVFOP_CURRENT_TIME_N: return "current_time";
    case SVFOP_CURRENT_TIMESTAMP:
    case SVFOP_CURRENT_TIMESTAMP_N: return "current_timestamp";
    case SVFOP_LOCALTIME:
    case SVFOP_LOCALTIME_N: return "localtime";
    case SVFOP_LOCALTIMESTAMP:
    case SVFOP_LOCALTIMESTAMP_N: return "localtimestamp";
    case SVFOP_CURRENT_ROLE: return "current_role";
    case SVFOP_CURRENT_USER: return "current_user";
    case SVFOP_USER: return "user";
    case SVFOP_SESSION_USER: return "session_user";
    case SVFOP_CURRENT_CATALOG: return "current_catalog";
    case SVFOP_CURRENT_SCHEMA: return "current_schema";
  }
  return "";
}

std::string_view name_of(XmlExprOp op) {
  switch (op) {
    case IS_XMLCONCAT: return "xmlconcat";
    case IS_XMLELEMENT: return "xmlelement";
    case IS_XMLFOREST: return "xmlforest";
    case IS_XMLPARSE: return "xmlparse";
    case IS_XMLPI: return "xmlpi";
    case IS_XMLROOT: return "xmlroot";
    case IS_XMLSERIALIZE: return "xmlserialize";
    case IS_DOCUMENT: break;
  }
  return "";
}

std::string_view name_of(JsonExprOp op) {
  switch (op) {
    case JSON_EXISTS_OP: return "json_exists";
    case JSON_QUERY_OP: return "json_query";
    case JSON_VALUE_OP: return "json_value";
    case JSON_TABLE_OP: break;
  }
  return "";
}

Guess figure_sublink(const SubLink& link) {
  if (link.subLinkType == EXISTS_SUBLINK) return strong("exists");
  if (link.subLinkType == ARRAY_SUBLINK) return strong("array");
  if (link.subLinkType != EXPR_SUBLINK || !IsA(link.subselect, SelectStmt)) return {};
  const auto* select = &as<SelectStmt>(link.subselect);
  while (select->larg != nullptr) select = select->larg;
  if (list_length(select->targetList) == 0) return {};
  const auto& first = as<ResTarget>(select->targetList->elements[0].ptr_value);
  return first.name != nullptr ? strong(first.name) : figure(first.val);
}

Guess figure_cast(const TypeCast& cast) {
  const Guess inner = figure(cast.arg);
  if (inner.strength == 2) return inner;
  const std::string_view type = last_name(cast.typeName->names);
  return {type, type.empty() ? 0 : 1};
}

Guess figure_case(const CaseExpr& node) {
  const Guess inner = figure(node.defresult);
  return inner.strength == 2 ? inner : Guess{"case", 1};
}

Guess figure_json(const void* node) {
  switch (nodeTag(node)) {
    case T_JsonParseExpr: return strong("json");
    case T_JsonScalarExpr: return strong("json_scalar");
    case T_JsonSerializeExpr: return strong("json_serialize");
    case T_JsonObjectConstructor: return strong("json_object");
    case T_JsonArrayConstructor:
    case T_JsonArrayQueryConstructor: return strong("json_array");
    case T_JsonObjectAgg: return strong("json_objectagg");
    case T_JsonArrayAgg: return strong("json_arrayagg");
    case T_JsonFuncExpr: return strong(name_of(as<JsonFuncExpr>(node).op));
    default: return {};
  }
}

Guess figure(const void* node) {
  if (node == nullptr) return {};
  switch (nodeTag(node)) {
    case T_ColumnRef: return strong(last_name(as<ColumnRef>(node).fields));
    case T_A_Indirection: {
      const Guess field = strong(last_name(as<A_Indirection>(node).indirection));
      return field.strength > 0 ? field : figure(as<A_Indirection>(node).arg);
    }
    case T_FuncCall: return strong(last_name(as<FuncCall>(node).funcname));
    case T_A_Expr: return as<A_Expr>(node).kind == AEXPR_NULLIF ? strong("nullif") : Guess{};
    case T_TypeCast: return figure_cast(as<TypeCast>(node));
    case T_CollateClause: return figure(as<CollateClause>(node).arg);
    case T_GroupingFunc: return strong("grouping");
    case T_MergeSupportFunc: return strong("merge_action");
    case T_SubLink: return figure_sublink(as<SubLink>(node));
    case T_CaseExpr: return figure_case(as<CaseExpr>(node));
    case T_A_ArrayExpr: return strong("array");
    case T_RowExpr: return strong("row");
    case T_CoalesceExpr: return strong("coalesce");
    case T_MinMaxExpr: return strong(as<MinMaxExpr>(node).op == IS_GREATEST ? "greatest" : "least");
    case T_SQLValueFunction: return strong(name_of(as<SQLValueFunction>(node).op));
    case T_XmlExpr: return strong(name_of(as<XmlExpr>(node).op));
    case T_XmlSerialize: return strong("xmlserialize");
    default: return figure_json(node);
  }
}

}  // namespace

std::string_view figure_name(const void* node) {
  const Guess guess = figure(node);
  return guess.strength == 0 ? "?column?" : guess.name;
}

}  // namespace policy::resolver
