// SPDX-License-Identifier: Apache-2.0
// Where values come from besides the file itself. Passed in, so that tests have their own.
#pragma once

#include <cstddef>
#include <expected>
#include <functional>
#include <map>
#include <string>

namespace gateway::config {

using Environment = std::map<std::string, std::string, std::less<>>;

// The bytes of a file, or why it cannot be read, as a phrase: "cannot be opened: No such file …".
using ReadFile = std::function<std::expected<std::string, std::string>(const std::string& path,
                                                                       std::size_t max)>;

struct Sources {
  Environment environment;
  ReadFile read_file;  // for `file:/path`
};

// Refuses what is not a regular file (a FIFO would block) and what is longer than `max`.
std::expected<std::string, std::string> read_regular_file(const std::string& path, std::size_t max);

// The environment of this process and read_regular_file.
Sources process_sources();

}  // namespace gateway::config
