// SPDX-License-Identifier: Apache-2.0
// Reads YAML text into a Node tree: one document, UTF-8, no anchors, no tags, no duplicate keys,
// all bounded. The only file that includes yaml-cpp.
#pragma once

#include <cstddef>
#include <string_view>

#include "gateway/config/node.h"

namespace gateway::config {

inline constexpr std::size_t kFileBytesMax = 1 << 20;
inline constexpr std::size_t kNodesMax = 10'000;
inline constexpr std::size_t kDepthMax = 32;

// An empty text is an empty mapping. Appends what is wrong; the tree then holds what could be read.
Node read_document(std::string_view text, Diagnostics& diagnostics);

}  // namespace gateway::config
