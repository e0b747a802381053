// SPDX-License-Identifier: Apache-2.0
// What the statements of an audit used, counted. Memory grows with the number of different names,
// not with that of records.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <utility>

#include "gateway/suggest/record.h"

namespace gateway::suggest {

struct RelationUsage {
  std::size_t reads = 0, writes = 0;
  std::size_t whole_rows = 0;
  std::map<std::string, std::size_t> columns{};  // read or written by name
};

struct Usage {
  std::size_t statements = 0;  // allowed ones that a policy looked at
  std::size_t denied = 0;
  std::size_t unjudged = 0;   // allowed ones of which nothing is known
  std::size_t truncated = 0;  // ones that use more than was recorded
  std::map<std::pair<std::string, std::string>, RelationUsage> relations{};  // by schema, name
  std::map<std::string, std::size_t> functions{};  // by signature with its schema
  std::map<std::string, std::size_t> warnings{};   // "column public.users.ssn (columns.denied[0])"

  void add(const Record& record);
  void add(const Usage& other);
};

}  // namespace gateway::suggest
