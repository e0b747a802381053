// SPDX-License-Identifier: Apache-2.0
// Which run-time settings a client may change, to what. One rule for SET, set_config(), BEGIN's
// options and startup parameters.
#pragma once

#include <optional>
#include <string_view>

#include "policy/judge.h"

namespace policy {

// May `name` be set to `value`? `name` in any case; `value` as the server stores it (search_path: a
// list of names, quoted where needed). Nothing: yes.
std::optional<Violation> judge_setting(std::string_view name, std::string_view value,
                                       const Profile& profile);

// May `name` go back to its start-up value, where the pins are?
std::optional<Violation> judge_reset(std::string_view name, const Profile& profile);

// Is there a value that `name`, in lower case, may be set to? Then it may be read, too.
bool is_settable(std::string_view name, const Profile& profile);

// For a value or a name that only the server will know.
Violation opaque_setting(std::string_view name);

// The definition of a function may pin settings for its own call, except the role it runs as.
std::optional<Violation> judge_scoped_setting(std::string_view name);

}  // namespace policy
