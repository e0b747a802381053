// SPDX-License-Identifier: Apache-2.0
// `postern config validate` and `postern config show`, for main.cc. They return the exit code.
#pragma once

#include <functional>
#include <iosfwd>
#include <optional>
#include <string>

#include "gateway/config/config.h"
#include "gateway/config/diagnostic.h"
#include "gateway/config/sources.h"

namespace gateway::config {

// One line each: "file:line:column: error: path: message".
void print(const Diagnostics& diagnostics, const std::string& file, std::ostream& stream);

// Whether the files of listen.tls can be used: the key that names one that cannot, and why.
struct TlsFault {
  std::string key, message;
};
using CheckTlsFiles = std::function<std::optional<TlsFault>(const Tls&)>;

struct Validation {
  std::string path;
  std::string catalog{};   // a snapshot's file; empty: rules are not compared with a catalog
  std::string database{};  // whose it is; empty: the one of its name, or the only one
  CheckTlsFiles check_tls_files{};
};

// Every error and warning on `err`, one line of summary on `out`. 1 with errors, 2 where the
// snapshot cannot be used, else 0.
int run_config_validate(const Validation& validation, const Sources& sources, std::ostream& out,
                        std::ostream& err);

// The effective configuration on `out`; with errors nothing there, the errors on `err`, and 1.
int run_config_show(const std::string& path, const Sources& sources, std::ostream& out,
                    std::ostream& err);

}  // namespace gateway::config
