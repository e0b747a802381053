// SPDX-License-Identifier: Apache-2.0
// `postern deny`, `postern allow` and `postern denials`, for main.cc: one line to the admin socket
// of the gateway that runs.
#pragma once

#include <iosfwd>
#include <string>

#include "gateway/config/sources.h"

namespace gateway {

struct DenialOptions {
  std::string config;
  std::string socket;  // empty: that of the configuration
  std::string verb;    // "DENY", "ALLOW", "LIST"
  std::string kind;    // "user", "database", "fingerprint"
  std::string name;
  std::string database;  // of a user; empty: every one
  std::string lasts, reason;
  bool cancels = false;
};

// 0; or 1 with a sentence on `err` where the gateway refused or cannot be reached, 2 where the
// configuration names no socket.
int run_denial(const DenialOptions& options, const config::Sources& sources, std::ostream& out,
               std::ostream& err);

}  // namespace gateway
