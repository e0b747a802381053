// SPDX-License-Identifier: Apache-2.0
#include "policy/reader/settings.h"

#include <cstring>
#include <optional>
#include <string_view>

#include "policy/reader/pg_nodes.h"

namespace policy {
namespace {

using Action = SettingUse::Action;
using Uses = std::vector<SettingUse>;

// Setting names are case-insensitive by ASCII rules (guc.c, guc_name_compare).
std::string lower(std::string_view name) {
  std::string folded(name);
  for (char& c : folded) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return folded;
}

std::size_t offset_of(int location) {
  return location < 0 ? 0 : static_cast<std::size_t>(location);
}

// The text of a constant as SET stores it; nothing for NULL and for what is no constant.
std::optional<std::string> constant(const Node* node) {
  if (node == nullptr || !IsA(node, A_Const)) return std::nullopt;
  const auto& value = *reinterpret_cast<const A_Const*>(node);
  if (value.isnull) return std::nullopt;
  switch (static_cast<int>(nodeTag(&value.val))) {
    case T_Integer: return std::to_string(intVal(&value.val));
    case T_Float: return std::string(value.val.fval.fval);
    case T_Boolean: return std::string(boolVal(&value.val) ? "true" : "false");
    case T_String: return std::string(strVal(&value.val));
    default: return std::nullopt;
  }
}

std::string quoted(std::string_view name) {
  std::string result = "\"";
  for (const char c : name) result.append(c == '"' ? 2 : 1, c);
  return result + '"';
}

// Elements joined as flatten_set_variable_args (guc_funcs.c) does. Nothing if one is no constant.
std::optional<std::string> joined(const List* args, bool is_name_list) {
  std::string result;
  const ListCell* cell = nullptr;
  foreach (cell, args) {
    const auto value = constant(static_cast<const Node*>(lfirst(cell)));
    if (!value) return std::nullopt;
    if (!result.empty()) result += ", ";
    result += is_name_list ? quoted(*value) : *value;
  }
  return result;
}

SettingUse assign(std::string name, std::optional<std::string> value) {
  if (!value) return {.action = Action::Opaque, .name = std::move(name)};
  return {.action = Action::Assign, .name = std::move(name), .value = *std::move(value)};
}

// SET TIME ZONE INTERVAL '…' is the one value that is no plain constant.
SettingUse assign_from(const VariableSetStmt& set) {
  std::string name = lower(set.name);
  if (name == "timezone" && list_length(set.args) == 1 && IsA(linitial(set.args), TypeCast)) {
    return assign(std::move(name), "interval");
  }
  auto value = joined(set.args, name == "search_path");
  return assign(std::move(name), std::move(value));
}

bool is_number_flag(const SettingUse& use) { return use.value == "0" || use.value == "1"; }

// READ WRITE, ISOLATION LEVEL and DEFERRABLE are assignments in other words.
Uses from_modes(const List* modes, std::string_view prefix) {
  Uses uses;
  const ListCell* cell = nullptr;
  foreach (cell, modes) {
    const auto* node = static_cast<const Node*>(lfirst(cell));
    if (!IsA(node, DefElem)) {
      uses.push_back({.action = Action::Opaque, .name = "transaction snapshot"});
      continue;
    }
    const auto& mode = *reinterpret_cast<const DefElem*>(node);
    SettingUse use = assign(std::string(prefix) + mode.defname, constant(mode.arg));
    if (is_number_flag(use)) use.value = use.value == "1" ? "on" : "off";
    use.offset = offset_of(mode.location);
    uses.push_back(std::move(use));
  }
  return uses;
}

Uses from_set(const VariableSetStmt& set) {
  switch (set.kind) {
    case VAR_SET_VALUE: return {assign_from(set)};
    case VAR_SET_DEFAULT:
    case VAR_RESET:
      return {{.action = Action::Reset, .name = lower(set.name), .is_local = set.is_local}};
    case VAR_RESET_ALL: return {{.action = Action::ResetAll}};
    case VAR_SET_CURRENT: return {{.action = Action::Opaque, .name = lower(set.name)}};
    case VAR_SET_MULTI:
      return from_modes(set.args, std::string_view(set.name) == "SESSION CHARACTERISTICS"
                                      ? std::string_view("default_")
                                      : std::string_view());
  }
  return {{.action = Action::Opaque}};
}

bool is_false(const Node* node) {
  if (node == nullptr || !IsA(node, A_Const)) return false;
  const auto& value = *reinterpret_cast<const A_Const*>(node);
  return !value.isnull && nodeTag(&value.val) == T_Boolean && !boolVal(&value.val);
}

// set_config(name, value, is_local): what SET does, if both are constants; NULL resets.
SettingUse from_call(const FuncCall& call) {
  SettingUse use{.action = Action::Opaque, .offset = offset_of(call.location)};
  if (list_length(call.args) != 3 || call.func_variadic) return use;
  const auto name = constant(static_cast<const Node*>(linitial(call.args)));
  if (!name) return use;
  use.name = lower(*name);
  const auto* argument = static_cast<const Node*>(lsecond(call.args));
  if (const auto value = constant(argument)) {
    use.action = Action::Assign;
    use.value = *value;
  } else if (IsA(argument, A_Const) && reinterpret_cast<const A_Const*>(argument)->isnull) {
    use.action = Action::Reset;
    use.is_local = !is_false(static_cast<const Node*>(lthird(call.args)));
  }
  return use;
}

bool is_set_config(const FuncCall& call) {
  const auto* last = static_cast<const Node*>(llast(call.funcname));
  return IsA(last, String) && std::strcmp(strVal(last), "set_config") == 0;
}

bool is_pg_settings(const RangeVar* relation) {
  return relation != nullptr && std::strcmp(relation->relname, "pg_settings") == 0;
}

// A rule of the view makes this a call of set_config with the rows' values.
Uses from_target(const RangeVar* relation) {
  if (!is_pg_settings(relation)) return {};
  return {{.action = Action::Opaque, .offset = offset_of(relation->location)}};
}

}  // namespace

Uses settings_of(const void* node) {
  switch (static_cast<int>(nodeTag(node))) {
    case T_VariableSetStmt: return from_set(*static_cast<const VariableSetStmt*>(node));
    case T_TransactionStmt:
      return from_modes(static_cast<const TransactionStmt*>(node)->options, "");
    case T_FuncCall: {
      const auto& call = *static_cast<const FuncCall*>(node);
      return is_set_config(call) ? Uses{from_call(call)} : Uses{};
    }
    case T_UpdateStmt: return from_target(static_cast<const UpdateStmt*>(node)->relation);
    case T_MergeStmt: return from_target(static_cast<const MergeStmt*>(node)->relation);
    default: return {};
  }
}

}  // namespace policy
