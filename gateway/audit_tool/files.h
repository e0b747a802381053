// SPDX-License-Identifier: Apache-2.0
// The files of one audit, and the order in which they were written.
#pragma once

#include <expected>
#include <string>
#include <vector>

namespace gateway::audit_tool {

// `path` and what it was rotated to, oldest first; those that are there.
std::vector<std::string> rotated_files(const std::string& path);

// Each behind the one whose last seal its first header names; else by their first timestamps. The
// error names a file that cannot be read.
std::expected<std::vector<std::string>, std::string> in_written_order(
    const std::vector<std::string>& paths);

}  // namespace gateway::audit_tool
