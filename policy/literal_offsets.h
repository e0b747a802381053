// SPDX-License-Identifier: Apache-2.0
// Where integer literals of a text begin: byte offsets of the digits, not of a sign. Never
// allocates.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace policy {

class LiteralOffsets {
 public:
  static constexpr std::size_t kMax = 32;

  // False: it has no room, or the offset does not fit.
  bool add(std::size_t offset) {
    if (count_ == kMax || offset > UINT16_MAX) return false;
    offsets_[count_++] = static_cast<std::uint16_t>(offset);
    return true;
  }
  void clear() { count_ = 0; }
  bool empty() const { return count_ == 0; }
  std::span<const std::uint16_t> all() const { return {offsets_.data(), count_}; }
  bool contains(std::uint16_t offset) const {
    return std::ranges::find(all(), offset) != all().end();
  }
  // Each of `others` is one of these.
  bool cover(const LiteralOffsets& others) const {
    return std::ranges::all_of(others.all(), [&](std::uint16_t at) { return contains(at); });
  }

 private:
  std::array<std::uint16_t, kMax> offsets_{};
  std::uint8_t count_ = 0;
};

}  // namespace policy
