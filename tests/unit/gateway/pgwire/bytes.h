// SPDX-License-Identifier: Apache-2.0
// Wire bytes as tests write them down. Knows no code of pgwire, so that both cannot be wrong alike.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace wire {

inline std::string be16(std::uint16_t value) {
  return {static_cast<char>(value >> 8), static_cast<char>(value & 0xff)};
}

inline std::string be32(std::uint32_t value) {
  return be16(static_cast<std::uint16_t>(value >> 16)) +
         be16(static_cast<std::uint16_t>(value & 0xffff));
}

inline std::string z(std::string_view text) { return std::string(text) + '\0'; }

inline std::string frame(char type, std::string_view body) {
  return type + be32(static_cast<std::uint32_t>(body.size() + 4)) + std::string(body);
}

inline std::string startup(std::uint32_t code, std::string_view body) {
  return be32(static_cast<std::uint32_t>(body.size() + 8)) + be32(code) + std::string(body);
}

}  // namespace wire
