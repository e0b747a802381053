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

// The content of a secret's file. One newline at the end is not part of it. The error tells what is
// wrong with the file, as a phrase: "is empty"; it never holds the secret.
std::expected<std::string, std::string> read_secret(const std::string& path,
                                                    const ReadFile& read_file);

// As read_secret() where the text names a file; the error is a sentence then.
std::expected<std::string, std::string> resolve_secret(const std::string& text,
                                                       const ReadFile& read_file);

}  // namespace gateway::config
