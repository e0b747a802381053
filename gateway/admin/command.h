// SPDX-License-Identifier: Apache-2.0
// One line of the admin socket to what it asks for. Pure.
//
//   DENY USER name [DATABASE name] [FOR 10m] [REASON 'text'] [CANCEL]
//   DENY DATABASE name … | DENY FINGERPRINT hex [FOR …] [REASON …]
//   ALLOW USER name [DATABASE name] | ALLOW DATABASE name | ALLOW FINGERPRINT hex
//   LIST
//
// Keywords in either case. Names as they are, or in single quotes, one inside doubled.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "gateway/admin/denials.h"

namespace gateway::admin {

inline constexpr std::size_t kLineBytesMax = 4096;

enum class Running : std::uint8_t { GoesOn, IsCancelled };

struct Deny {
  Target target{};
  std::optional<std::chrono::seconds> lasts{};
  std::string reason{};
  Running running = Running::GoesOn;
};
struct Allow {
  Target target{};
};
struct List {};

using Command = std::variant<Deny, Allow, List>;

// `line` without its end. The error is a sentence that says what to write instead.
std::expected<Command, std::string> parse_command(std::string_view line);

// "10m": a number of seconds, or one with s, m, h or d behind it; at least 1 s, at most 366 d.
std::expected<std::chrono::seconds, std::string> parse_time_span(std::string_view text);

}  // namespace gateway::admin
