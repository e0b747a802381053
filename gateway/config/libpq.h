// SPDX-License-Identifier: Apache-2.0
// A database's settings in PostgreSQL's own terms. Knows no libpq.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "gateway/config/config.h"

namespace gateway::config {

using Settings = std::vector<std::pair<std::string, std::string>>;

// Connection parameters: host, port, dbname, user, password, sslmode, …; empty ones are left out.
Settings libpq_parameters(const Database& database);

// What every server session starts with and returns to: role, search_path,
// default_transaction_read_only, statement_timeout, idle_in_transaction_session_timeout (in ms; a
// timeout of 0 is not pinned). Values are raw: escape them for `options`.
Settings pinned_settings(const Database& database);

// The same for principals that may write where the database's own may not: neither read-only nor as
// readonly_role.
Settings writing_settings(const Database& database);

// The same for principals that may only read where the database's own may write.
Settings reading_settings(const Database& database);

}  // namespace gateway::config
