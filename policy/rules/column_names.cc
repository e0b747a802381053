// SPDX-License-Identifier: Apache-2.0
#include "policy/rules/column_names.h"

#include <algorithm>
#include <string>

namespace policy::rules {
namespace {

using std::string_view;

// The longest stretch without globs: a search for it is far cheaper than the whole comparison.
string_view needle_of(const NamePart& part) {
  if (!part.has_globs) return part.text;
  string_view longest;
  string_view rest = part.text;
  while (!rest.empty()) {
    const string_view stretch = rest.substr(0, rest.find_first_of("*?"));
    if (stretch.size() > longest.size()) longest = stretch;
    rest.remove_prefix(std::min(stretch.size() + 1, rest.size()));
  }
  return longest;
}

}  // namespace

ColumnNames::ColumnNames(std::span<const DenyEntry> entries) : entries_(entries) {
  needles_.reserve(entries.size());
  for (const auto& entry : entries) {
    needles_.push_back(entry.pattern ? needle_of(entry.pattern->parts.back()) : string_view{});
  }
}

std::vector<std::uint32_t> ColumnNames::compare(string_view column) const {
  std::vector<std::uint32_t> matching;
  const std::string folded = fold_name(column);
  for (std::uint32_t i = 0; i < entries_.size(); ++i) {
    const bool may_match = column.find(needles_[i]) != string_view::npos ||
                           folded.find(needles_[i]) != std::string::npos;
    if (may_match && names_column(entries_[i], column)) matching.push_back(i);
  }
  return matching;
}

std::span<const std::uint32_t> ColumnNames::entries_for(string_view column) {
  const auto [found, is_new] = known_.try_emplace(column);
  if (is_new) found->second = compare(column);
  return found->second;
}

}  // namespace policy::rules
