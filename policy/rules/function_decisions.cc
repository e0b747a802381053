// SPDX-License-Identifier: Apache-2.0
#include "policy/rules/function_decisions.h"

#include <algorithm>

#include "policy/rules/range_constructors.h"
#include "policy/rules/reasons.h"

namespace policy::rules {
namespace {

using catalog::Decision;
using catalog::Function;
using std::string_view;

constexpr string_view kByMode = "mode";

const Refusal* by_mode() {
  static const Refusal kRefusal{.code = ErrorCode::FunctionAccessDenied,
                                .rule = std::string(kByMode)};
  return &kRefusal;
}

// An aggregate runs its support functions, so it needs theirs to be allowed.
const Refusal* support_refusal(const catalog::Snapshot& snapshot, const Function& function,
                               std::span<const Refusal* const> own) {
  for (const catalog::Oid oid : function.support_functions) {
    const Function* support = snapshot.function(oid);
    const auto index = support == nullptr ? std::nullopt : index_in(snapshot.functions(), *support);
    if (!index) return FunctionRules::unknown();
    if (own[*index] != nullptr) return own[*index];
  }
  return nullptr;
}

}  // namespace

FunctionRules::FunctionRules(const Binding& binding, const RelationRules& relations,
                             std::span<const catalog::Oid> harmless)
    : binding_(binding),
      relations_(relations),
      harmless_(harmless),
      homes_(home_schemas(binding)),
      by_allowed_{.code = ErrorCode::FunctionAccessDenied, .rule = "functions.allowed"},
      by_extension_{.code = ErrorCode::FunctionAccessDenied, .rule = "functions.extensions"} {
  const auto& policy = binding.policy.functions;
  for (const auto& text : policy.allowed) allowed_.push_back(read_function_entry(binding, text));
  for (std::size_t i = 0; i < policy.denied.size(); ++i) {
    denied_.push_back({.entry = read_function_entry(binding, policy.denied[i]),
                       .refusal = {.code = ErrorCode::FunctionAccessDenied,
                                   .rule = "functions.denied[" + std::to_string(i) + ']'}});
  }
}

const Refusal* FunctionRules::unknown() {
  static const Refusal kRefusal{.code = ErrorCode::FunctionAccessDenied, .rule = "never"};
  return &kRefusal;
}

const Refusal* FunctionRules::denied(const Function& function, string_view schema) const {
  const auto found = std::ranges::find_if(
      denied_, [&](const Denied& each) { return may_name(each.entry, function, schema); });
  return found == denied_.end() ? nullptr : &found->refusal;
}

bool FunctionRules::is_allowed(const Function& function, string_view schema) const {
  const bool is_home = std::ranges::find(homes_, schema) != homes_.end();
  return std::ranges::any_of(allowed_, [&](const FunctionEntry& entry) {
    if (!names(entry, function, schema)) return false;
    return entry.name->parts.size() > 1 || entry.name->parts[0].has_globs || is_home;
  });
}

// With its schema, without globs: nobody lists a dangerous built-in by accident.
bool FunctionRules::is_spelled(const Function& function, string_view schema) const {
  return std::ranges::any_of(allowed_, [&](const FunctionEntry& entry) {
    return names(entry, function, schema) && entry.name->parts.size() > 1 &&
           !entry.name->has_globs();
  });
}

const Refusal* FunctionRules::built_in(const Function& function, string_view schema) const {
  switch (function.decision) {
    case Decision::Allowed:
    case Decision::ByArgument: return nullptr;
    case Decision::Refused:
      if (!reason_for(function).is_negotiable) return least_mode(function) ? by_mode() : unknown();
      if (is_spelled(function, schema)) return nullptr;
      return least_mode(function) ? by_mode() : &by_allowed_;
    case Decision::Unknown:
    case Decision::NotBuiltIn: return unknown();
  }
  return unknown();
}

const Refusal* FunctionRules::others(const Function& function, string_view schema) const {
  const auto& listed = binding_.policy.functions.extensions;
  if (!function.extension.empty() &&
      std::ranges::find(listed, function.extension) != listed.end()) {
    return nullptr;
  }
  if (const Refusal* refusal = relations_.schema(schema)) return refusal;
  if (is_allowed(function, schema) || is_range_constructor(binding_.snapshot, function)) {
    return nullptr;
  }
  if (std::ranges::binary_search(harmless_, function.oid)) return nullptr;
  return function.extension.empty() ? &by_allowed_ : &by_extension_;
}

const Refusal* FunctionRules::own(const Function& function) const {
  const string_view schema = binding_.snapshot.schema_name(function.schema);
  if (const Refusal* refusal = denied(function, schema)) return refusal;
  return function.decision == Decision::NotBuiltIn ? others(function, schema)
                                                   : built_in(function, schema);
}

std::vector<const Refusal*> FunctionRules::decide() const {
  const auto functions = binding_.snapshot.functions();
  std::vector<const Refusal*> all;
  all.reserve(functions.size());
  for (const auto& function : functions) all.push_back(own(function));
  const std::vector<const Refusal*> own_decisions = all;
  for (std::size_t i = 0; i < functions.size(); ++i) {
    if (all[i] != nullptr) continue;
    all[i] = support_refusal(binding_.snapshot, functions[i], own_decisions);
  }
  return all;
}

bool is_lifted_by(Mode mode, const Function& function, const Refusal& refusal) {
  const auto least = least_mode(function);
  return &refusal == by_mode() && least && mode >= *least;
}

}  // namespace policy::rules
