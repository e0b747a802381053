// SPDX-License-Identifier: Apache-2.0
#include "policy/function_call.h"

#include <exception>
#include <memory>
#include <utility>

#include "policy/enforcement.h"
#include "policy/facts.h"
#include "policy/guc.h"
#include "policy/resolver/resolver.h"
#include "policy/rules/hidden_quotes.h"
#include "policy/rules/rule.h"
#include "policy/rules/words.h"

namespace policy {
namespace {

const catalog::Function* function_of(catalog::Oid oid, const Profile& profile) {
  return profile.access == nullptr ? nullptr : profile.access->snapshot().function(oid);
}

Violation protocol_not_allowed() {
  return {.check = Check::Function,
          .code = ErrorCode::FunctionAccessDenied,
          .resource = "FunctionCall",
          .rule = "never",
          .message = "the function call protocol is not allowed",
          .hint = "Call the function in a SELECT; large objects are read with lo_get(oid)."};
}

Violation not_found(catalog::Oid oid) {
  return {.check = Check::Function,
          .code = ErrorCode::FunctionAccessDenied,
          .resource = std::to_string(oid),
          .rule = "resolve",
          .message = "which function has OID " + std::to_string(oid) + " is not known",
          .hint = "Call the function by its name in a SELECT."};
}

bool changes_a_setting(const catalog::Function& function) {
  return function.decision == catalog::Decision::ByArgument && function.name == "set_config";
}

StatementVerdict verdict_on(const catalog::Function& function, const Profile& profile) {
  const Access& access = *profile.access;
  StatementVerdict verdict;
  auto facts = std::make_shared<const Facts>(
      resolve_call(function, {.snapshot = access.snapshot(), .search_path = access.search_path()}));
  if (changes_a_setting(function)) verdict.violations.push_back(opaque_setting(""));
  for (auto& found : rules::check({.facts = *facts, .access = access, .profile = profile})) {
    verdict.violations.push_back(std::move(found.violation));
  }
  verdict.may_quote_hidden = rules::may_quote_hidden(verdict.statement_class, *facts, access);
  verdict.facts = std::move(facts);
  return verdict;
}

Verdict judge_function(catalog::Oid oid, const Profile& profile) {
  Verdict verdict{.access = profile.access, .epoch = profile.epoch};
  const auto* function = function_of(oid, profile);
  StatementVerdict statement;
  if (function != nullptr) {
    statement = verdict_on(*function, profile);
  } else {
    statement.violations.push_back(profile.access == nullptr ? protocol_not_allowed()
                                                             : not_found(oid));
  }
  verdict.statements.push_back(std::move(statement));
  verdict.statements.front().bytes = call_text(oid, profile).size();
  if (profile.enforcement == Enforcement::Warn) warn_only(verdict);
  return verdict;
}

}  // namespace

Verdict judge_call(catalog::Oid function, const Profile& profile) {
  try {
    return judge_function(function, profile);
  } catch (const std::exception&) {
    return {.epoch = profile.epoch, .out_of_memory = true};
  }
}

std::string call_text(catalog::Oid oid, const Profile& profile) {
  std::string text = "FUNCTION CALL ";
  const auto* function = function_of(oid, profile);
  if (function == nullptr) return text + std::to_string(oid);
  const auto& snapshot = profile.access->snapshot();
  const bool is_unqualified = snapshot.schema_name(function->schema) == "pg_catalog";
  return text + (is_unqualified ? "pg_catalog." : "") + rules::signature(snapshot, *function);
}

}  // namespace policy
