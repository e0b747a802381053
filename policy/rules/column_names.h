// SPDX-License-Identifier: Apache-2.0
// Which entries of the column rules name a column by its own name. Catalogs repeat few names in
// many tables, so each is compared once.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "policy/rules/name_lists.h"

namespace policy::rules {

class ColumnNames {
 public:
  // Borrowed: `entries` and the names that are asked for, while this lives.
  explicit ColumnNames(std::span<const DenyEntry> entries);
  // Places in the entries, in order.
  std::span<const std::uint32_t> entries_for(std::string_view column);

 private:
  std::vector<std::uint32_t> compare(std::string_view column) const;

  std::span<const DenyEntry> entries_;
  std::vector<std::string_view> needles_;  // of each entry: what every name that it means contains
  std::unordered_map<std::string_view, std::vector<std::uint32_t>> known_;
};

}  // namespace policy::rules
