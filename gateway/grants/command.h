// SPDX-License-Identifier: Apache-2.0
// `postern grants`, for main.cc.
#pragma once

#include <iosfwd>
#include <string>

#include "gateway/config/sources.h"
#include "gateway/grants/script.h"

namespace gateway::grants {

struct Options {
  std::string config{};
  std::string database{};  // empty: the only one
  std::string user{};      // whose principal's policy; empty: the database's own
  std::string role{};      // empty: readonly_role where it is used, else the pool's user
  BuiltIns built_ins = BuiltIns::Keep;
};

// The script on `out`. 0, or 2 with a sentence on `err`.
int run_grants(const Options& options, const config::Sources& sources, std::ostream& out,
               std::ostream& err);

}  // namespace gateway::grants
