// SPDX-License-Identifier: Apache-2.0
#include "gateway/config/nearest.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "gateway/config/keys.h"
#include "gateway/config/text.h"

namespace gateway::config {
namespace {

using Row = std::array<std::size_t, kCompareBytesMax + 1>;

// A full path that ends in `key`, for a key that stands in the wrong place.
std::string_view elsewhere(std::string_view key) {
  const auto found =
      std::ranges::find(all_keys(), key, [](const Key& known) { return last_of(known.path); });
  return found == all_keys().end() ? std::string_view() : found->path;
}

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
  a = a.substr(0, kCompareBytesMax);
  b = b.substr(0, kCompareBytesMax);
  Row before_last{}, last{}, row{};
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before_last = last;
    last = row;
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      }
    }
  }
  return row[b.size()];
}

std::string_view nearest(std::string_view word, std::span<const std::string_view> words) {
  const auto best = std::ranges::min_element(
      words, {}, [word](std::string_view known) { return edit_distance(word, known); });
  return best == words.end() ? std::string_view() : *best;
}

std::string unknown_key(std::string_view parent, std::string_view key) {
  if (const Key* path = find_key(key); path != nullptr && key.contains('.')) {
    return fmt::format("unknown key; keys are nested: write '{}' under '{}'", last_of(key),
                       parent_of(key));
  }
  std::vector<std::string_view> names;
  for (const Key* child : children_of(parent)) names.push_back(last_of(child->path));
  const auto near = nearest(lower(key), names);
  const bool is_far = edit_distance(lower(key), near) * 2 > key.size();
  if (const auto other = elsewhere(key); is_far && !other.empty()) {
    return fmt::format("unknown key; the nearest known one is '{}'", other);
  }
  if (near.empty()) return "unknown key";
  return fmt::format("unknown key; the nearest known one is '{}'", near);
}

}  // namespace gateway::config
