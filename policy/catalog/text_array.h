// SPDX-License-Identifier: Apache-2.0
// One-dimensional arrays and vectors in PostgreSQL's text format (array_out, oidvectorout).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace policy::catalog {

// "{a,\"b c\",NULL}"; NULL is an empty string. nullopt: no such text.
std::optional<std::vector<std::string>> parse_array(std::string_view text);

}  // namespace policy::catalog
