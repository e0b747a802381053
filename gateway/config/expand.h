// SPDX-License-Identifier: Apache-2.0
// ${NAME} and ${NAME:-default} in scalars. What comes out is text, never YAML structure.
#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

#include "gateway/config/node.h"
#include "gateway/config/sources.h"

namespace gateway::config {

inline constexpr std::size_t kExpandedBytesMax = 64 << 10;

struct Expanded {
  std::string text;
  bool from_environment = false;  // a variable, not a default, gave a part
};

// As in a shell `:-` also stands in for a variable that is set but empty. `$${` gives `${`.
std::expected<Expanded, std::string> expand(std::string_view text, const Environment& environment);

// Every scalar of the tree, but those that came from a variable already.
void expand_tree(Node& root, const Environment& environment, Diagnostics& diagnostics);

}  // namespace gateway::config
