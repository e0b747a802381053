// SPDX-License-Identifier: Apache-2.0
// A line of `postern check --jsonl` to the steps that it stands for. Pure.
#pragma once

#include <cstddef>
#include <expected>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/check/step.h"

namespace gateway::check {

// What "sql_gen" may grow to.
inline constexpr std::size_t kGeneratedBytesMax = std::size_t{64} << 20;

struct Case {
  nlohmann::ordered_json id{};  // as given; null: none
  std::vector<Step> steps{};
  bool is_script = false;  // given as "steps"
};

struct BadCase {
  nlohmann::ordered_json id{};  // where it could be read
  std::string message{};
};

// Bytes that are not UTF-8 are taken over into the statement as they are: they are judged.
std::expected<Case, BadCase> read_case(std::string_view line);

}  // namespace gateway::check
