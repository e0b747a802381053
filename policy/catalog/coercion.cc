// SPDX-License-Identifier: Apache-2.0
#include "policy/catalog/coercion.h"

#include <algorithm>
#include <vector>

#include "policy/catalog/pseudo_types.h"

namespace policy::catalog {
namespace {

// A domain over an array of a domain over an array…
constexpr int kDepthMax = 16;
// FirstUnpinnedObjectId, access/transam.h: types below it are in pg_type.dat, none is a domain.
constexpr Oid kFirstInitdbOid = 12000;
constexpr char kStrings = 'S';

Context context_of(const Cast& cast) {
  if (cast.context == 'i') return Context::Implicit;
  return cast.context == 'a' ? Context::Assignment : Context::Explicit;
}

Coercion by_cast(const Cast& cast) {
  if (cast.method == 'f') return {Coercion::Way::Function, cast.function};
  return {cast.method == 'i' ? Coercion::Way::InputOutput : Coercion::Way::Relabel, 0};
}

char category_of(const Snapshot& snapshot, Oid type) {
  const Type* row = snapshot.type(type);
  return row == nullptr ? 'X' : row->category;
}

Coercion find(const Snapshot& snapshot, Oid source, Oid target, Context context, int depth) {
  source = base_type(snapshot, source);
  target = base_type(snapshot, target);
  if (source == target) return {Coercion::Way::Relabel, 0};
  if (const Cast* cast = snapshot.cast(source, target)) {
    return context >= context_of(*cast) ? by_cast(*cast) : Coercion{};
  }
  if (target != kOidVector && target != kInt2Vector && depth < kDepthMax) {
    const Oid target_element = element_of(snapshot, target);
    const Oid source_element = target_element == 0 ? 0 : element_of(snapshot, source);
    if (source_element != 0 &&
        find(snapshot, source_element, target_element, context, depth + 1).way !=
            Coercion::Way::None) {
      return {Coercion::Way::Elements, 0};
    }
  }
  const bool by_text =
      (context >= Context::Assignment && category_of(snapshot, target) == kStrings) ||
      (context >= Context::Explicit && category_of(snapshot, source) == kStrings);
  return {by_text ? Coercion::Way::InputOutput : Coercion::Way::None, 0};
}

Oid relation_of(const Snapshot& snapshot, Oid type) {
  const Type* row = snapshot.type(base_type(snapshot, type));
  return row == nullptr ? 0 : row->relation;
}

// typeInheritsFrom() of their relations, directly or not.
bool inherits(const Snapshot& snapshot, Oid child, Oid ancestor) {
  std::vector<Oid> open{child};
  for (std::size_t i = 0; i < open.size(); ++i) {
    const Relation* relation = snapshot.relation(open[i]);
    if (relation == nullptr) continue;
    for (const Oid parent : relation->parents) {
      if (parent == ancestor) return true;
      if (std::ranges::find(open, parent) == open.end()) open.push_back(parent);
    }
  }
  return false;
}

bool is_row_accepted(const Snapshot& snapshot, const Input& input, Oid target) {
  const Oid source_relation = input.base_row->relation;
  if (input.type == kRecord) return relation_of(snapshot, target) != 0;
  if (source_relation != 0) {
    if (target == kRecord) return true;
    const Oid target_relation = relation_of(snapshot, target);
    return target_relation != 0 && inherits(snapshot, source_relation, target_relation);
  }
  if (target != kRecordArray || !is_true_array(input.base_row)) return false;
  return relation_of(snapshot, input.base_row->element) != 0;
}

// No implicit cast leads from it but those in pg_cast and to domains.
bool is_plain(const Type& type) {
  return !is_true_array(&type) && type.relation == 0 && type.oid != kRecord;
}

}  // namespace

Coercion coercion_of(const Snapshot& snapshot, Oid source, Oid target, Context context) {
  return find(snapshot, source, target, context, 0);
}

Input input_of(const Snapshot& snapshot, Oid type) {
  Input input{.type = type, .base = type, .category = 'X'};
  if (type == kUnknown || type == kCannotTell) return input;
  input.base_row = snapshot.type(type);
  if (input.base_row != nullptr && input.base_row->kind == TypeKind::Domain) {
    input.base = base_type(snapshot, type);
    input.base_row = snapshot.type(input.base);
  }
  if (input.base_row == nullptr) return {.category = 'X'};
  input.category = input.base_row->category;
  input.implicit_targets = snapshot.implicit_targets(input.base);
  input.has_ways_beyond = !is_plain(*input.base_row);
  return input;
}

bool is_accepted(const Snapshot& snapshot, const Input& input, Oid target) {
  if (target == input.type || target == kAny || is_polymorphic(target)) return true;
  if (input.base_row == nullptr || target == input.base) return true;  // unknown, cannot tell
  if (std::ranges::find(input.implicit_targets, target) != input.implicit_targets.end())
    return true;
  if (target < kFirstInitdbOid && !input.has_ways_beyond) return false;
  return find(snapshot, input.base, target, Context::Implicit, 0).way != Coercion::Way::None ||
         is_row_accepted(snapshot, input, target);
}

bool is_true_array(const Type* type) { return type != nullptr && type->is_array; }

Oid element_of(const Snapshot& snapshot, Oid array) {
  const Type* row = snapshot.type(array);
  return is_true_array(row) ? row->element : 0;
}

bool is_array_or_domain_of_one(const Snapshot& snapshot, Oid type) {
  return is_true_array(snapshot.type(base_type(snapshot, type)));
}

bool is_preferred(const Snapshot& snapshot, Oid type, char category) {
  const Type* row = snapshot.type(type);
  return row != nullptr && row->is_preferred && row->category == category;
}

Oid base_type(const Snapshot& snapshot, Oid type) {
  for (int depth = 0; depth < 64; ++depth) {
    const Type* row = snapshot.type(type);
    if (row == nullptr || row->kind != TypeKind::Domain) break;
    type = row->base;
  }
  return type;
}

}  // namespace policy::catalog
