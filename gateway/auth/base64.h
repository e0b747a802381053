// SPDX-License-Identifier: Apache-2.0
// Base64 of RFC 4648 section 4, strict: padding required, no white space.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gateway::auth {

std::string encode_base64(std::string_view bytes);
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace gateway::auth
