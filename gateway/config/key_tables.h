// SPDX-License-Identifier: Apache-2.0
// The tables of keys.cc, one a part of the file, and what more than one of them needs.
#pragma once

#include <array>
#include <span>
#include <string_view>

#include "gateway/config/keys.h"

namespace gateway::config {

using Keys = std::span<const Key>;

Keys listen_keys();
Keys user_keys();
Keys database_keys();
Keys profile_keys();
Keys unbuilt_keys();
Keys observability_keys();
Keys audit_keys();

template <auto Section, auto Field>
Slot in(const Cursor& cursor) {
  return &((cursor.config.*Section).*Field);
}

inline constexpr std::array<std::string_view, 3> kMode{"read_only", "balanced", "permissive"};

inline constexpr Range kListenPort{0, 65'535};
inline constexpr Range kSomeClients{0, 100'000};
// PostgreSQL keeps timeouts as int milliseconds.
inline constexpr Range kTimeout{0, INT32_MAX};
inline constexpr Range kPositiveTimeout{1, INT32_MAX};

inline constexpr Built kNo = Built::No;

}  // namespace gateway::config
