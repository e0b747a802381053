// SPDX-License-Identifier: Apache-2.0
// Which records `postern audit search` prints. Follows a decision to its end. Pure.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace gateway::audit_tool {

// What is empty is not asked for. Times are RFC 3339 in UTC or the beginning of it: "2026-11-21".
struct Filter {
  std::string user, database, event, since, until, code, table, text;
};

// An error: why it is no time.
std::expected<void, std::string> check_time(std::string_view text);

enum class Match : std::uint8_t { No, Yes, NotARecord };

class Search {
 public:
  explicit Search(Filter filter) : filter_(std::move(filter)) {}

  // Lines in the order in which they were written. The end of a decision that matches is found,
  // too: it says less than its decision.
  Match match(std::string_view line);

 private:
  Filter filter_;
  std::set<std::string, std::less<>> open_;  // sessions and requests whose end is to come
};

}  // namespace gateway::audit_tool
