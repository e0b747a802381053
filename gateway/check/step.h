// SPDX-License-Identifier: Apache-2.0
// One thing that a client does in a session, as far as a verdict depends on it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gateway/session/handshake.h"

namespace gateway::check {

struct Step {
  enum class Kind : std::uint8_t {
    Query,    // simple Query of `sql`
    Parse,    // `sql` under the name `statement`
    Bind,     // `statement` to `portal`
    Execute,  // `portal`
    CloseStatement,
    ClosePortal,
    Startup,       // `settings`, `options`
    FunctionCall,  // `function`
    Nothing,       // Sync, Describe and the like
  };
  Kind kind = Kind::Query;
  std::string sql{};  // any bytes
  std::string statement{}, portal{};
  std::string function{};  // its OID in decimal digits, or "schema.name(types)"
  std::vector<std::uint32_t> parameter_types{};
  session::Settings settings{};  // all startup parameters
};

}  // namespace gateway::check
