// SPDX-License-Identifier: Apache-2.0
// Positions in a rewritten text, told as positions in the text that it came from.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "policy/judge.h"

namespace policy {

// A text and what it became. Outlives the verdict that says so, and holds no catalog.
struct Rewritten {
  std::string original{};
  std::string text{};
  std::vector<Replacement> replacements{};
};

// Of the text that `verdict` is on.
Rewritten rewritten_by(std::string_view sql, const Verdict& verdict);

// Of one statement of the text that `verdict` is on: what it became; empty where nothing was
// rewritten. Borrowed from the verdict.
std::string_view rewritten_part(const Verdict& verdict, const StatementVerdict& statement);

// `position` is 1-based and counts characters, as ErrorResponse 'P', in the rewritten text; so is
// the answer in the original. Inside what was put in: where the replaced part began. The same
// position where nothing was replaced; behind the end: the end.
std::size_t original_position(const Rewritten& rewritten, std::size_t position);

}  // namespace policy
