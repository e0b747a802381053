// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "policy/catalog/coercion.h"
#include "policy/catalog/common_types.h"
#include "policy/catalog/pseudo_types.h"

namespace policy::catalog {
namespace {

bool all_alike(std::span<const Oid> types) {
  return std::ranges::all_of(types, [&](Oid type) { return type == types.front(); });
}

bool converts(const Snapshot& snapshot, const Input& from, Oid to) {
  return is_accepted(snapshot, from, to);
}

// One step of select_common_type(). False: the categories differ, there is no common type.
bool take(const Snapshot& snapshot, Input& chosen, const Input& next) {
  if (next.type == kUnknown || next.base == chosen.base) return true;
  if (chosen.type == kUnknown) {
    chosen = next;
    return true;
  }
  if (chosen.category != next.category) return false;
  if (!chosen.base_row->is_preferred && converts(snapshot, chosen, next.base) &&
      !converts(snapshot, next, chosen.base)) {
    chosen = next;
  }
  return true;
}

}  // namespace

std::optional<Oid> select_common_type(const Snapshot& snapshot, std::span<const Oid> types) {
  if (types.empty()) return std::nullopt;
  if (types.front() != kUnknown && types.front() != kCannotTell && all_alike(types)) {
    return types.front();
  }
  Input chosen = input_of(snapshot, types.front());
  for (const Oid type : types) {
    const Input next = input_of(snapshot, type);
    if (next.type == kCannotTell) {
      // A preferred type stays, whatever follows; a domain where all are that domain.
      const bool stays = chosen.base_row != nullptr && chosen.base_row->is_preferred &&
                         types.front() == base_type(snapshot, types.front());
      return stays ? chosen.base : kCannotTell;
    }
    if (!take(snapshot, chosen, next)) return std::nullopt;
  }
  return chosen.type == kUnknown ? kText : chosen.base;
}

bool all_convert(const Snapshot& snapshot, std::span<const Oid> types, Oid target) {
  return std::ranges::all_of(
      types, [&](Oid type) { return is_accepted(snapshot, input_of(snapshot, type), target); });
}

Oid common_type(const Snapshot& snapshot, std::span<const Oid> types) {
  return select_common_type(snapshot, types).value_or(kCannotTell);
}

}  // namespace policy::catalog
