// SPDX-License-Identifier: Apache-2.0
// The verdict on one text as a person reads it. Pure.
#pragma once

#include <cstdint>
#include <string>

#include "gateway/check/session_view.h"

namespace gateway::check {

enum class Colour : std::uint8_t { No, Yes };

std::string report_text(const Outcome& outcome, const policy::Profile& profile, Colour colour);

}  // namespace gateway::check
