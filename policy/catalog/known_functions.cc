// SPDX-License-Identifier: Apache-2.0
#include "policy/catalog/known_functions.h"

#include <algorithm>
#include <string>

namespace policy::catalog {
namespace {

struct Known {
  std::string_view signature;  // "substr 25 23"
  Decision decision;
  std::string_view reason;
};

constexpr Known kKnown[] = {
#define KNOWN_FUNCTION(signature, decision, reason) {signature, Decision::decision, reason},
#include "policy/catalog/known_functions.def"
#undef KNOWN_FUNCTION
};
static_assert(std::ranges::is_sorted(kKnown, {}, &Known::signature));

bool is_of_postgresql(const Rows& rows, const Function& function) {
  if (function.oid >= kFirstUserOid || !function.extension.empty()) return false;
  const auto schema = std::ranges::find(rows.schemas, function.schema, &Schema::oid);
  return schema != rows.schemas.end() &&
         (schema->name == "pg_catalog" || schema->name == "information_schema");
}

}  // namespace

BuiltInDecision decide_built_in(std::string_view name, std::span<const Oid> input_types) {
  if (name.contains(' ')) return {};
  std::string signature(name);
  for (const Oid type : input_types) signature += " " + std::to_string(type);
  const auto found = std::ranges::lower_bound(kKnown, signature, {}, &Known::signature);
  if (found == std::end(kKnown) || found->signature != signature) return {};
  return {.decision = found->decision, .reason = found->reason};
}

void decide_functions(Rows& rows) {
  for (auto& function : rows.functions) {
    BuiltInDecision decided{.decision = Decision::NotBuiltIn};
    if (is_of_postgresql(rows, function)) {
      decided = decide_built_in(function.name, function.arguments);
    }
    function.decision = decided.decision;
    function.reason = decided.reason;
  }
}

}  // namespace policy::catalog
