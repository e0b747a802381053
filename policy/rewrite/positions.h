// SPDX-License-Identifier: Apache-2.0
// Positions in a rewritten text, told as positions in the text that it came from.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "policy/judge.h"

namespace policy {

struct RewrittenText {
  std::string_view sql;        // that was asked about
  std::string_view rewritten;  // Verdict::rewritten
  std::span<const Replacement> replacements;
};

// `position` is 1-based and counts characters, as ErrorResponse 'P', in `rewritten`; so is the
// answer in `sql`. Inside what was put in: where the replaced part
// began. The same position where nothing was rewritten; behind the end: the end.
std::size_t original_position(const RewrittenText& text, std::size_t position);

}  // namespace policy
