// SPDX-License-Identifier: Apache-2.0
// Whole statements: queries, and utility statements as far as they name or hold what is judged.
#include <cctype>

#include "policy/resolver/analysis.h"

namespace policy {
namespace resolver {
void Analysis::show(const VariableShowStmt& node) {
  std::string name = node.name == nullptr ? "" : node.name;
  for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  facts_.settings_read.push_back({.name = name == "all" ? "" : name});
}

void Analysis::prepare(const PrepareStmt& node) {
  for (int i = 0; i < list_length(node.argtypes); ++i) {
    const auto& name = as<TypeName>(element(node.argtypes, i));
    prepared_types_.push_back(type_of(&name));
    // EXECUTE converts its values to it.
    note_cast(catalog::kUnknown, prepared_types_.back(), place(name.location));
  }
  statement(node.query);
  facts_.outputs.clear();
  if (facts_.bound.planned != CostBound::Planned::Nothing) {
    facts_.bound.planned = CostBound::Planned::Later;
  }
}

// To a type that is not known here: EXECUTE's arguments become what PREPARE declared.
void Analysis::note_assignment_from(Oid type) {
  std::vector<Oid> functions;
  for (const auto& cast : snapshot_.casts()) {
    const bool may_be_meant = type == kCannotTell || cast.source == type;
    if (may_be_meant && cast.context != 'e' && cast.function >= catalog::kFirstUserOid) {
      functions.push_back(cast.function);
    }
  }
  if (!functions.empty()) note_call_oids(CallUse::Kind::Cast, "EXECUTE", 0, functions);
}

void Analysis::query_statement(const void* node) {
  const Result result = any_query(node, nullptr);
  planned(CostBound::Planned::Statement, result);
  note_chosen_rows(node);
  facts_.outputs.reserve(result.columns.size());
  for (const auto& column : result.columns) {
    OutputColumn output{
        .name = std::string(column.name),
        .type = column.value.type == catalog::kUnknown ? catalog::kText : column.value.type,
        .relation = column.value.origin,
        .column = column.value.origin_column};
    if (column.value.sources != nullptr) {
      output.sources.assign(column.value.sources->begin(), column.value.sources->end());
    }
    facts_.outputs.push_back(std::move(output));
  }
}

// Bind converts its values to the types that Parse gave.
void Analysis::parameters() {
  for (const Oid type : input_.parameter_types) {
    if (type != 0) note_cast(catalog::kUnknown, type, 0);
  }
}

// LOCK TABLE reads and changes nothing of what it names.
void Analysis::lock(const LockStmt& node) {
  for (int i = 0; i < list_length(node.relations); ++i) {
    const auto& var = as<RangeVar>(element(node.relations, i));
    if (const auto* relation = relation_of(var)) {
      use(note_relation(*relation, place(var.location))).is_locked = true;
    }
  }
}

void Analysis::statement(const void* node) {
  switch (nodeTag(node)) {
    case T_SelectStmt:
    case T_InsertStmt:
    case T_UpdateStmt:
    case T_DeleteStmt:
    case T_MergeStmt: return query_statement(node);
    case T_ExplainStmt:
      statement(as<ExplainStmt>(node).query);
      facts_.outputs.clear();
      if (facts_.bound.planned != CostBound::Planned::Nothing) {
        facts_.bound.planned = CostBound::Planned::Inside;
      }
      return;
    case T_DeclareCursorStmt:
      statement(as<DeclareCursorStmt>(node).query);
      facts_.outputs.clear();
      return;
    case T_PrepareStmt: return prepare(as<PrepareStmt>(node));
    case T_CreateTableAsStmt: {
      const auto& create = as<CreateTableAsStmt>(node);
      define(*create.into->rel);
      statement(create.query);
      facts_.outputs.clear();
      return;
    }
    case T_ViewStmt: {
      const auto& view = as<ViewStmt>(node);
      define(*view.view);
      any_query(view.query, nullptr);
      return;
    }
    case T_CopyStmt: {
      Level level = make_level(nullptr);
      return copy(level, as<CopyStmt>(node));
    }
    case T_ExecuteStmt: {
      Level level = make_level(nullptr);
      facts_.bound.planned = CostBound::Planned::Statement;
      const List* arguments = as<ExecuteStmt>(node).params;
      for (int i = 0; i < list_length(arguments); ++i) {
        note_assignment_from(expression(level, element(arguments, i)).type);
      }
      return;
    }
    case T_CallStmt: {
      Level level = make_level(nullptr);
      call(level, *as<CallStmt>(node).funccall);
      return;
    }
    case T_LockStmt: return lock(as<LockStmt>(node));
    case T_VariableShowStmt: return show(as<VariableShowStmt>(node));
    case T_VariableSetStmt:
    case T_TransactionStmt:
    case T_DiscardStmt:
    case T_DeallocateStmt:
    case T_FetchStmt:
    case T_ClosePortalStmt:
    case T_ListenStmt:
    case T_UnlistenStmt:
    case T_NotifyStmt:
    case T_ConstraintsSetStmt: return;
    default: return utility(node);
  }
}

}  // namespace resolver

Facts resolve(const void* statement, const ResolveInput& input) {
  Facts facts;
  const auto types = resolver::parameter_types(statement, input);
  ResolveInput told = input;
  if (!types.empty()) told.parameter_types = types;
  resolver::Analysis analysis(told, facts);
  analysis.parameters();
  analysis.statement(statement);
  return facts;
}

Facts resolve_call(const catalog::Function& function, const ResolveInput& input) {
  Facts facts;
  resolver::Analysis(input, facts).call_without_text(function);
  return facts;
}

}  // namespace policy
