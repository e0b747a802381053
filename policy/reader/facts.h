// SPDX-License-Identifier: Apache-2.0
// What one statement is and does, as read off its parse tree. Knows no parse tree and no policy.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/judge.h"
#include "policy/literal_offsets.h"

namespace policy {

// A statement, or a clause that counts as one, at any depth of the tree.
struct StatementPart {
  StatementClass statement_class = StatementClass::Select;
  std::size_t offset = 0;     // byte in the text
  bool planned_only = false;  // inside EXPLAIN without ANALYZE: never runs
};

// A use of a run-time setting by SET, RESET, BEGIN's options or set_config().
struct SettingUse {
  enum class Action : std::uint8_t {
    Assign,
    Reset,
    ResetAll,
    Opaque,  // value or name are known at run time only
    Scoped,  // in the definition of a function: lasts for its call
  };
  Action action = Action::Assign;
  std::string name{};   // lower case; empty where Opaque hides it
  std::string value{};  // as the server would store it; lists joined and quoted
  std::size_t offset = 0;
  bool is_local = false;  // a reset that the end of the transaction takes back

  bool lasts_as_reset() const {
    return (action == Action::Reset || action == Action::ResetAll) && !is_local;
  }
};

struct StatementFacts {
  StatementClass statement_class = StatementClass::Unknown;
  std::size_t offset = 0;
  std::size_t bytes = 0;
  std::uint64_t fingerprint = 0;
  Effect effect{};
  std::vector<StatementPart> parts{};  // the statement itself comes first
  std::vector<SettingUse> settings{};
  // How often $1, $2… are used, from index 0.
  std::vector<std::uint16_t> parameter_uses{};
  // Integer constants that are only computed with: operands of operators, of IN and BETWEEN,
  // LIMIT and OFFSET, values of VALUES and of UPDATE's SET. Nothing here depends on their values,
  // nor may what is made of these facts. Not all: ordinals, arguments, types' lengths and the like
  // never are among them.
  LiteralOffsets inert_literals{};
};

}  // namespace policy
