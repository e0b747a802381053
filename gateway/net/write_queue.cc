// SPDX-License-Identifier: Apache-2.0
#include "gateway/net/write_queue.h"

namespace gateway::net {

void WriteQueue::append(std::string_view bytes) {
  const bool would_grow = bytes_.size() + bytes.size() > bytes_.capacity();
  if (would_grow && begin_ >= size()) {  // at most one byte moved for each one sent
    bytes_.erase(0, begin_);
    begin_ = 0;
  }
  bytes_.append(bytes);
}

void WriteQueue::consume(std::size_t count) {
  begin_ += count;
  if (empty()) {
    clear();
  } else if (bytes_.capacity() > kKeptBytes && size() < bytes_.capacity() / 8) {
    move_to_new_memory();
  }
}

void WriteQueue::clear() {
  begin_ = 0;
  if (bytes_.capacity() > kKeptBytes) {
    std::string().swap(bytes_);
  } else {
    bytes_.clear();
  }
}

void WriteQueue::move_to_new_memory() {
  std::string rest(front());
  bytes_.swap(rest);
  begin_ = 0;
}

}  // namespace gateway::net
