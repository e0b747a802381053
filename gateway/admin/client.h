// SPDX-License-Identifier: Apache-2.0
// The other end of the admin socket, for `postern deny`, `allow` and `denials`. Blocks, for at most
// ten seconds.
#pragma once

#include <expected>
#include <string>

namespace gateway::admin {

// The answer's lines. The error is a sentence: nobody listens there, or what the gateway said
// behind ERROR.
std::expected<std::string, std::string> ask(const std::string& socket_path,
                                            const std::string& line);

}  // namespace gateway::admin
