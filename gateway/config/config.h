// SPDX-License-Identifier: Apache-2.0
// The configuration as plain values: what docs/configuration.md describes, defaults included. Knows
// no YAML. Durations are milliseconds, 0 meaning "no limit" where docs/configuration.md allows 0.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gateway/config/secret.h"
#include "policy/access_policy.h"
#include "policy/judge.h"

namespace gateway::config {

using Duration = std::chrono::milliseconds;

// The items of each enum are in the order of its words in keys_*.cc.
enum class Auth : std::uint8_t { ScramSha256, Trust, Password, Cert };
enum class TlsMode : std::uint8_t { Disable, Allow, Require };
enum class PoolMode : std::uint8_t { Session };
enum class Mode : std::uint8_t { ReadOnly, Balanced, Permissive };
enum class Storage : std::uint8_t { File, Stdout };
enum class Durability : std::uint8_t { Write, Fsync };
enum class OnFailure : std::uint8_t { Deny, Continue };
enum class OnCostExceeded : std::uint8_t { Warn, Deny };
enum class OnError : std::uint8_t { Deny, Allow };
enum class LogLevel : std::uint8_t { Trace, Debug, Info, Warn, Error };
enum class LogFormat : std::uint8_t { Json, Console };

// Towards clients. Unless it is disabled, cert and key are given.
struct Tls {
  TlsMode mode = TlsMode::Disable;
  std::string cert, key, client_ca;  // paths
};

struct Listen {
  // Numeric IPv4 or IPv6, or "localhost"; all on one port.
  std::vector<std::string> address = {"127.0.0.1"};
  std::uint16_t port = 6432;    // 0: a free one
  std::string unix_socket_dir;  // empty: no Unix socket
  std::string unix_socket_permissions = "0777";
  Tls tls;
  std::vector<std::string> proxy_networks;  // whose connections begin with a PROXY header
  std::size_t max_clients = 1000;
  std::size_t max_statement_bytes = 1 << 20;
  Duration shutdown_timeout = std::chrono::seconds(30);
  Duration client_login_timeout = std::chrono::seconds(15);
  Duration client_idle_timeout = std::chrono::seconds(0);
  std::string admin_socket;  // a path; empty: none
};

// With scram-sha-256 and password exactly one of verifier and password is set; with trust and cert
// neither.
struct User {
  std::string name;
  Auth auth = Auth::ScramSha256;
  Secret verifier;               // SCRAM-SHA-256$iterations:salt$stored_key:server_key, checked
  Secret password;               // ASCII
  std::string certificate_name;  // with cert: the CN; empty: `name`
};

// Where users are that are not among `users`.
struct AuthQuery {
  std::string database;  // the name of one of `databases`; empty: there are none
  std::string query;     // empty: that of docs/configuration.md
  std::string user;      // empty: that of the database
  Secret password;
  Duration cache_ttl = std::chrono::seconds(0);
};

// What the plan gate asks of EXPLAIN.
struct ExplainPolicy {
  bool enabled = false;  // true as soon as another key of it is given
  std::size_t max_estimated_rows = 100'000;
  std::size_t max_estimated_cost = 10'000;
  OnCostExceeded on_cost_exceeded = OnCostExceeded::Warn;
  bool deny_seq_scan_on_large_tables = true;
  std::size_t large_table_threshold = 10'000;  // rows
  Duration timeout = std::chrono::seconds(5);
  Duration cache_ttl = std::chrono::seconds(60);
  std::size_t cache_max_size = 1'000;
  OnError on_error = OnError::Deny;
  bool operator==(const ExplainPolicy&) const = default;
};

// All that stands under `access_policy`.
struct AccessRules {
  policy::AccessPolicy policy;
  bool names_catalogs = false;  // system_catalogs is written, though it may say what is the default
  bool allow_explain = false;
  ExplainPolicy explain;
};

// Who is meant: one item of each list that is not empty. principal.h has how they compare.
struct Match {
  std::vector<std::string> users, applications, tokens;  // with globs
  std::vector<std::string> networks;                     // "10.0.0.0/8", "::1"
};

// How much one user may do, whatever it is; 0: any amount.
struct UsageLimits {
  std::size_t statements_per_minute = 0;
  std::size_t running_statements = 0;  // sessions that have a statement running
  std::size_t max_user_client_connections = 0;
  std::size_t max_result_rows = 0;  // of one statement, where the mode is read_only
  std::size_t max_result_bytes = 0;
  bool operator==(const UsageLimits&) const = default;
};

// Somebody who gets another mode, access policy or limits than the database has.
struct Principal {
  Match match;
  std::optional<Mode> mode;  // nothing: the database's
  AccessRules access;        // the database's, with the keys that are given here replaced
  UsageLimits limits;        // likewise
};

// A `url` has been taken apart: its parts are in these fields.
struct Database {
  std::string name;  // what clients ask for
  std::vector<std::string> host = {"localhost"};
  std::vector<std::uint16_t> port = {5432};  // one for all hosts, or one for each
  std::string dbname;                        // never empty once loaded: defaults to `name`
  std::string user;
  Secret password;
  std::string ssl_mode = "prefer";
  std::string ssl_root_cert, ssl_cert, ssl_key;
  std::string target_session_attrs = "any";
  PoolMode pool_mode = PoolMode::Session;
  std::size_t min_pool_size = 2;
  std::size_t max_pool_size = 10;
  Duration pool_wait_timeout = std::chrono::seconds(10);
  Duration server_idle_timeout = std::chrono::minutes(10);
  Duration server_lifetime = std::chrono::hours(1);
  Duration connect_timeout = std::chrono::seconds(5);
  policy::Enforcement enforcement = policy::Enforcement::Enforce;
  Mode mode = Mode::ReadOnly;
  Duration catalog_refresh =
      std::chrono::seconds(5);            // 0: at start, on a miss, DDL and reload only
  std::vector<std::string> allowed_gucs;  // lower case
  std::string readonly_role;
  std::vector<std::string> safe_search_path = {"public"};
  Duration statement_timeout = std::chrono::seconds(30);
  Duration idle_in_transaction_timeout = std::chrono::seconds(60);
  Duration query_timeout = std::chrono::seconds(0);
  Duration transaction_timeout = std::chrono::seconds(0);
  std::size_t max_db_client_connections = 0;  // 0: any number
  AccessRules access;
  UsageLimits limits;
  std::vector<Principal> principals;  // the first that matches counts
};

struct Audit {
  bool enabled = true;
  Storage storage = Storage::File;
  std::string file_path = "/var/log/postern/audit.jsonl";
  std::size_t max_size_mb = 100;
  std::size_t max_files = 10;
  Duration rotate_every{0};  // 0: by size alone
  bool redact_sql = false;
  Durability durability = Durability::Write;
  Duration write_timeout = std::chrono::seconds(5);  // with Durability::Fsync; 0: none
  OnFailure on_failure = OnFailure::Deny;
  Secret key;  // of the chain; empty: hashed, not signed
};

struct Metrics {
  bool enabled = true;
  std::string address = "127.0.0.1";
  std::uint16_t port = 9090;  // 0: a free one
  std::string path = "/metrics";
};

struct Logging {
  LogLevel level = LogLevel::Info;
  LogFormat format = LogFormat::Json;
  bool log_sql = false;
};

struct Config {
  Listen listen;
  std::vector<User> users;
  AuthQuery auth_query;
  std::vector<Database> databases;
  Audit audit;
  Metrics metrics;
  Logging logging;
};

}  // namespace gateway::config
