// SPDX-License-Identifier: Apache-2.0
// Look-ups over rows that stay where they are: open addressing over row numbers. Knows no row type.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace policy::catalog {

// splitmix64's finisher: neighbouring OIDs land apart.
constexpr std::size_t mixed(std::uint64_t value) {
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9U;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebU;
  return static_cast<std::size_t>(value ^ (value >> 31));
}

// `Shape` has `Key`, `hash(Key)` and `key(const Row&)`. Of rows with equal keys the first counts.
template <class Row, class Shape>
class RowIndex {
 public:
  RowIndex() = default;
  explicit RowIndex(std::span<const Row> rows) : slots_(std::bit_ceil(2 * rows.size() + 1)) {
    for (std::size_t number = 0; number < rows.size(); ++number) {
      auto& slot = slots_[place(rows, Shape::key(rows[number]))];
      if (slot == 0) slot = static_cast<std::uint32_t>(number + 1);
    }
  }

  const Row* find(std::span<const Row> rows, const typename Shape::Key& key) const {
    const std::uint32_t number = slots_[place(rows, key)];
    return number == 0 ? nullptr : &rows[number - 1];
  }

  std::size_t bytes() const { return slots_.capacity() * sizeof(slots_[0]); }

 private:
  std::size_t place(std::span<const Row> rows, const typename Shape::Key& key) const {
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = Shape::hash(key) & mask;
    while (slots_[at] != 0 && Shape::key(rows[slots_[at] - 1]) != key) at = (at + 1) & mask;
    return at;
  }

  std::vector<std::uint32_t> slots_{0};  // 0 is free, else row number + 1
};

// All rows of one key, side by side, in their own order. `Item` is what is handed out of each.
template <class Item, class Shape>
class GroupIndex {
 public:
  using Key = typename Shape::Key;

  GroupIndex() = default;
  explicit GroupIndex(std::vector<std::pair<Key, Item>> pairs) {
    std::ranges::stable_sort(pairs, {}, [](const auto& pair) { return pair.first; });
    items_.reserve(pairs.size());
    for (const auto& [key, item] : pairs) {
      if (groups_.empty() || groups_.back().key != key) {
        groups_.push_back({key, static_cast<std::uint32_t>(items_.size()), 0});
      }
      items_.push_back(item);
      ++groups_.back().count;
    }
    index_ = RowIndex<Group, GroupShape>(groups_);
  }

  std::span<const Item> find(const Key& key) const {
    const Group* group = index_.find(groups_, key);
    if (group == nullptr) return {};
    return std::span<const Item>(items_).subspan(group->begin, group->count);
  }

  std::size_t bytes() const {
    // NOLINTNEXTLINE(bugprone-sizeof-expression): items may be pointers
    return items_.capacity() * sizeof(Item) + groups_.capacity() * sizeof(Group) + index_.bytes();
  }

 private:
  struct Group {
    Key key{};
    std::uint32_t begin = 0;
    std::uint32_t count = 0;
  };
  struct GroupShape {
    using Key = typename Shape::Key;
    static std::size_t hash(const Key& key) { return Shape::hash(key); }
    static Key key(const Group& group) { return group.key; }
  };

  std::vector<Item> items_;
  std::vector<Group> groups_;
  RowIndex<Group, GroupShape> index_;
};

}  // namespace policy::catalog
