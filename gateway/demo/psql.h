// SPDX-License-Identifier: Apache-2.0
// One psql that is given one command.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "gateway/demo/failure.h"
#include "gateway/demo/signals.h"

namespace gateway::demo {

// PGOPTIONS, where they are not empty, are start-up options of the server.
struct PsqlLogin {
  std::uint16_t port = 0;
  std::string_view user, password, options;
};

struct Psql {
  std::filesystem::path program;
  std::filesystem::path scratch;  // a directory for its output
};

struct PsqlOutput {
  int exit_code = 0;
  std::string text;  // standard output and error
};

inline constexpr int kPsqlError = 1;         // exit code: a statement failed
inline constexpr int kPsqlNoConnection = 2;  // the connection did

// `command` is psql's -c: SQL in one message, or a backslash command. The database is the demo's.
Result<PsqlOutput> run_psql(const Psql& psql, const PsqlLogin& login, std::string_view command,
                            Signals& signals);

}  // namespace gateway::demo
