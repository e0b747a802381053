// SPDX-License-Identifier: Apache-2.0
// OIDs of types that PostgreSQL's analysis treats specially, the same in every version:
// pg_type.dat.
#pragma once

#include "policy/catalog/typing.h"

namespace policy::catalog {

constexpr Oid kInt2Vector = 22, kOidVector = 30, kTextArray = 1009, kRecordArray = 2287;
constexpr Oid kInt2Array = 1005, kOidArray = 1028, kJson = 114, kJsonb = 3802;

constexpr Oid kAnyArray = 2277, kAnyElement = 2283, kAnyNonArray = 2776, kAnyEnum = 3500;
constexpr Oid kAnyRange = 3831, kAnyMultirange = 4537;
constexpr Oid kAnyCompatible = 5077, kAnyCompatibleArray = 5078, kAnyCompatibleNonArray = 5079;
constexpr Oid kAnyCompatibleRange = 5080, kAnyCompatibleMultirange = 4538;

constexpr bool is_element_kind(Oid type) {
  return type == kAnyElement || type == kAnyNonArray || type == kAnyEnum;
}

// anyelement and its kin: their actual types must be equal.
constexpr bool is_any_element_family(Oid type) {
  return is_element_kind(type) || type == kAnyArray || type == kAnyRange || type == kAnyMultirange;
}

// anycompatible and its kin: their actual types are brought to a common one.
constexpr bool is_any_compatible_family(Oid type) {
  return (type >= kAnyCompatible && type <= kAnyCompatibleRange) ||
         type == kAnyCompatibleMultirange;
}

constexpr bool is_polymorphic(Oid type) {
  return type >= kAnyArray && (is_any_element_family(type) || is_any_compatible_family(type));
}

}  // namespace policy::catalog
