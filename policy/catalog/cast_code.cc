// SPDX-License-Identifier: Apache-2.0
#include "policy/catalog/cast_code.h"

#include <algorithm>
#include <utility>

#include "policy/catalog/pseudo_types.h"
#include "policy/catalog/type_code.h"

namespace policy::catalog {
namespace {

// Deeper than this, any conversion may happen as far as we know.
constexpr int kDepthMax = 16;

bool is_new(std::vector<Oid>& seen, Oid oid) {
  if (std::ranges::find(seen, oid) != seen.end()) return false;
  seen.push_back(oid);
  return true;
}

bool is_allowed(const Cast& cast, Context context) {
  return cast.context == 'i' || context == Context::Explicit ||
         (cast.context == 'a' && context == Context::Assignment);
}

}  // namespace

void CastCode::convert(Oid source, Oid target, Context context, int depth) {
  // The same type again has work only for its modifier: varchar(3), which is explicit.
  if (source == target && context != Context::Explicit) return;
  if (target == kAny || target == kRecord || is_polymorphic(target)) return;
  if (depth > kDepthMax) return add_any();
  const Type* type = snapshot_.type(target);
  if (type == nullptr) return add_any();
  if (type->kind == TypeKind::Domain || source == kUnknown) add_type(target);
  if (source == kUnknown) return;
  const Oid base = base_type(snapshot_, target);
  if (const Cast* own = snapshot_.cast(base, base)) add_function(own->function);
  if (source == kCannotTell || snapshot_.type(source) == nullptr) {
    convert_untold(base, context, depth);
  } else {
    convert_known(source, base, context, depth);
  }
}

void CastCode::convert_known(Oid source, Oid target, Context context, int depth) {
  const Coercion coercion = coercion_of(snapshot_, source, target, context);
  switch (coercion.way) {
    case Coercion::Way::Relabel: return;
    case Coercion::Way::Function: return add_function(coercion.function);
    case Coercion::Way::Elements:
      return convert(element_of(snapshot_, base_type(snapshot_, source)),
                     element_of(snapshot_, target), context, depth + 1);
    case Coercion::Way::InputOutput: add_type(source); return add_type(target);
    case Coercion::Way::None: break;
  }
  // A row of a child becomes its parent's as it is; only a record is looked at column by column.
  const Type* row = snapshot_.type(target);
  const bool is_record = base_type(snapshot_, source) == kRecord;
  if (is_record && row != nullptr && row->relation != 0) convert_columns(*row, context, depth);
}

void CastCode::convert_untold(Oid target, Context context, int depth) {
  if (!is_new(untold_, target)) return;
  add_type(target);
  for (const Cast* cast : snapshot_.casts_to(target)) {
    if (is_allowed(*cast, context)) add_function(cast->function);
  }
  const Type* row = snapshot_.type(target);
  if (row == nullptr) return add_any();
  if (is_true_array(row)) convert(kCannotTell, row->element, context, depth + 1);
  if (row->relation != 0) convert_columns(*row, context, depth);
}

// A row is made of another one column by column.
void CastCode::convert_columns(const Type& target, Context context, int depth) {
  const Relation* relation = snapshot_.relation(target.relation);
  if (relation == nullptr) return add_any();
  for (const Column& column : relation->columns) {
    convert(kCannotTell, column.type, context, depth + 1);
  }
}

void CastCode::add_parts(const Type& type) {
  for (const Oid part : {type.element, type.base, type.subtype, type.range}) {
    if (part != 0) open_.push_back(part);
  }
  const Relation* relation = type.relation == 0 ? nullptr : snapshot_.relation(type.relation);
  if (relation == nullptr) return;
  for (const Column& column : relation->columns) open_.push_back(column.type);
}

// The bounds of a range are compared when it is made.
void CastCode::add_range_code(const Type& range) {
  if (range.subtype == 0) return;
  for (const Oid function : comparing_functions(snapshot_, range.subtype)) add_function(function);
}

void CastCode::add_type(Oid type) {
  open_.push_back(type);
  while (!open_.empty()) {
    const Oid next = open_.back();
    open_.pop_back();
    const Type* row = is_new(types_, next) ? snapshot_.type(next) : nullptr;
    if (row == nullptr) continue;
    for (const Oid function : row->functions) add_function(function);
    add_range_code(*row);
    add_parts(*row);
  }
}

void CastCode::add_types() {
  for (const Type& type : snapshot_.types()) {
    for (const Oid function : type.functions) add_function(function);
    add_range_code(type);
  }
}

void CastCode::add_any() {
  if (std::exchange(has_any_, true)) return;
  add_types();
  for (const Cast& cast : snapshot_.casts()) add_function(cast.function);
}

void CastCode::add_function(Oid function) {
  if (function >= kFirstUserOid) functions_.push_back(function);
}

std::vector<Oid> CastCode::take() {
  std::ranges::sort(functions_);
  const auto tail = std::ranges::unique(functions_);
  functions_.erase(tail.begin(), tail.end());
  return std::exchange(functions_, {});
}

std::vector<Oid> cast_functions(const Snapshot& snapshot, Oid source, Oid target) {
  CastCode code(snapshot);
  code.add(source, target, Context::Explicit);
  return code.take();
}

}  // namespace policy::catalog
