// SPDX-License-Identifier: Apache-2.0
// Asks a new connection, and one that was reset, whether it is what the policy assumes: the pins
// hold, and statements are read as our parser reads them. Text in and out; knows libpq results but
// sends nothing.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "gateway/upstream/connection.h"

namespace gateway::upstream {

// What a connection was found to have. A reset has to bring exactly this back.
struct Verified {
  std::string columns;                         // of SELECTs that show it, in one transaction
  std::vector<std::vector<std::string>> rows;  // what each has shown
};

// A simple Query of several statements. The server itself normalises each pinned value (30000 is
// 30s) by setting it locally and rolling back.
std::string verification_query(const Settings& pinned);

// Of its results. The error says which setting differs and how.
std::expected<Verified, std::string> check_verification(const std::vector<Result>& results,
                                                        const Settings& pinned);

}  // namespace gateway::upstream
