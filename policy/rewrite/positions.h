// SPDX-License-Identifier: Apache-2.0
// Positions in a rewritten text, told as positions in the text that it came from.
#pragma once

#include <cstddef>
#include <string_view>

#include "policy/judge.h"

namespace policy {

// `position` is 1-based and counts characters, as ErrorResponse 'P', in `verdict.rewritten`; so is
// the answer in `sql`, which the verdict is on. Inside what was put in: where the replaced part
// began. The same position where nothing was rewritten; behind the end: the end.
std::size_t original_position(std::string_view sql, const Verdict& verdict, std::size_t position);

}  // namespace policy
