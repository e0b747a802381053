// SPDX-License-Identifier: Apache-2.0
#include "gateway/build_settings.h"

#include <utility>

#include "gateway/audit/record_format.h"
#include "gateway/config/libpq.h"
#include "gateway/session/close_reason.h"
#include "policy/error_code.h"

#ifndef POSTERN_COMMIT
#define POSTERN_COMMIT "unknown"
#endif

namespace gateway {
namespace {

auth::User user_of(const config::User& user, std::string_view secret) {
  if (user.auth == config::Auth::Trust) return {auth::Method::Trust, {}};
  if (!user.verifier.empty()) {
    return {auth::Method::ScramSha256, auth::parse_verifier(user.verifier.reveal()).value()};
  }
  const auto salt = auth::hmac_sha256(secret, "salt of " + user.name);
  return {
      auth::Method::ScramSha256,
      auth::derive_verifier(user.password.reveal(), auth::as_text(salt).substr(0, auth::kSaltBytes),
                            auth::kDefaultIterations)};
}

}  // namespace

upstream::PoolSettings pool_settings(const config::Database& database) {
  return {.name = database.name,
          .connection = config::libpq_parameters(database),
          .pinned = config::pinned_settings(database),
          .min_size = database.min_pool_size,
          .max_size = database.max_pool_size,
          .wait_timeout = database.pool_wait_timeout,
          .idle_timeout = database.server_idle_timeout,
          .lifetime = database.server_lifetime,
          .connect_timeout = database.connect_timeout};
}

upstream::PoolSettings writing_pool_settings(const config::Database& database) {
  upstream::PoolSettings settings = pool_settings(database);
  settings.pinned = config::writing_settings(database);
  settings.min_size = 0;
  return settings;
}

audit::LogSettings audit_settings(const config::Audit& audit) {
  return {.enabled = audit.enabled,
          .storage = audit.storage == config::Storage::File ? audit::Storage::File
                                                            : audit::Storage::Stdout,
          .file_path = audit.file_path,
          .max_bytes = std::uint64_t{audit.max_size_mb} << 20,
          .max_files = static_cast<unsigned>(audit.max_files),
          .rotate_every = audit.rotate_every,
          .durability = audit.durability == config::Durability::Fsync ? audit::Durability::Fsync
                                                                      : audit::Durability::Write,
          .key = audit.key.reveal(),
          .version = POSTERN_VERSION,
          .redact_sql = audit.redact_sql,
          .on_failure = audit.on_failure == config::OnFailure::Deny ? audit::OnFailure::Deny
                                                                    : audit::OnFailure::Continue};
}

relay::Limits limits_of(const config::Config& config) {
  const config::Listen& listen = config.listen;
  return {.clients_max = listen.max_clients,
          .statement_bytes_max = listen.max_statement_bytes,
          .login_timeout = listen.client_login_timeout,
          .idle_timeout = listen.client_idle_timeout,
          .audit_write_timeout = config.audit.write_timeout};
}

telemetry::LogLevel log_level(config::LogLevel level) {
  switch (level) {
    case config::LogLevel::Trace:
    case config::LogLevel::Debug: return telemetry::LogLevel::Debug;
    case config::LogLevel::Info: return telemetry::LogLevel::Info;
    case config::LogLevel::Warn: return telemetry::LogLevel::Warn;
    case config::LogLevel::Error: return telemetry::LogLevel::Error;
  }
  return telemetry::LogLevel::Info;
}

telemetry::LogFormat log_format(config::LogFormat format) {
  return format == config::LogFormat::Json ? telemetry::LogFormat::Json
                                           : telemetry::LogFormat::Console;
}

telemetry::MetricNames metric_names(const config::Config& config) {
  telemetry::MetricNames names;
  for (const auto& database : config.databases) names.databases.push_back(database.name);
  for (auto code = policy::ErrorCode::AccessDenied; code <= policy::ErrorCode::InternalError;
       code = static_cast<policy::ErrorCode>(static_cast<int>(code) + 1)) {
    names.codes.emplace_back(policy::face(code).name);
  }
  for (std::size_t i = 0; i < session::kCloseReasonCount; ++i) {
    names.close_reasons.emplace_back(session::name(static_cast<session::CloseReason>(i)));
  }
  for (std::size_t i = 0; i < audit::kEventCount; ++i) {
    names.audit_events.emplace_back(audit::name(static_cast<audit::Event>(i)));
  }
  names.version = POSTERN_VERSION;
  names.commit = POSTERN_COMMIT;
  return names;
}

std::string secret_of(const config::Config& config) {
  std::string secrets;
  for (const auto& user : config.users) {
    secrets.append(user.name).append("\n").append(user.verifier.reveal());
    secrets.append("\n").append(user.password.reveal()).append("\n");
  }
  for (const auto& database : config.databases) secrets.append(database.password.reveal());
  return std::string(auth::as_text(auth::sha256(secrets)));
}

auth::Users users_of(const config::Config& config, const std::string& secret) {
  auth::Users users(secret);
  for (const auto& user : config.users) users.add(user.name, user_of(user, secret));
  return users;
}

}  // namespace gateway
