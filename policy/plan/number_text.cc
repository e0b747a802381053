// SPDX-License-Identifier: Apache-2.0
#include "policy/plan/number_text.h"

#include <array>
#include <charconv>
#include <cmath>

namespace policy::plan {
namespace {

constexpr double kDigitsMax = 1e15;
constexpr double kFractionsMax = 1000;

}  // namespace

std::string number_text(double number) {
  std::array<char, 64> text{};
  char* const end = text.data() + text.size();
  if (std::abs(number) >= kDigitsMax || !std::isfinite(number)) {
    return {text.data(),
            std::to_chars(text.data(), end, number, std::chars_format::scientific, 1).ptr};
  }
  const bool is_whole = std::abs(number) >= kFractionsMax || number == std::round(number);
  return {text.data(),
          std::to_chars(text.data(), end, number, std::chars_format::fixed, is_whole ? 0 : 1).ptr};
}

}  // namespace policy::plan
