// SPDX-License-Identifier: Apache-2.0
// What anyelement, anyarray, anycompatible and their kin stand for in one call:
// check_generic_type_consistency() and enforce_generic_type_consistency() of parse_coerce.c.
#pragma once

#include <vector>

#include "policy/catalog/snapshot.h"

namespace policy::catalog {

class Polymorphic {
 public:
  explicit Polymorphic(const Snapshot& snapshot) : snapshot_(snapshot) {}

  // One argument, declared as a polymorphic type or not. `actual` may be kUnknown or kCannotTell.
  // False: it does not fit.
  bool add(Oid declared, Oid actual);
  // After all arguments. False: they do not fit together. With a kCannotTell among them, true
  // unless no type could.
  bool settle();
  // What `declared` stands for, itself where nothing is polymorphic; kCannotTell: stays open, or
  // PostgreSQL reports an error. After settle().
  Oid resolve(Oid declared) const;
  // Several arguments of one family, one of which is kCannotTell or kUnknown: what is untold may
  // be converted to a type that cannot be told.
  int argument_count() const { return argument_count_; }

 private:
  bool add_element_family(Oid declared, Oid actual);
  bool add_compatible_family(Oid declared, Oid actual);
  bool add_compatible_range(Oid declared, Oid actual);
  bool settle_arrays();
  bool settle_ranges();
  bool settle_element_family();
  bool settle_compatible_ranges();
  bool settle_compatible_family();
  Oid resolve_element_family(Oid declared) const;
  Oid resolve_compatible_family(Oid declared) const;
  Oid array_of(Oid element) const;
  Oid subtype_of(Oid range) const;
  Oid range_of(Oid multirange) const;
  Oid multirange_of(Oid range) const;

  const Snapshot& snapshot_;
  int argument_count_ = 0;
  bool is_element_open_ = false;  // a kCannotTell among anyelement's kin
  bool needs_nonarray_ = false;
  bool needs_enum_ = false;
  Oid element_ = 0;
  Oid array_ = 0;
  Oid range_ = 0;
  Oid multirange_ = 0;

  bool is_compatible_open_ = false;
  bool needs_compatible_nonarray_ = false;
  std::vector<Oid> compatible_types_{};
  Oid compatible_ = 0;
  Oid compatible_range_ = 0;
  Oid compatible_multirange_ = 0;
};

}  // namespace policy::catalog
