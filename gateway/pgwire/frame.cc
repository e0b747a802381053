// SPDX-License-Identifier: Apache-2.0
#include "gateway/pgwire/frame.h"

#include <bit>
#include <cstring>

namespace gateway::pgwire {
namespace {

template <typename T>
T read_big_endian(const char* bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof value);
  if constexpr (std::endian::native == std::endian::little) value = std::byteswap(value);
  return value;
}

}  // namespace

std::uint16_t read_uint16(const char* bytes) { return read_big_endian<std::uint16_t>(bytes); }
std::uint32_t read_uint32(const char* bytes) { return read_big_endian<std::uint32_t>(bytes); }

std::expected<std::optional<FrameHeader>, FrameError> read_header(std::string_view bytes,
                                                                  std::uint32_t length_max) {
  if (bytes.size() < kHeaderBytes) return std::nullopt;
  const std::uint32_t length = read_uint32(bytes.data() + 1);
  if (length < 4) return std::unexpected(FrameError::LengthTooSmall);
  if (length > length_max) return std::unexpected(FrameError::LengthTooLarge);
  return FrameHeader{bytes[0], length - 4};
}

}  // namespace gateway::pgwire
