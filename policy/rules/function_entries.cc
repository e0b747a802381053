// SPDX-License-Identifier: Apache-2.0
#include "policy/rules/function_entries.h"

#include <utility>

#include "policy/rules/type_names.h"

namespace policy::rules {
namespace {

using std::string_view;

// The first `wanted` outside quotes and brackets.
std::size_t find_outside(string_view text, char wanted) {
  bool is_quoted = false;
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') is_quoted = !is_quoted;
    if (is_quoted) continue;
    if (text[i] == wanted && depth == 0) return i;
    if (text[i] == '(') ++depth;
    if (text[i] == ')') --depth;
  }
  return string_view::npos;
}

string_view without_spaces_behind(string_view text) {
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

std::optional<std::vector<catalog::Oid>> read_types(const Binding& binding, string_view list) {
  std::vector<catalog::Oid> types;
  if (list.find_first_not_of(' ') == string_view::npos) return types;
  for (bool is_last = false; !is_last;) {
    const std::size_t comma = find_outside(list, ',');
    is_last = comma == string_view::npos;
    const auto type = find_type(binding.snapshot, binding.search_path, list.substr(0, comma));
    if (!type) return std::nullopt;
    types.push_back(*type);
    if (!is_last) list.remove_prefix(comma + 1);
  }
  return types;
}

}  // namespace

FunctionEntry read_function_entry(const Binding& binding, string_view text) {
  FunctionEntry entry;
  text = without_spaces_behind(text);
  const std::size_t open = find_outside(text, '(');
  entry.has_types = open != string_view::npos;
  const string_view name = without_spaces_behind(text.substr(0, open));
  if (auto pattern = parse_name_pattern(name, NameKind::Function)) {
    entry.name = *std::move(pattern);
  }
  if (entry.has_types && text.ends_with(')')) {
    entry.types = read_types(binding, text.substr(open + 1, text.size() - open - 2));
  }
  return entry;
}

bool may_name(const FunctionEntry& entry, const catalog::Function& function, string_view schema) {
  if (!entry.name) return true;
  if (!entry.name->matches({schema, function.name})) return false;
  return !entry.types || *entry.types == function.arguments;
}

bool names(const FunctionEntry& entry, const catalog::Function& function, string_view schema) {
  if (!entry.name || !entry.name->matches({schema, function.name})) return false;
  if (!entry.has_types) return true;
  return entry.types && *entry.types == function.arguments;
}

}  // namespace policy::rules
