// SPDX-License-Identifier: Apache-2.0
// `postern doctor`, for main.cc.
#pragma once

#include <iosfwd>
#include <string>

#include "gateway/config/sources.h"

namespace gateway::doctor {

struct Options {
  std::string config{};
  std::string database{};  // empty: the only one
  std::string user{};      // whose principal's policy; empty: the database's own
  bool is_json = false;
};

// The findings on `out`. 0: none but notes; 1: some; 2: it cannot look, a sentence on `err`.
int run_doctor(const Options& options, const config::Sources& sources, std::ostream& out,
               std::ostream& err);

}  // namespace gateway::doctor
