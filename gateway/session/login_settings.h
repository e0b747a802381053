// SPDX-License-Identifier: Apache-2.0
// What a client asks for at start-up: judged like SET, told back as the server will report it, and
// brought to a server that was connected for somebody else.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/session/session.h"

namespace gateway::session {

// Lower-case names, the last value of each.
std::expected<Settings, policy::Violation> judge_login_settings(const Settings& asked,
                                                                const policy::Profile& profile);

// ParameterStatus for the greeting. Values are given as PostgreSQL would report them (DateStyle in
// full).
Parameters parameters_to_tell(const Parameters& known, const Settings& client);

// As PostgreSQL lists them: by name, upper and lower case alike. Borrowed from `told`.
std::vector<pgwire::ParameterStatus> in_server_order(const Parameters& told);

// "SET …; SET …" for what differs from `server`; empty when nothing does.
std::string settings_sql(const Settings& client, const Parameters& server);

}  // namespace gateway::session
