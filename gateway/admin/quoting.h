// SPDX-License-Identifier: Apache-2.0
// Words of the admin socket's lines.
#pragma once

#include <string>
#include <string_view>

namespace gateway::admin {

// In single quotes, one inside doubled; what would end a line becomes a space.
inline std::string quoted(std::string_view text) {
  std::string out = "'";
  for (const char each : text) {
    const bool is_control = static_cast<unsigned char>(each) < 0x20;
    out += is_control ? ' ' : each;
    if (each == '\'') out += each;
  }
  return out + '\'';
}

}  // namespace gateway::admin
