// SPDX-License-Identifier: Apache-2.0
// Reads audit files line by line, of whatever length, into what each database's users used.
#pragma once

#include <expected>
#include <iosfwd>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "gateway/suggest/usage.h"

namespace gateway::suggest {

using Usages = std::map<std::pair<std::string, std::string>, Usage>;  // by database, user

// Tells bad lines on `err`: the first ones by name, the rest by their number. The error: a file
// cannot be read at all.
std::expected<Usages, std::string> read_files(const std::vector<std::string>& paths,
                                              std::ostream& err);

}  // namespace gateway::suggest
