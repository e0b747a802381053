// SPDX-License-Identifier: Apache-2.0
// Names as SQL text writes them.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace policy {

// Always quoted: no list of keywords, no case to get wrong.
std::string quote_name(std::string_view name);

// The byte behind a dotted name of `parts` parts that begins at `from`; a star may be the last
// part. White space and comments between the parts are part of it. Nothing where the text is no
// such name.
std::optional<std::size_t> name_end(std::string_view sql, std::size_t from, int parts);

}  // namespace policy
