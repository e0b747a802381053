// SPDX-License-Identifier: Apache-2.0
// Takes bytes that are not UTF-8 through a JSON parser, which would refuse them: a statement with
// such bytes is to be judged, not to be an error. Pure.
#pragma once

#include <string>
#include <string_view>

namespace gateway::check {

// Each byte that is no part of UTF-8 becomes a code point of its own, U+10FE00 + byte, and each of
// those code points the ones of its four bytes: nothing is lost.
std::string mark_raw_bytes(std::string_view text);
std::string unmark_raw_bytes(std::string_view marked);

// Each such byte becomes U+FFFD: for output.
std::string replace_raw_bytes(std::string_view text);

}  // namespace gateway::check
