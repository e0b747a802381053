// SPDX-License-Identifier: Apache-2.0
// The names in a catalog that rules can mean, and the nearest of them to one that means nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/config/rule_lists.h"
#include "policy/catalog/snapshot.h"

namespace gateway::config {

class CatalogNames {
 public:
  explicit CatalogNames(const policy::catalog::Snapshot& snapshot) : snapshot_(snapshot) {}

  // Does an entry of a list with this key name something that the list is about?
  bool names_something(std::string_view list, const policy::rules::NamePattern& pattern) const;

  // The schemas in which a table of this plain name is.
  std::vector<std::string_view> schemas_with(const policy::rules::NamePattern& plain) const;

  bool has_extension(std::string_view name) const;

  // Written as `pattern` is: with as many parts. Nothing: there is none, or it has globs.
  std::optional<std::string> nearest_to(std::string_view list,
                                        const policy::rules::NamePattern& pattern) const;

 private:
  const policy::catalog::Snapshot& snapshot_;
};

}  // namespace gateway::config
