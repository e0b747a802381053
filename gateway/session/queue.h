// SPDX-License-Identifier: Apache-2.0
// A deque of small steps that takes no memory before its first element and keeps one block
// afterwards: a gateway has thousands of sessions that have asked nothing yet, and each statement
// of one that asks passes through three of these. References stay as a deque's do.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace gateway::session {

template <typename Item>
class Queue {
 public:
  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }

  void push_back(Item item) {
    if (begin_ + size_ == blocks_.size() * kBlock) blocks_.push_back(std::make_unique<Block>());
    at(size_++) = std::move(item);
  }

  // Of a queue that is not empty.
  Item& front() { return at(0); }
  const Item& front() const { return at(0); }
  Item& back() { return at(size_ - 1); }
  const Item& operator[](std::size_t index) const { return at(index); }

  void pop_front() {
    at(0) = Item();
    ++begin_;
    --size_;
    settle();
  }
  void pop_back() {
    at(--size_) = Item();
    settle();
  }

 private:
  static constexpr std::size_t kBlock = 4;
  using Block = std::array<Item, kBlock>;

  Item& at(std::size_t index) const {
    return (*blocks_[(begin_ + index) / kBlock])[(begin_ + index) % kBlock];
  }

  // The first block has the first element; an empty queue begins anew in one block.
  void settle() {
    if (size_ == 0) {
      begin_ = 0;
      if (blocks_.size() > 1) blocks_.resize(1);
    } else if (begin_ == kFullBlocks * kBlock) {
      blocks_.erase(blocks_.begin(), blocks_.begin() + kFullBlocks);
      begin_ = 0;
    }
  }
  static constexpr std::size_t kFullBlocks = 16;  // gone through before they are let go at once

  std::vector<std::unique_ptr<Block>> blocks_;
  std::size_t begin_ = 0, size_ = 0;
};

}  // namespace gateway::session
