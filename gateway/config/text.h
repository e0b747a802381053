// SPDX-License-Identifier: Apache-2.0
// Checks on bytes that came from a file or the environment, and their safe display in a message.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace gateway::config {

// Position of the first byte that is not UTF-8.
std::optional<std::size_t> find_invalid_utf8(std::string_view text);

bool is_ascii(std::string_view text);

std::string lower(std::string_view text);  // ASCII only

// One line of at most kShownBytesMax bytes: control and invalid bytes as \xNN, cut with "…".
inline constexpr std::size_t kShownBytesMax = 200;
std::string printable(std::string_view text);

}  // namespace gateway::config
