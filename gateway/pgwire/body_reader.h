// SPDX-License-Identifier: Apache-2.0
// Reads the fields of one message body from front to back. Total: past the end every read answers
// zero or empty and ok() turns false, for good.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "gateway/pgwire/frame.h"

namespace gateway::pgwire {

class BodyReader {
 public:
  explicit BodyReader(std::string_view body) : rest_(body) {}

  char byte() {
    const auto taken = bytes(1);
    return taken.empty() ? '\0' : taken[0];
  }
  std::int16_t int16() {
    const auto taken = bytes(2);
    return taken.empty() ? std::int16_t{0} : static_cast<std::int16_t>(read_uint16(taken.data()));
  }
  std::uint32_t uint32() {
    const auto taken = bytes(4);
    return taken.empty() ? 0 : read_uint32(taken.data());
  }
  std::int32_t int32() { return static_cast<std::int32_t>(uint32()); }

  // Without its NUL; fails when there is none.
  std::string_view cstring() {
    const std::size_t end = rest_.find('\0');
    if (!ok_ || end == std::string_view::npos) return fail();
    const std::string_view text = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return text;
  }

  std::string_view bytes(std::size_t count) {
    if (!ok_ || rest_.size() < count) return fail();
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }

  bool ok() const { return ok_; }
  bool at_end() const { return ok_ && rest_.empty(); }
  std::string_view rest() const { return rest_; }

 private:
  std::string_view fail() {
    ok_ = false;
    rest_ = {};
    return {};
  }
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace gateway::pgwire
