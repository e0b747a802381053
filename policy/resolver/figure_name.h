// SPDX-License-Identifier: Apache-2.0
// The name of an output column that was given none: FigureColname of parse_target.c.
#pragma once

#include <string_view>

namespace policy::resolver {

// `node` is an expression; "?column?" where it suggests no name. Lives as long as the tree.
std::string_view figure_name(const void* node);

}  // namespace policy::resolver
