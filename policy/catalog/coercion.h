// SPDX-License-Identifier: Apache-2.0
// Whether a value of one type can stand where another is wanted, and by which way: parse_coerce.c.
// Knows types one by one; polymorphic.h knows what ties several together.
#pragma once

#include <span>

#include "policy/catalog/snapshot.h"

namespace policy::catalog {

// CoercionContext: each allows what the ones before it allow.
enum class Context : std::uint8_t { Implicit, Assignment, Explicit };

struct Coercion {
  enum class Way : std::uint8_t { None, Relabel, Function, Elements, InputOutput };
  Way way = Way::None;
  Oid function = 0;  // of Way::Function
};

// find_coercion_pathway().
Coercion coercion_of(const Snapshot& snapshot, Oid source, Oid target, Context context);

// One argument's type, looked up once for many candidates.
struct Input {
  Oid type = 0;
  Oid base = 0;  // through domains
  const Type* base_row = nullptr;
  char category = 'U';
  // All that it is accepted as, but for itself, domains and what is polymorphic; has_ways_beyond
  // for arrays and rows, which have more.
  std::span<const Oid> implicit_targets{};
  bool has_ways_beyond = false;
};

// `type` must be known to the snapshot, or be kUnknown or kCannotTell.
Input input_of(const Snapshot& snapshot, Oid type);

// can_coerce_type() of one implicit argument. A polymorphic target takes anything here.
bool is_accepted(const Snapshot& snapshot, const Input& input, Oid target);

bool is_true_array(const Type* type);                 // null: no
Oid element_of(const Snapshot& snapshot, Oid array);  // get_element_type(): of a true array
bool is_array_or_domain_of_one(const Snapshot& snapshot, Oid type);
bool is_preferred(const Snapshot& snapshot, Oid type, char category);

}  // namespace policy::catalog
