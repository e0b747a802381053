// SPDX-License-Identifier: Apache-2.0
// `postern config validate` and `postern config show`, for main.cc. They return the exit code.
#pragma once

#include <iosfwd>
#include <string>

#include "gateway/config/diagnostic.h"
#include "gateway/config/sources.h"

namespace gateway::config {

// One line each: "file:line:column: error: path: message".
void print(const Diagnostics& diagnostics, const std::string& file, std::ostream& stream);

// Every error and warning on `err`, one line of summary on `out`. 1 with errors, else 0.
int run_config_validate(const std::string& path, const Sources& sources, std::ostream& out,
                        std::ostream& err);

// The effective configuration on `out`; with errors nothing there, the errors on `err`, and 1.
int run_config_show(const std::string& path, const Sources& sources, std::ostream& out,
                    std::ostream& err);

}  // namespace gateway::config
