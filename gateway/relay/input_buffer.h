// SPDX-License-Identifier: Apache-2.0
// Bytes of one peer that were read and not consumed yet: an incomplete message, or what a held
// session has not taken. Empty most of the time: whole messages are consumed straight from the read
// buffer.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace gateway::relay {

class InputBuffer {
 public:
  // Offers what is kept and `bytes` behind it to `consume`, a function of string_view to the number
  // of bytes that it took; keeps the rest.
  template <typename Consume>
  void feed(std::string_view bytes, Consume&& consume) {
    if (kept_.empty()) {
      const std::size_t taken = consume(bytes);
      kept_.assign(bytes.substr(taken));
      return;
    }
    kept_.append(bytes);
    drop_front(consume(std::string_view(kept_)));
  }

  bool empty() const { return kept_.empty(); }
  std::size_t bytes() const { return kept_.size(); }
  std::size_t capacity() const { return kept_.capacity(); }
  void clear() { kept_.clear(); }

 private:
  void drop_front(std::size_t count);
  std::string kept_;
};

}  // namespace gateway::relay
