// SPDX-License-Identifier: Apache-2.0
// One scalar's text to one value. Pure. The error is a phrase that follows the key's path.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "gateway/config/config.h"

namespace gateway::config {

// Both inclusive, in the unit of the value: a count, bytes, or milliseconds.
struct Range {
  std::int64_t least = 0;
  std::int64_t most = INT64_MAX;
};

template <class T>
using Scalar = std::expected<T, std::string>;

Scalar<bool> parse_boolean(std::string_view text);
Scalar<std::int64_t> parse_integer(std::string_view text, Range range);

// "1MiB", "64KiB", "1GiB", "512B" or bytes.
Scalar<std::int64_t> parse_size(std::string_view text, Range range);

// "500ms", "30s", "10m", "1h", "0", or seconds, with a fraction where whole milliseconds come out.
Scalar<Duration> parse_duration(std::string_view text, Range range);

std::string format_size(std::int64_t bytes);
std::string format_duration(Duration duration);

}  // namespace gateway::config
