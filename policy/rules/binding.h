// SPDX-License-Identifier: Apache-2.0
// What an access policy is bound to: the catalog, and the path on which names are looked up.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string_view>

#include "policy/access_policy.h"
#include "policy/catalog/snapshot.h"

namespace policy::rules {

struct Binding {
  const AccessPolicy& policy;
  const catalog::Snapshot& snapshot;
  std::span<const catalog::Oid> search_path;
};

// Which of `rows` it is; nothing where it is a row of another catalog.
template <typename Row>
std::optional<std::size_t> index_in(std::span<const Row> rows, const Row& row) {
  const std::less<const Row*> before;
  const Row* end = rows.data() + rows.size();
  if (before(&row, rows.data()) || !before(&row, end)) return std::nullopt;
  return static_cast<std::size_t>(&row - rows.data());
}

// Not pg_toast or temporary ones: nothing in those is ever readable.
inline bool is_catalog_schema(std::string_view schema) {
  return schema == "pg_catalog" || schema == "information_schema";
}

}  // namespace policy::rules
