// SPDX-License-Identifier: Apache-2.0
// The canary: with POSTERN_FUZZ_CANARY=1 in the environment a fuzz target breaks its own property,
// so that scripts/fuzz-smoke can see that the target is able to fail. Use, where the property is
// checked:   fuzz::require(consumed == bytes.size() && !fuzz::canary());
#pragma once

#include <cstdlib>
#include <string_view>

namespace fuzz {

inline bool canary() {
  static const char* const value = std::getenv("POSTERN_FUZZ_CANARY");
  return value != nullptr && std::string_view(value) == "1";
}

// Stays on in every build; libFuzzer reports it as a crash and keeps the input.
inline void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace fuzz
