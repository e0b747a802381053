// SPDX-License-Identifier: Apache-2.0
// One blocking HTTP GET on 127.0.0.1, enough to ask the gateway how it is.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "gateway/demo/failure.h"

namespace gateway::demo {

struct HttpReply {
  int status = 0;
  std::string body;
};

struct HttpTarget {
  std::uint16_t port = 0;
  std::string path;
};

inline constexpr std::size_t kHttpReplyBytesMax = 4 << 20;

// `at_most` bounds connecting and each read.
Result<HttpReply> http_get(const HttpTarget& target, std::chrono::milliseconds at_most);

}  // namespace gateway::demo
