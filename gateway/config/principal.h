// SPDX-License-Identifier: Apache-2.0
// Which mode, access policy and limits a client has on a database. Pure: the doors and `postern
// check` ask the same question.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "gateway/config/config.h"

namespace gateway::config {

// What is known of a client; empty where it is not.
struct Asker {
  std::string_view user{};         // as it logged in
  std::string_view application{};  // what it says of itself
  std::string_view token{};        // the name of its token
  std::string_view address{};      // numeric; empty on a Unix socket
};

// One item of each list that is not empty matches. Users, tokens and applications compare exactly,
// case counts; `*` stands for any characters, `?` for one. Nothing matches an empty Match.
bool matches(const Match& match, const Asker& asker);

struct ProfileInputs {
  Mode mode;
  const AccessRules& access;             // lives as long as the database
  const UsageLimits& limits;             // likewise
  std::optional<std::size_t> principal;  // which one; nothing: the database's own
};

// The first principal that matches, or the database itself.
ProfileInputs profile_inputs(const Database& database, const Asker& asker);

// True where a client can only match by more than what it says of itself: a list of users, tokens
// or networks narrows down who it is.
bool identifies(const Match& match);

}  // namespace gateway::config
