// SPDX-License-Identifier: Apache-2.0
// A statement as a terminal can show it: no control characters, long lines cut to a window, a caret
// under the places that matter. Knows no policy. Pure.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace gateway::check {

struct ExcerptLimits {
  std::size_t columns = 100;  // of a line
  std::size_t lines = 40;     // without marks; those with marks always show
};

struct Place {
  std::size_t line = 1, column = 1;  // in characters
};

// The place of a character (1-based) of `text`; behind its end: the end.
Place place_of(std::string_view text, std::size_t position);

// `marks`: bytes in `text`, in any order. Each line is indented by two and ends with '\n'.
std::string excerpt(std::string_view text, std::span<const std::size_t> marks,
                    const ExcerptLimits& limits = {});

// The byte at which a character (1-based) starts; behind the end: the size.
std::size_t byte_of(std::string_view text, std::size_t position);

// Fit for one line of a terminal: control characters are blanks, what is not UTF-8 is U+FFFD, and
// so are marks that change the direction of text.
std::string printable(std::string_view text);

}  // namespace gateway::check
