// SPDX-License-Identifier: Apache-2.0
// `postern audit search` and `postern audit tail`: they print records as they are, and say on `err`
// which lines are none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

#include "gateway/audit_tool/filter.h"

namespace gateway::audit_tool {

struct SearchOptions {
  std::vector<std::string> files;  // in any order
  Filter filter;
};

// 0, or 2 where a file or an option cannot be used.
int run_search(const SearchOptions& options, std::ostream& out, std::ostream& err);

enum class Follow : std::uint8_t { No, Yes };

struct TailOptions {
  std::string file;  // and what it was rotated to
  std::size_t count = 10;
  Follow follow = Follow::No;
};

// With Follow::Yes until `out` fails or the process is ended.
int run_tail(const TailOptions& options, std::ostream& out, std::ostream& err);

}  // namespace gateway::audit_tool
