// SPDX-License-Identifier: Apache-2.0
// What stands before the gateway's own statements. The server may log them and nobody's audit
// record has them: the comment tells why (docs/audit.md).
#pragma once

#include <string_view>

namespace gateway::pgwire {

inline constexpr std::string_view kOwnComment = "/* postern */ ";
inline constexpr std::string_view kPlanComment = "/* postern plan gate */ ";

}  // namespace gateway::pgwire
