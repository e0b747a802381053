// SPDX-License-Identifier: Apache-2.0
// TCP ports of 127.0.0.1.
#pragma once

#include <cstdint>

#include "gateway/demo/failure.h"

namespace gateway::demo {

// A port that nobody listened on a moment ago. It may be taken by the time it is used.
Result<std::uint16_t> free_port();

// Whether a listener could be bound to it now.
bool is_port_free(std::uint16_t port);

}  // namespace gateway::demo
