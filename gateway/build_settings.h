// SPDX-License-Identifier: Apache-2.0
// From the configuration's values to the settings of each part. Plain functions.
#pragma once

#include <string>
#include <vector>

#include "gateway/audit/log.h"
#include "gateway/auth/users.h"
#include "gateway/config/config.h"
#include "gateway/profiles/keeper.h"
#include "gateway/relay/roster.h"
#include "gateway/telemetry/log_line.h"
#include "gateway/telemetry/metrics.h"
#include "gateway/upstream/pool.h"

namespace gateway {

upstream::PoolSettings pool_settings(const config::Database& database);
// Of principals that may write where the database's own may not.
// Of relay::Database::counterpart_pool.
upstream::PoolSettings counterpart_pool_settings(const config::Database& database);
// Reads the database's catalogs.
profiles::Look look_of(const config::Database& database);
audit::LogSettings audit_settings(const config::Audit& audit);
// Where users are that are in no file; looks nobody up where there is no auth_query.
relay::UserLookups::Directory directory_of(const config::Config& config);
// Both look users up in the same way.
bool is_same_directory(const config::Config& left, const config::Config& right);
relay::Limits limits_of(const config::Config& config);
std::vector<config::Network> proxies_of(const config::Listen& listen);
telemetry::LogLevel log_level(config::LogLevel level);
telemetry::LogFormat log_format(config::LogFormat format);
telemetry::MetricNames metric_names(const config::Config& config);

// A key for what must look random and be equal after a restart: all that is secret in the file.
std::string secret_of(const config::Config& config);

// Derives the verifiers of users with a password: takes some milliseconds for each. `secret` gives
// the salts, of unknown users, too: the same one as long as the process runs.
auth::Users users_of(const config::Config& config, const std::string& secret);

}  // namespace gateway
