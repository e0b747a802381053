// SPDX-License-Identifier: Apache-2.0
// A deque of small steps that takes no memory before its first element and keeps one block
// afterwards: a gateway has thousands of sessions that have asked nothing yet, and each statement
// of one that asks passes through three of these. References stay as a deque's do.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace gateway::session {

template <typename Item>
class Queue {
 public:
  Queue() = default;
  ~Queue() {
    for (std::size_t i = 0; i < size_; ++i) std::destroy_at(&at(i));
  }
  Queue(const Queue&) = delete;
  Queue& operator=(const Queue&) = delete;

  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }

  // Made where it stands: an item is too large to be moved there without a thought.
  template <typename... Parts>
  Item& emplace_back(Parts&&... parts) {
    if (begin_ + size_ == blocks_.size() * kBlock) blocks_.push_back(new_block());
    Item* item = std::construct_at(&at(size_), std::forward<Parts>(parts)...);
    ++size_;
    return *item;
  }
  void push_back(Item item) { emplace_back(std::move(item)); }

  // Of a queue that is not empty.
  Item& front() { return at(0); }
  const Item& front() const { return at(0); }
  Item& back() { return at(size_ - 1); }
  const Item& operator[](std::size_t index) const { return at(index); }

  void pop_front() {
    std::destroy_at(&at(0));
    ++begin_;
    --size_;
    settle();
  }
  void pop_back() {
    std::destroy_at(&at(--size_));
    settle();
  }

 private:
  static constexpr std::size_t kBlock = 4;
  struct Free {
    void operator()(Item* block) const { std::allocator<Item>().deallocate(block, kBlock); }
  };
  using Block = std::unique_ptr<Item, Free>;  // memory for kBlock items, of which some are there
  static Block new_block() { return Block(std::allocator<Item>().allocate(kBlock)); }

  Item& at(std::size_t index) const {
    return blocks_[(begin_ + index) / kBlock].get()[(begin_ + index) % kBlock];
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

  std::vector<Block> blocks_;
  std::size_t begin_ = 0, size_ = 0;
};

}  // namespace gateway::session
