// SPDX-License-Identifier: Apache-2.0
// What a client asks for at start-up: judged like SET, told back as the server will report it, and
// brought to a server that was connected for somebody else.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/session/session.h"

namespace gateway::session {

// Lower-case names, the last value of each. client_encoding may also be SQL_ASCII here (psql sends
// it in the C locale): on servers in UTF-8 it means the same bytes both ways.
std::expected<Settings, policy::Violation> judge_login_settings(const Settings& asked,
                                                                const policy::Profile& profile);

// Whose spelling, as of all settings, does not count; of several the last one. Borrowed from
// `asked`.
std::string_view application_name(const Settings& asked);

// Of the setting that PostgreSQL takes for `name`; null: it is not among them.
const std::string* find_value(const Settings& settings, std::string_view name);

// As parse_bool() of PostgreSQL takes it: on, off, any beginning of true, false, yes, no; 1 and 0.
std::optional<bool> read_flag(std::string_view text);

// ParameterStatus for the greeting. Values are given as PostgreSQL would report them (DateStyle in
// full).
Parameters parameters_to_tell(const Parameters& known, const Settings& client);

// As PostgreSQL lists them: by name, upper and lower case alike. Borrowed from `told`.
std::vector<pgwire::ParameterStatus> in_server_order(const Parameters& told);

// "SET …; SET …" for what differs from `server`; empty when nothing does.
std::string settings_sql(const Settings& client, const Parameters& server);

// Sent behind what may have returned settings to `server`'s: sets again those that it did return.
// What the client has SET to something else since is left alone, and everything where a RESET
// failed. Empty when nothing differs.
std::string restoring_sql(const Settings& client, const Parameters& server);

}  // namespace gateway::session
