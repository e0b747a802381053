// SPDX-License-Identifier: Apache-2.0
// `postern audit verify`, `search` and `tail`, for main.cc: their options, and where their files
// and their key are.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "gateway/audit_tool/read.h"
#include "gateway/audit_tool/verify.h"
#include "gateway/config/sources.h"

namespace CLI {  // NOLINT(readability-identifier-naming): the library's
class App;
}

namespace gateway {

struct AuditChoices {
  std::string config;              // empty: not given
  std::vector<std::string> files;  // none: those of the configuration
  std::string key_file, head;
  audit_tool::Filter filter;
  audit_tool::TailOptions tail;
};

struct AuditCommands {
  CLI::App* verify = nullptr;
  CLI::App* search = nullptr;
  CLI::App* tail = nullptr;
  bool parsed() const;
};

AuditCommands add_audit_commands(CLI::App& app, AuditChoices& choices);

// The exit code.
int run_audit_command(const AuditCommands& commands, const AuditChoices& choices,
                      const config::Sources& sources, std::ostream& out, std::ostream& err);

}  // namespace gateway
