// SPDX-License-Identifier: Apache-2.0
#include "policy/rules/bodies.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "policy/catalog/cast_code.h"
#include "policy/facts.h"
#include "policy/judge.h"

namespace policy::rules {
namespace {

using catalog::Function;
using catalog::Oid;
using catalog::Snapshot;
using catalog::TypeKind;

constexpr Oid kVoid = 2278;

// A value whose fields and meaning do not depend on the caller.
bool is_plain(const Snapshot& snapshot, Oid oid) {
  const auto* type = snapshot.type(oid);
  return type != nullptr && type->kind != TypeKind::Pseudo && type->kind != TypeKind::Composite;
}

bool may_be_followed(const Snapshot& snapshot, const Function& function) {
  return !function.body.empty() && function.kind == catalog::FunctionKind::Function &&
         !function.is_security_definer && function.defaults == 0 && function.extension.empty() &&
         std::ranges::all_of(function.arguments,
                             [&](Oid argument) { return is_plain(snapshot, argument); });
}

std::optional<std::string_view> between(std::string_view text, std::string_view before,
                                        std::string_view after) {
  if (!text.starts_with(before) || !text.ends_with(after)) return std::nullopt;
  text.remove_prefix(before.size());
  text.remove_suffix(after.size());
  return text;
}

// The body as statements. `RETURN …` and `BEGIN ATOMIC … END` are as pg_get_function_sqlbody writes
// them; neither can begin a body in a string.
std::string statements_of(std::string_view body) {
  if (const auto value = between(body, "RETURN ", "")) return "SELECT " + std::string(*value);
  if (const auto block = between(body, "BEGIN ATOMIC\n", "END")) return std::string(*block);
  return std::string(body);
}

// What the function promises to return, one for each column.
std::vector<Oid> result_types(const Function& function) {
  if (function.outputs.empty()) return {function.result};
  std::vector<Oid> types;
  types.reserve(function.outputs.size());
  for (const auto& output : function.outputs) types.push_back(output.type);
  return types;
}

// The last statement's values become what was promised, by assignment casts.
bool is_returned_as_is(const Snapshot& snapshot, const Function& function, const Facts& last) {
  if (function.result == kVoid) return true;
  const auto promised = result_types(function);
  if (promised.size() != last.outputs.size()) return false;
  catalog::CastCode code(snapshot);
  for (std::size_t i = 0; i < promised.size(); ++i) {
    if (!is_plain(snapshot, promised[i]) || last.outputs[i].type == 0) return false;
    code.add(last.outputs[i].type, promised[i], catalog::Context::Assignment);
  }
  return code.take().empty();
}

// Whatever session calls it, and wherever its text ends up: nothing depends on an argument, such as
// set_config(); no rows that are told by a predicate, since the server may merge the body into the
// caller's query and test that one first.
bool is_plain(const Facts& facts) {
  const auto depends = [](const Function* function) {
    return function->decision == catalog::Decision::ByArgument;
  };
  return std::ranges::none_of(facts.relations,
                              [](const RelationUse& use) { return use.chosen.has_value(); }) &&
         std::ranges::none_of(facts.calls, [&](const CallUse& call) {
           return std::ranges::any_of(call.candidates, depends);
         });
}

bool only_reads(const Verdict& verdict) {
  return verdict.allowed() && verdict.rewritten.empty() && !verdict.statements.empty() &&
         std::ranges::all_of(verdict.statements, [](const StatementVerdict& statement) {
           return statement.statement_class == StatementClass::Select &&
                  statement.facts != nullptr && is_plain(*statement.facts);
         });
}

bool body_passes(const Function& function, const Profile& profile) {
  const auto verdict = judge_body(function, profile);
  return only_reads(verdict) &&
         is_returned_as_is(profile.access->snapshot(), function, *verdict.statements.back().facts);
}

}  // namespace

Verdict judge_body(const Function& function, const Profile& profile) {
  const std::string sql = statements_of(function.body);
  return judge({.sql = sql,
                .parameter_types = function.arguments,
                .profile = profile,
                .server_major = profile.access->snapshot().server_major(),
                .parameter_names = function.argument_names,
                .function_name = function.name});
}

std::vector<Oid> harmless_functions(const Access& access) {
  // Only for these calls: the profile does not own it.
  const Profile profile{.access = std::shared_ptr<const Access>(std::shared_ptr<void>(), &access)};
  std::vector<Oid> found;
  for (const auto& function : access.snapshot().functions()) {
    if (function.oid < catalog::kFirstUserOid) continue;
    if (!may_be_followed(access.snapshot(), function)) continue;
    if (body_passes(function, profile)) found.push_back(function.oid);
  }
  std::ranges::sort(found);
  return found;
}

}  // namespace policy::rules
