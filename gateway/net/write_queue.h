// SPDX-License-Identifier: Apache-2.0
// Bytes that wait for a socket: contiguous, two positions. Gives memory back after a large message.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace gateway::net {

class WriteQueue {
 public:
  static constexpr std::size_t kKeptBytes = 64 * 1024;  // capacity that an empty queue may keep

  void append(std::string_view bytes);
  void consume(std::size_t count);
  void clear();
  std::string_view front() const { return std::string_view(bytes_).substr(begin_); }
  std::size_t size() const { return bytes_.size() - begin_; }
  bool empty() const { return size() == 0; }
  std::size_t capacity() const { return bytes_.capacity(); }

 private:
  void move_to_new_memory();

  std::string bytes_;
  std::size_t begin_ = 0;
};

}  // namespace gateway::net
