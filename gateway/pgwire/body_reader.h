// SPDX-License-Identifier: Apache-2.0
// Reads the fields of one message body from front to back. Total: past the end every read answers
// zero or empty and ok() turns false, for good.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace gateway::pgwire {

class BodyReader {
 public:
  explicit BodyReader(std::string_view body) : rest_(body) {}

  char byte();
  std::int16_t int16();
  std::int32_t int32();
  std::uint32_t uint32();
  std::string_view cstring();  // without its NUL; fails when there is none
  std::string_view bytes(std::size_t count);

  bool ok() const { return ok_; }
  bool at_end() const { return ok_ && rest_.empty(); }
  std::string_view rest() const { return rest_; }

 private:
  std::string_view take(std::size_t count);
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace gateway::pgwire
