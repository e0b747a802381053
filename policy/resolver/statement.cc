// SPDX-License-Identifier: Apache-2.0
// Whole statements: queries, and utility statements as far as they name or hold what is judged.
#include <cctype>
#include <cstdlib>

#include "policy/reader/node_children.h"
#include "policy/resolver/analysis.h"

namespace policy {
namespace resolver {
namespace {

const void* element(const List* list, int i) { return list->elements[i].ptr_value; }

bool is_temporary(const RangeVar* var) {
  if (var == nullptr) return false;
  const std::string_view schema = var->schemaname == nullptr ? "" : var->schemaname;
  return var->relpersistence == 't' || schema == "pg_temp";
}

// Text that runs later, as somebody else or unseen.
const char* unreadable(const void* node) {
  switch (nodeTag(node)) {
    case T_DoStmt: return "DO";
    case T_CreateFunctionStmt: return "CREATE FUNCTION";
    case T_AlterFunctionStmt: return "ALTER FUNCTION";
    case T_RuleStmt: return "CREATE RULE";
    case T_CreateTrigStmt: return "CREATE TRIGGER";
    case T_CreateEventTrigStmt: return "CREATE EVENT TRIGGER";
    case T_CreatePolicyStmt: return "CREATE POLICY";
    case T_AlterPolicyStmt: return "ALTER POLICY";
    case T_CreateCastStmt: return "CREATE CAST";
    case T_DefineStmt: return "CREATE AGGREGATE, OPERATOR or TYPE";
    case T_CreateDomainStmt: return "CREATE DOMAIN";
    case T_AlterDomainStmt: return "ALTER DOMAIN";
    case T_CreateOpClassStmt: return "CREATE OPERATOR CLASS";
    case T_AlterOpFamilyStmt: return "ALTER OPERATOR FAMILY";
    case T_CreateTransformStmt: return "CREATE TRANSFORM";
    case T_CreateConversionStmt: return "CREATE CONVERSION";
    case T_AlterObjectSchemaStmt: return "SET SCHEMA";
    case T_RenameStmt: return "RENAME";
    case T_AlterOwnerStmt: return "OWNER TO";
    default: return nullptr;
  }
}

// The parts of a qualified name given as text: fold and unquote, as stringToQualifiedNameList.
std::optional<std::vector<std::string>> parts_of(std::string_view text) {
  std::vector<std::string> parts;
  std::size_t i = 0;
  const auto skip = [&] {
    while (i < text.size() && std::isspace(static_cast<unsigned char>(text[i])) != 0) ++i;
  };
  for (;;) {
    skip();
    std::string part;
    if (i < text.size() && text[i] == '"') {
      for (++i; i < text.size(); ++i) {
        if (text[i] == '"' && i + 1 < text.size() && text[i + 1] == '"') {
          ++i;
        } else if (text[i] == '"') {
          break;
        }
        part += text[i];
      }
      if (i++ >= text.size()) return std::nullopt;
    } else {
      while (i < text.size() && text[i] != '.' &&
             std::isspace(static_cast<unsigned char>(text[i])) == 0) {
        const auto c = static_cast<unsigned char>(text[i++]);
        part += static_cast<char>(c < 0x80 ? std::tolower(c) : c);
      }
    }
    if (part.empty()) return std::nullopt;
    parts.push_back(std::move(part));
    skip();
    if (i >= text.size()) return parts;
    if (text[i++] != '.') return std::nullopt;
  }
}

}  // namespace

void Analysis::note_named_relation(const char* text, std::size_t offset) {
  const std::string_view whole(text);
  const catalog::Relation* relation = nullptr;
  if (!whole.empty() && whole.find_first_not_of("0123456789") == std::string_view::npos) {
    relation = snapshot_.relation(static_cast<Oid>(std::strtoul(text, nullptr, 10)));
  } else if (const auto parts = parts_of(whole)) {
    const std::string_view schema =
        parts->size() > 1 ? std::string_view((*parts)[parts->size() - 2]) : std::string_view{};
    for (const Oid in : path_of(schema, offset)) {
      relation = snapshot_.relation(in, parts->back());
      if (relation != nullptr) break;
    }
  }
  if (relation != nullptr) {
    facts_.named_relations.push_back({.relation = relation, .offset = offset});
  }
}

void Analysis::show(const VariableShowStmt& node) {
  std::string name = node.name == nullptr ? "" : node.name;
  for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  facts_.settings_read.push_back({.name = name == "all" ? "" : name});
}

// A relation that a definition names; one that does not exist is the server's to refuse.
void Analysis::define(const RangeVar& var) {
  if (is_temporary(&var)) uncertain("a temporary object", place(var.location));
  const auto* relation = find_relation(var);
  if (relation == nullptr) return;
  use(note_relation(*relation, place(var.location))).is_defined = true;
}

void Analysis::visit_definition(void* self, const void* node) {
  auto& analysis = *static_cast<Analysis*>(self);
  analysis.defined_relations(node);
}

// Every relation that a definition names, at any depth, and every function that it could call.
void Analysis::defined_relations(const void* node) {
  if (!spend(0)) return;
  if (IsA(node, List)) {
    const auto* list = static_cast<const List*>(node);
    for (int i = 0; i < list_length(list); ++i) {
      if (element(list, i) != nullptr) defined_relations(element(list, i));
    }
    return;
  }
  if (IsA(node, RangeVar)) return define(as<RangeVar>(node));
  if (IsA(node, SelectStmt)) {
    any_query(node, nullptr);
    return;
  }
  if (IsA(node, FuncCall)) calls_below(node);
  NodeVisit visit{.child = &Analysis::visit_definition, .state = this, .shape = 0};
  if (!visit_node(node, &visit)) uncertain("this kind of definition", 0);
}

// In a definition there is no FROM to resolve arguments by: every function of that name.
void Analysis::calls_below(const void* node) {
  const auto& call_node = as<FuncCall>(node);
  const List* name = call_node.funcname;
  const auto candidates =
      snapshot_.functions(std::string_view(strVal(element(name, list_length(name) - 1))));
  note_call(CallUse::Kind::Function, strVal(element(name, list_length(name) - 1)),
            place(call_node.location), candidates);
}

void Analysis::dropped(const DropStmt& node) {
  const bool are_relations = node.removeType == OBJECT_TABLE || node.removeType == OBJECT_VIEW ||
                             node.removeType == OBJECT_MATVIEW ||
                             node.removeType == OBJECT_FOREIGN_TABLE ||
                             node.removeType == OBJECT_SEQUENCE || node.removeType == OBJECT_INDEX;
  if (!are_relations) return;
  for (int i = 0; i < list_length(node.objects); ++i) {
    const auto* name = static_cast<const List*>(element(node.objects, i));
    if (!IsA(name, List) || list_length(name) == 0) continue;
    const int length = list_length(name);
    RangeVar var{};
    var.relname = strVal(element(name, length - 1));
    var.schemaname = length > 1 ? strVal(element(name, length - 2)) : nullptr;
    define(var);
  }
}

void Analysis::prepare(const PrepareStmt& node) {
  for (int i = 0; i < list_length(node.argtypes); ++i) {
    prepared_types_.push_back(type_of(&as<TypeName>(element(node.argtypes, i))));
  }
  statement(node.query);
  facts_.outputs.clear();
}

void Analysis::query_statement(const void* node) {
  const Result result = any_query(node, nullptr);
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

void Analysis::utility(const void* node) {
  if (const char* what = unreadable(node)) uncertain(what, 0);
  if (IsA(node, DropStmt)) dropped(as<DropStmt>(node));
  defined_relations(node);
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
      Sources sources = nullptr;
      return each(level, as<ExecuteStmt>(node).params, sources);
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
  resolver::Analysis(input, facts).statement(statement);
  return facts;
}

}  // namespace policy
