// SPDX-License-Identifier: Apache-2.0
// Calls, operators, casts and types: every function that could run has to be allowed.
#include <algorithm>

#include "policy/rules/function_decisions.h"
#include "policy/rules/reasons.h"
#include "policy/rules/rule.h"
#include "policy/rules/words.h"

namespace policy::rules {
namespace {

using catalog::Function;
using Kind = CallUse::Kind;

bool is_built_in(const Function& function) {
  return function.decision != catalog::Decision::NotBuiltIn;
}

std::string message_for(const CallUse& call, const Function& function, const std::string& named) {
  switch (call.kind) {
    case Kind::Function: break;
    case Kind::Operator:
      return "operator " + call.name + " may run function " + named + ", which is not allowed";
    case Kind::Cast:
      return "the cast to " + call.name + " may run function " + named + ", which is not allowed";
    case Kind::Type:
      return "type " + call.name + " may run function " + named + ", which is not allowed";
  }
  std::string message = "function " + named + " is not allowed";
  if (!is_built_in(function)) return message;
  return message + ": it " + std::string(reason_for(function).words);
}

bool has_allowed_built_in(const Access& access, const CallUse& call) {
  return std::ranges::any_of(call.candidates, [&](const Function* each) {
    return is_built_in(*each) && access.function(*each) == nullptr;
  });
}

std::string built_in_hint(const Function& function) {
  const auto& reason = reason_for(function);
  if (!reason.hint.empty() || !reason.is_negotiable) return std::string(reason.hint);
  return "It may be called where functions.allowed lists pg_catalog." + quoted_name(function.name) +
         '.';
}

std::string hint_for(const Access& access, const CallUse& call, const Function& function,
                     const std::string& named) {
  if (is_built_in(function)) return built_in_hint(function);
  if (call.kind == Kind::Function && has_allowed_built_in(access, call)) {
    return "To call the server's own function write pg_catalog." + quoted_name(function.name) + '.';
  }
  if (has_allowed_built_in(access, call)) {
    return "Cast its arguments, as with ::text, so that the server's own is meant.";
  }
  if (!function.extension.empty()) {
    return "It may be called where functions.extensions lists " + std::string(function.extension) +
           '.';
  }
  return "It may be called where functions.allowed lists " + named + '.';
}

Violation refuse(const Access& access, const CallUse& call, const Function& function,
                 const Refusal& refusal) {
  const std::string named = signature(access.snapshot(), function);
  return {.check = Check::Function,
          .code = refusal.code == ErrorCode::SchemaAccessDenied ? ErrorCode::SchemaAccessDenied
                                                                : ErrorCode::FunctionAccessDenied,
          .resource = named,
          .rule = refusal.rule,
          .message = message_for(call, function, named),
          .hint = hint_for(access, call, function, named)};
}

Violation refuse_empty(const CallUse& call) {
  return {.check = Check::Function,
          .code = ErrorCode::FunctionAccessDenied,
          .resource = call.name,
          .rule = "resolve",
          .message = "which function " + call.name + "() is cannot be decided",
          .hint = "Write the types of its arguments, as with ::text."};
}

// Refused in every mode, and no list may name it.
bool is_never(const Function& function) {
  switch (function.decision) {
    case catalog::Decision::Refused:
      return !reason_for(function).is_negotiable && !least_mode(function);
    case catalog::Decision::Unknown: return true;
    case catalog::Decision::NotBuiltIn:
    case catalog::Decision::Allowed:
    case catalog::Decision::ByArgument: return false;
  }
  return true;
}

struct Told {
  const Function* function = nullptr;  // null: every candidate may be called
  Refusal refusal{};
};

// The first candidate that is refused. Where rules are only told: one that is refused all the same,
// whatever rule names it too.
Told refused_candidate(const Case& statement, const CallUse& call) {
  const bool is_told_only = statement.profile.enforcement == Enforcement::Warn;
  Told first;
  for (const auto* function : call.candidates) {
    const Refusal* refusal = statement.access.function(*function);
    if (refusal == nullptr || is_lifted_by(statement.profile.mode, *function, *refusal)) continue;
    if (is_told_only && is_never(*function)) {
      return {function, {.code = ErrorCode::FunctionAccessDenied, .rule = "never"}};
    }
    if (first.function == nullptr) first = {function, *refusal};
    if (!is_told_only) break;
  }
  return first;
}

}  // namespace

void check_functions(const Case& statement, Finds& finds) {
  const Access& access = statement.access;
  for (const auto& call : statement.facts.calls) {
    if (call.kind == Kind::Function && call.candidates.empty()) {
      finds.push_back({refuse_empty(call), call.offset});
    }
    const Told told = refused_candidate(statement, call);
    if (told.function == nullptr) continue;
    finds.push_back({refuse(access, call, *told.function, told.refusal), call.offset});
  }
}

}  // namespace policy::rules
