// SPDX-License-Identifier: Apache-2.0
// `postern suggest`, for main.cc.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

#include "gateway/config/sources.h"

namespace gateway::suggest {

enum class By : std::uint8_t { Database, User };

struct Options {
  std::string config{};    // empty: none; else what is in force there is the basis
  std::string database{};  // as the configuration names it; empty: the only one that is recorded
  std::string catalog{};   // a snapshot's file; empty: with a configuration, the live database
  std::vector<std::string> files{};  // audit files
  By by = By::Database;
};

// YAML on `out`. Lines that cannot be read are told on `err`, and passed over. 0, or 2 with a
// sentence there.
int run_suggest(const Options& options, const config::Sources& sources, std::ostream& out,
                std::ostream& err);

}  // namespace gateway::suggest
