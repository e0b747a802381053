// SPDX-License-Identifier: Apache-2.0
#include "policy/rules/search_path.h"

#include <algorithm>

namespace policy::rules {
namespace {

constexpr std::string_view kImplicit = "pg_catalog";

void append(std::vector<catalog::Oid>& path, const catalog::Schema* schema) {
  if (schema == nullptr || std::ranges::find(path, schema->oid) != path.end()) return;
  path.push_back(schema->oid);
}

}  // namespace

std::vector<catalog::Oid> bind_search_path(std::span<const std::string> names,
                                           const catalog::Snapshot& snapshot) {
  std::vector<catalog::Oid> path;
  if (std::ranges::find(names, kImplicit) == names.end()) append(path, snapshot.schema(kImplicit));
  for (const auto& name : names) append(path, snapshot.schema(name));
  return path;
}

}  // namespace policy::rules
