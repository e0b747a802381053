// SPDX-License-Identifier: Apache-2.0
#include "policy/rules/range_constructors.h"

#include <algorithm>

namespace policy::rules {
namespace {

using catalog::Function;
using catalog::Snapshot;
using catalog::Type;
using catalog::TypeKind;

constexpr catalog::Oid kText = 25;

bool runs_users_code(const Type& type) {
  return !type.functions.empty() || !type.ordering_functions.empty();
}

// makeRangeConstructors of commands/typecmds.c: (subtype, subtype), (subtype, subtype, text).
bool has_bounds(const Function& function, const Type& range) {
  const auto& types = function.arguments;
  if (types.size() != 2 && types.size() != 3) return false;
  const bool has_flags = types.size() == 2 || types[2] == kText;
  return types[0] == range.subtype && types[1] == range.subtype && has_flags;
}

// makeMultirangeConstructors: (), (range), (VARIADIC range[]).
bool has_ranges(const Snapshot& snapshot, const Function& function, const Type& multirange) {
  const Type* range = snapshot.type(multirange.range);
  if (range == nullptr || runs_users_code(*range) || function.arguments.size() > 1) return false;
  return std::ranges::all_of(function.arguments, [&](catalog::Oid argument) {
    return argument == range->oid || argument == range->array;
  });
}

}  // namespace

bool is_range_constructor(const Snapshot& snapshot, const Function& function) {
  // Only a superuser makes functions in this language.
  if (function.language != "internal" || function.is_security_definer) return false;
  const Type* made = snapshot.type(function.result);
  if (made == nullptr || made->name != function.name || made->schema != function.schema) {
    return false;
  }
  if (runs_users_code(*made)) return false;
  if (made->kind == TypeKind::Range) return has_bounds(function, *made);
  return made->kind == TypeKind::Multirange && has_ranges(snapshot, function, *made);
}

}  // namespace policy::rules
