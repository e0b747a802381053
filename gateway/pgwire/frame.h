// SPDX-License-Identifier: Apache-2.0
// The frame of PostgreSQL's protocol 3: one type byte, a length that counts itself but not the
// type, a body ("Message Flow", PostgreSQL documentation 55.2). Knows no message.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <expected>
#include <optional>
#include <string_view>

namespace gateway::pgwire {

inline constexpr std::size_t kHeaderBytes = 5;
// PQ_LARGE_MESSAGE_LIMIT and PQ_SMALL_MESSAGE_LIMIT of PostgreSQL's libpq.h: the largest length
// words.
inline constexpr std::uint32_t kLargeLengthMax = 0x3ffffffe;
inline constexpr std::uint32_t kSmallLengthMax = 10'000;

enum class FrameError : std::uint8_t {
  LengthTooSmall,  // below 4
  LengthTooLarge,  // above the limit given
};

struct FrameHeader {
  char type = 0;
  std::uint32_t body_bytes = 0;  // length word less 4
  std::size_t frame_bytes() const { return kHeaderBytes + body_bytes; }
};

template <typename T>
T read_big_endian(const char* bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof value);
  if constexpr (std::endian::native == std::endian::little) value = std::byteswap(value);
  return value;
}
inline std::uint16_t read_uint16(const char* bytes) {
  return read_big_endian<std::uint16_t>(bytes);
}
inline std::uint32_t read_uint32(const char* bytes) {
  return read_big_endian<std::uint32_t>(bytes);
}

// The header at the front of `bytes`; nullopt while fewer than five bytes are there. O(1), and the
// body need not be there.
inline std::expected<std::optional<FrameHeader>, FrameError> read_header(
    std::string_view bytes, std::uint32_t length_max = kLargeLengthMax) {
  if (bytes.size() < kHeaderBytes) return std::nullopt;
  const auto length = read_uint32(bytes.data() + 1);
  if (length < 4) return std::unexpected(FrameError::LengthTooSmall);
  if (length > length_max) return std::unexpected(FrameError::LengthTooLarge);
  return FrameHeader{bytes[0], length - 4};
}

}  // namespace gateway::pgwire
