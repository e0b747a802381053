// SPDX-License-Identifier: Apache-2.0
#include "policy/catalog/polymorphic.h"

#include "policy/catalog/coercion.h"
#include "policy/catalog/common_types.h"
#include "policy/catalog/pseudo_types.h"

namespace policy::catalog {
namespace {

// The first one is taken, later ones must be equal.
bool agree(Oid& bound, Oid actual) {
  if (bound == 0) bound = actual;
  return bound == actual;
}

}  // namespace

bool Polymorphic::add(Oid declared, Oid actual) {
  if (!is_polymorphic(declared)) return true;
  ++argument_count_;
  return is_any_compatible_family(declared) ? add_compatible_family(declared, actual)
                                            : add_element_family(declared, actual);
}

bool Polymorphic::add_element_family(Oid declared, Oid actual) {
  needs_nonarray_ |= declared == kAnyNonArray;
  needs_enum_ |= declared == kAnyEnum;
  if (actual == kUnknown) return true;
  if (actual == kCannotTell) {
    is_element_open_ = true;
    return true;
  }
  if (is_element_kind(declared)) return agree(element_, actual);
  const Oid base = base_type(snapshot_, actual);
  if (declared == kAnyArray) return agree(array_, base);
  return agree(declared == kAnyRange ? range_ : multirange_, base);
}

bool Polymorphic::add_compatible_family(Oid declared, Oid actual) {
  needs_compatible_nonarray_ |= declared == kAnyCompatibleNonArray;
  if (actual == kUnknown) return true;
  if (actual == kCannotTell) {
    is_compatible_open_ = true;
    return true;
  }
  if (declared == kAnyCompatibleRange || declared == kAnyCompatibleMultirange) {
    return add_compatible_range(declared, base_type(snapshot_, actual));
  }
  if (declared == kAnyCompatibleArray) {
    actual = element_of(snapshot_, base_type(snapshot_, actual));
    if (actual == 0) return false;
  }
  compatible_types_.push_back(actual);
  return true;
}

bool Polymorphic::add_compatible_range(Oid declared, Oid actual) {
  if (declared == kAnyCompatibleMultirange) {
    return agree(compatible_multirange_, actual) && range_of(actual) != 0;
  }
  const bool is_first = compatible_range_ == 0;
  if (!agree(compatible_range_, actual) || subtype_of(actual) == 0) return false;
  if (is_first) compatible_types_.push_back(subtype_of(actual));
  return true;
}

bool Polymorphic::settle() { return settle_element_family() && settle_compatible_family(); }

bool Polymorphic::settle_arrays() {
  // A column of type anyarray itself, as pg_stats has.
  if (array_ == 0 || array_ == kAnyArray) return true;
  const Oid element = element_of(snapshot_, array_);
  return element != 0 && agree(element_, element);
}

bool Polymorphic::settle_ranges() {
  if (multirange_ != 0) {
    const Oid range = range_of(multirange_);
    if (range == 0 || !agree(range_, range)) return false;
  }
  if (range_ == 0) return true;
  const Oid subtype = subtype_of(range_);
  return subtype != 0 && agree(element_, subtype);
}

bool Polymorphic::settle_element_family() {
  if (!settle_arrays() || !settle_ranges()) return false;
  if (element_ == 0 && is_element_open_) return true;
  if (needs_nonarray_ && is_array_or_domain_of_one(snapshot_, element_)) return false;
  if (!needs_enum_) return true;
  const Type* type = snapshot_.type(base_type(snapshot_, element_));
  return type != nullptr && type->kind == TypeKind::Enum && type->oid == element_;
}

bool Polymorphic::settle_compatible_ranges() {
  if (compatible_multirange_ == 0) return true;
  const Oid range = range_of(compatible_multirange_);
  if (compatible_range_ != 0) return range == compatible_range_;
  return add_compatible_range(kAnyCompatibleRange, range);
}

bool Polymorphic::settle_compatible_family() {
  if (!settle_compatible_ranges()) return false;
  if (compatible_types_.empty()) return true;
  const auto common = select_common_type(snapshot_, compatible_types_);
  if (!common) return false;
  if (is_compatible_open_) return true;
  compatible_ = *common;
  if (!all_convert(snapshot_, compatible_types_, compatible_)) return false;
  if (needs_compatible_nonarray_ && is_array_or_domain_of_one(snapshot_, compatible_)) {
    return false;
  }
  return compatible_range_ == 0 || subtype_of(compatible_range_) == compatible_;
}

Oid Polymorphic::resolve(Oid declared) const {
  if (argument_count_ == 0) return declared;
  if (is_any_element_family(declared)) return resolve_element_family(declared);
  if (is_any_compatible_family(declared)) return resolve_compatible_family(declared);
  return declared;
}

Oid Polymorphic::resolve_element_family(Oid declared) const {
  if (declared == kAnyArray) return array_ != 0 ? array_ : array_of(element_);
  if (declared == kAnyRange) return range_;
  if (declared == kAnyMultirange) return multirange_ != 0 ? multirange_ : multirange_of(range_);
  return element_;
}

Oid Polymorphic::resolve_compatible_family(Oid declared) const {
  if (is_compatible_open_) return kCannotTell;
  if (declared == kAnyCompatibleRange) return compatible_range_;
  if (declared == kAnyCompatibleMultirange) {
    return compatible_multirange_ != 0 ? compatible_multirange_ : multirange_of(compatible_range_);
  }
  const Oid common = compatible_types_.empty() ? kText : compatible_;
  return declared == kAnyCompatibleArray ? array_of(common) : common;
}

Oid Polymorphic::array_of(Oid element) const {
  // get_array_type() of "any" types gives none.
  const Type* type = element == 0 ? nullptr : snapshot_.type(element);
  return type == nullptr ? 0 : type->array;
}

Oid Polymorphic::subtype_of(Oid range) const {
  const Type* type = snapshot_.type(range);
  return type != nullptr && type->kind == TypeKind::Range ? type->subtype : 0;
}

Oid Polymorphic::range_of(Oid multirange) const {
  const Type* type = snapshot_.type(multirange);
  return type != nullptr && type->kind == TypeKind::Multirange ? type->range : 0;
}

Oid Polymorphic::multirange_of(Oid range) const {
  const Type* type = range == 0 ? nullptr : snapshot_.type(range);
  return type == nullptr ? 0 : type->multirange;
}

}  // namespace policy::catalog
