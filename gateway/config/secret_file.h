// SPDX-License-Identifier: Apache-2.0
// A secret's text, or the content of the file that it names as `file:/path`.
#pragma once

#include <cstddef>
#include <expected>
#include <string>

#include "gateway/config/sources.h"

namespace gateway::config {

inline constexpr std::size_t kSecretBytesMax = 64 << 10;

bool is_secret_file(const std::string& text);

// One newline at the end of the file is not part of the secret. The error never holds the secret.
std::expected<std::string, std::string> resolve_secret(const std::string& text,
                                                       const ReadFile& read_file);

}  // namespace gateway::config
