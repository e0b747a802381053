// SPDX-License-Identifier: Apache-2.0
// Why a function of PostgreSQL's own is refused: the reasons of the table of known functions, what
// they mean for people, and who may still allow it.
#pragma once

#include <optional>
#include <string_view>

#include "policy/catalog/snapshot.h"
#include "policy/judge.h"

namespace policy::rules {

struct Reason {
  std::string_view words;  // follows "function f() is not allowed: it "
  std::string_view hint;
  bool is_negotiable = false;  // functions.allowed may name it, with its schema
};

const Reason& reason_for(const catalog::Function& function);

// The mode from which on a refused built-in may be called; nothing: in none.
std::optional<Mode> least_mode(const catalog::Function& function);

}  // namespace policy::rules
