// SPDX-License-Identifier: Apache-2.0
#include "gateway/build_settings.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <memory>
#include <utility>

#include "gateway/audit/record_format.h"
#include "gateway/config/check.h"
#include "gateway/config/libpq.h"
#include "gateway/session/close_reason.h"
#include "gateway/upstream/catalog_load.h"
#include "gateway/upstream/user_lookup.h"
#include "policy/error_code.h"

#ifndef POSTERN_COMMIT
#define POSTERN_COMMIT "unknown"
#endif

namespace gateway {
namespace {

// Asked where auth_query.query is empty: an expired password is none (VALID UNTIL).
constexpr const char* kAuthQuery =
    "SELECT rolname, CASE WHEN rolvaliduntil < now() THEN NULL ELSE rolpassword END "
    "FROM pg_authid WHERE rolname = $1 AND rolcanlogin";

auth::ScramVerifier verifier_of(const config::User& user, std::string_view secret) {
  if (!user.verifier.empty()) return auth::parse_verifier(user.verifier.reveal()).value();
  const auto salt = auth::hmac_sha256(secret, "salt of " + user.name);
  return auth::derive_verifier(user.password.reveal(),
                               auth::as_text(salt).substr(0, auth::kSaltBytes),
                               auth::kDefaultIterations);
}

auth::User user_of(const config::User& user, std::string_view secret) {
  switch (user.auth) {
    case config::Auth::ScramSha256: return {auth::Method::ScramSha256, verifier_of(user, secret)};
    case config::Auth::Password: return {auth::Method::Password, verifier_of(user, secret)};
    case config::Auth::Trust: return {auth::Method::Trust, {}};
    case config::Auth::Cert:
      return {auth::Method::Certificate,
              {},
              user.certificate_name.empty() ? user.name : user.certificate_name};
  }
  std::abort();
}

upstream::UserLookupSource lookup_source(const config::Config& config) {
  const config::AuthQuery& auth_query = config.auth_query;
  config::Database database =
      *std::ranges::find(config.databases, auth_query.database, &config::Database::name);
  if (!auth_query.user.empty()) {
    database.user = auth_query.user;
    database.password = auth_query.password;
  }
  return {.connection = config::libpq_parameters(database),
          .query = auth_query.query.empty() ? kAuthQuery : auth_query.query,
          .connect_timeout = database.connect_timeout};
}

auth::DirectoryAnswer answer_of(upstream::UserLookup& lookup, const std::string& user,
                                const std::atomic<bool>& stopped) {
  using Failure = upstream::UserLookup::Failure;
  if (user == config::kReservedName) return auth::NoSuchUser{};
  const auto rows = lookup.look_up(user, stopped);
  if (rows) return auth::read_directory(user, *rows);
  switch (rows.error().kind) {
    case Failure::Kind::Unreachable:
      return auth::DirectoryFailure{auth::DirectoryFailure::Kind::Unreachable, rows.error().why};
    case Failure::Kind::RefusedQuery:
      return auth::DirectoryFailure{auth::DirectoryFailure::Kind::WrongAnswer, rows.error().why};
    case Failure::Kind::RefusedName: return auth::NoSuchUser{};
  }
  std::abort();
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

upstream::PoolSettings counterpart_pool_settings(const config::Database& database) {
  upstream::PoolSettings settings = pool_settings(database);
  settings.pinned = database.mode == config::Mode::ReadOnly ? config::writing_settings(database)
                                                            : config::reading_settings(database);
  settings.min_size = 0;
  return settings;
}

profiles::Look look_of(const config::Database& database) {
  upstream::CatalogReader reader({.connection = config::libpq_parameters(database),
                                  .pinned = config::pinned_settings(database),
                                  .connect_timeout = database.connect_timeout});
  return [reader = std::move(reader)](const std::atomic<bool>& stopped) mutable {
    return reader.look(stopped);
  };
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

relay::UserLookups::Directory directory_of(const config::Config& config) {
  if (config.auth_query.database.empty()) return {};
  auto lookup = std::make_shared<upstream::UserLookup>(lookup_source(config));
  return {.look_up =
              [lookup](const std::string& user, const std::atomic<bool>& stopped) {
                return answer_of(*lookup, user, stopped);
              },
          .time_to_live = config.auth_query.cache_ttl};
}

bool is_same_directory(const config::Config& left, const config::Config& right) {
  const std::string &one = left.auth_query.database, &other = right.auth_query.database;
  if (one.empty() || other.empty()) return one == other;
  return lookup_source(left) == lookup_source(right) &&
         left.auth_query.cache_ttl == right.auth_query.cache_ttl;
}

relay::Limits limits_of(const config::Config& config) {
  const config::Listen& listen = config.listen;
  return {.clients_max = listen.max_clients,
          .statement_bytes_max = listen.max_statement_bytes,
          .login_timeout = listen.client_login_timeout,
          .idle_timeout = listen.client_idle_timeout,
          .audit_write_timeout = config.audit.write_timeout};
}

std::vector<config::Network> proxies_of(const config::Listen& listen) {
  std::vector<config::Network> proxies;
  proxies.reserve(listen.proxy_networks.size());
  for (const auto& network : listen.proxy_networks) {
    proxies.push_back(config::parse_network(network).value());
  }
  return proxies;
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
  secrets.append(config.auth_query.password.reveal());
  return std::string(auth::as_text(auth::sha256(secrets)));
}

auth::Users users_of(const config::Config& config, const std::string& secret) {
  auth::Users users(secret);
  for (const auto& user : config.users) users.add(user.name, user_of(user, secret));
  return users;
}

}  // namespace gateway
