// SPDX-License-Identifier: Apache-2.0
#include "policy/catalog/strings.h"

#include <algorithm>
#include <cstring>
#include <functional>

namespace policy::catalog {
namespace {

constexpr std::size_t kBlockBytes = 64 * 1024;
constexpr std::size_t kFirstSlots = 1024;  // a power of two

// The slot that holds `value`, or the free one where it belongs.
std::string_view& slot_of(std::vector<std::string_view>& slots, std::string_view value) {
  const std::size_t mask = slots.size() - 1;
  std::size_t at = std::hash<std::string_view>{}(value)&mask;
  while (slots[at].data() != nullptr && slots[at] != value) at = (at + 1) & mask;
  return slots[at];
}

}  // namespace

void Rows::Strings::grow() {
  std::vector<std::string_view> wider(std::max(kFirstSlots, slots_.size() * 2));
  for (const auto& kept : slots_) {
    if (kept.data() != nullptr) slot_of(wider, kept) = kept;
  }
  slots_ = std::move(wider);
}

std::string_view Rows::Strings::copy(std::string_view value) {
  if (value.size() > free_bytes_) {
    const std::size_t size = std::max(kBlockBytes, value.size());
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(size));
    block_bytes_ += size;
    // The block with more room left stays open.
    if (size - value.size() < free_bytes_) {
      std::memcpy(blocks_.back().get(), value.data(), value.size());
      return {blocks_.back().get(), value.size()};
    }
    free_ = blocks_.back().get();
    free_bytes_ = size;
  }
  char* const at = free_;
  std::memcpy(at, value.data(), value.size());
  free_ += value.size();
  free_bytes_ -= value.size();
  return {at, value.size()};
}

std::string_view Rows::Strings::keep(std::string_view value) {
  if (value.empty()) return {};
  if (2 * (kept_count_ + 1) > slots_.size()) grow();
  auto& slot = slot_of(slots_, value);
  if (slot.data() == nullptr) {
    slot = copy(value);
    ++kept_count_;
  }
  return slot;
}

std::size_t Rows::Strings::bytes() const {
  return sizeof(*this) + block_bytes_ + blocks_.capacity() * sizeof(decltype(blocks_)::value_type) +
         slots_.capacity() * sizeof(decltype(slots_)::value_type);
}

std::string_view Rows::keep(std::string_view value) {
  if (!strings) strings = std::make_shared<Strings>();
  return strings->keep(value);
}

}  // namespace policy::catalog
