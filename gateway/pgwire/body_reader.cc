// SPDX-License-Identifier: Apache-2.0
#include "gateway/pgwire/body_reader.h"

#include "gateway/pgwire/frame.h"

namespace gateway::pgwire {

std::string_view BodyReader::take(std::size_t count) {
  if (!ok_ || rest_.size() < count) {
    ok_ = false;
    rest_ = {};
    return {};
  }
  const std::string_view taken = rest_.substr(0, count);
  rest_.remove_prefix(count);
  return taken;
}

char BodyReader::byte() {
  const auto taken = take(1);
  return taken.empty() ? '\0' : taken[0];
}

std::int16_t BodyReader::int16() {
  const auto taken = take(2);
  return taken.empty() ? std::int16_t{0} : static_cast<std::int16_t>(read_uint16(taken.data()));
}

std::uint32_t BodyReader::uint32() {
  const auto taken = take(4);
  return taken.empty() ? 0 : read_uint32(taken.data());
}

std::int32_t BodyReader::int32() { return static_cast<std::int32_t>(uint32()); }

std::string_view BodyReader::cstring() {
  const std::size_t end = rest_.find('\0');
  if (!ok_ || end == std::string_view::npos) {
    ok_ = false;
    rest_ = {};
    return {};
  }
  const std::string_view text = rest_.substr(0, end);
  rest_.remove_prefix(end + 1);
  return text;
}

std::string_view BodyReader::bytes(std::size_t count) { return take(count); }

}  // namespace gateway::pgwire
