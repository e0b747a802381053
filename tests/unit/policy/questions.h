// SPDX-License-Identifier: Apache-2.0
// Profiles and questions for tests, in a few words.
#pragma once

#include <string_view>

#include "policy/judge.h"

namespace policy {

inline Profile profile_of(Mode mode) {
  return {.mode = mode,
          .allow_explain = true,
          .pinned_timeouts = {{.name = "statement_timeout", .milliseconds = 5000}},
          .search_path = "\"$user\", public"};
}

inline Verdict judge_as(Mode mode, std::string_view sql) {
  const Profile profile = profile_of(mode);
  return judge({.sql = sql, .parameter_types = {}, .profile = profile});
}

inline bool runs(Mode mode, std::string_view sql) { return judge_as(mode, sql).allowed(); }

}  // namespace policy
