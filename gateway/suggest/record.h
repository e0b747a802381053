// SPDX-License-Identifier: Apache-2.0
// The decision records of an audit file (docs/audit.md), as far as a suggestion needs them.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gateway::suggest {

struct Object {
  std::string schema{}, relation{};
  std::vector<std::string> columns{};  // "*": the whole row
  bool is_write = false;
};

struct Warning {
  std::string check{}, resource{}, rule{};
};

struct Record {
  std::string database{}, user{};
  bool is_allowed = false;
  bool was_judged = false;    // an access policy looked at it; else nothing is known of its objects
  bool is_truncated = false;  // it uses more than was recorded
  std::vector<Object> objects{};
  std::vector<std::string> functions{};
  std::vector<Warning> warnings{};  // of an allowed one
};

// Nothing: a line that is no decision. The error says why the line cannot be read.
std::expected<std::optional<Record>, std::string> read_record(std::string_view line);

}  // namespace gateway::suggest
