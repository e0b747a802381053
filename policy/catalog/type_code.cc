// SPDX-License-Identifier: Apache-2.0
#include "policy/catalog/type_code.h"

#include <algorithm>

#include "policy/catalog/pseudo_types.h"

namespace policy::catalog {
namespace {

// Types that a value of `type` is made of, itself included; what is behind a domain, too. False:
// one of them cannot be told.
bool add_parts(const Snapshot& snapshot, Oid type, std::vector<const Type*>& parts) {
  std::vector<Oid> open{type};
  while (!open.empty()) {
    const Oid next = open.back();
    open.pop_back();
    if (next == kUnknown) continue;
    const Type* row = snapshot.type(next);
    if (row == nullptr || row->kind == TypeKind::Pseudo) return false;
    if (std::ranges::find(parts, row) != parts.end()) continue;
    parts.push_back(row);
    for (const Oid part : {row->element, row->base, row->subtype, row->range}) {
      if (part != 0) open.push_back(part);
    }
    const Relation* relation = row->relation == 0 ? nullptr : snapshot.relation(row->relation);
    if (relation == nullptr) continue;
    for (const Column& column : relation->columns) open.push_back(column.type);
  }
  return true;
}

std::vector<const Type*> parts_of(const Snapshot& snapshot, Oid type) {
  std::vector<const Type*> parts;
  if (add_parts(snapshot, type, parts)) return parts;
  parts.clear();
  for (const Type& each : snapshot.types()) parts.push_back(&each);
  return parts;
}

std::vector<Oid> sorted_once(std::vector<Oid> functions) {
  std::ranges::sort(functions);
  const auto repeated = std::ranges::unique(functions);
  functions.erase(repeated.begin(), repeated.end());
  return functions;
}

}  // namespace

std::vector<Oid> comparing_functions(const Snapshot& snapshot, Oid type) {
  if (!snapshot.has_ordering_functions()) return {};
  std::vector<Oid> functions;
  for (const Type* part : parts_of(snapshot, type)) {
    functions.insert(functions.end(), part->ordering_functions.begin(),
                     part->ordering_functions.end());
  }
  return sorted_once(std::move(functions));
}

// to_json() and its kin look for a cast to json, but not of rows and arrays, which they take apart:
// json_categorize_type() of utils/adt/jsonfuncs.c.
std::vector<Oid> json_functions(const Snapshot& snapshot, Oid type) {
  const auto is_of_user = [](const Cast* cast) { return cast->function >= kFirstUserOid; };
  if (std::ranges::none_of(snapshot.casts_to(kJson), is_of_user)) return {};
  std::vector<Oid> functions;
  for (const Type* part : parts_of(snapshot, type)) {
    if (part->relation != 0 || part->is_array) continue;
    const Cast* cast = snapshot.cast(part->oid, kJson);
    if (cast != nullptr && is_of_user(cast)) functions.push_back(cast->function);
  }
  return sorted_once(std::move(functions));
}

}  // namespace policy::catalog
