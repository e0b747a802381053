// SPDX-License-Identifier: Apache-2.0
// Whether the planner finds the same values in a statement whenever it looks: what is not immutable
// depends on the time, a setting or the role. An untyped literal is told by its text alone, for how
// dates are written is a setting, and settings are the session's to follow.
#include <algorithm>

#include "policy/resolver/analysis.h"

namespace policy::resolver {
namespace {

constexpr Oid kTimeTz = 1266;  // its offset is that of the day on which it is read

}  // namespace

void Analysis::note_not_immutable() { facts_.is_immutable = false; }

void Analysis::note_volatility(const catalog::Function* function) {
  if (function == nullptr || function->volatility != 'i') note_not_immutable();
}

void Analysis::note_volatility(const catalog::Operator& chosen) {
  note_volatility(snapshot_.function(chosen.function));
  if (chosen.left == kTimeTz || chosen.right == kTimeTz) note_not_immutable();
}

// Through domains and arrays.
Oid Analysis::innermost(Oid type) const {
  Oid inner = catalog::base_type(snapshot_, type);
  const auto* known = snapshot_.type(inner);
  return known != nullptr && known->is_array ? catalog::base_type(snapshot_, known->element)
                                             : inner;
}

// A text that is read as one may hold 'now'.
bool Analysis::reads_clock(Oid type) const {
  const auto* known = snapshot_.type(type);
  if (known == nullptr) return true;
  if (known->subtype != 0) return reads_clock(innermost(known->subtype));
  return known->category == 'D' || known->kind == catalog::TypeKind::Composite ||
         known->kind == catalog::TypeKind::Pseudo;
}

void Analysis::note_cast_volatility(Oid source, Oid target) {
  const Oid from = innermost(source), to = innermost(target);
  if (to == kTimeTz) return note_not_immutable();
  if (from == to || from == catalog::kUnknown) return;
  const auto* cast = snapshot_.cast(from, to);
  if (cast == nullptr || cast->method == 'i') {
    if (reads_clock(to)) note_not_immutable();
  } else if (cast->function != 0) {
    note_volatility(snapshot_.function(cast->function));
  }
}

}  // namespace policy::resolver
