// SPDX-License-Identifier: Apache-2.0
// The verdict on a case as one JSON object, the line of `postern check --jsonl`. Pure.
#pragma once

#include <nlohmann/json.hpp>
#include <span>
#include <string>

#include "gateway/check/session_view.h"

namespace gateway::check {

struct Judged {
  nlohmann::ordered_json id{};
  std::vector<Outcome> steps{};
  bool is_script = false;
  bool allowed() const;
};

// {"id", "verdict", "codes", "violations", "rewritten", "statements"}. Of scripts, violations and
// statements say which step (from 0) they belong to.
nlohmann::ordered_json report_json(const Judged& judged, const policy::Profile& profile);

// One line without its end; bytes that are not UTF-8 come as U+FFFD.
std::string line_of(const nlohmann::ordered_json& json);

// Every reason for which the step is refused, in order: of the text first.
std::vector<const policy::Violation*> violations_of(const Outcome& outcome);

}  // namespace gateway::check
