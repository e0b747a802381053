// SPDX-License-Identifier: Apache-2.0
// The configuration as plain values: what docs/configuration.md describes, defaults included. Knows
// no YAML. Durations are milliseconds, 0 meaning "no limit" where docs/configuration.md allows 0.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "gateway/config/secret.h"

namespace gateway::config {

using Duration = std::chrono::milliseconds;

// The items of each enum are in the order of its words in keys.cc.
enum class Auth : std::uint8_t { ScramSha256, Trust };
enum class PoolMode : std::uint8_t { Session };
enum class Mode : std::uint8_t { ReadOnly, Balanced, Permissive };
enum class Storage : std::uint8_t { File, Stdout };
enum class Durability : std::uint8_t { Write };
enum class OnFailure : std::uint8_t { Deny, Continue };
enum class LogLevel : std::uint8_t { Trace, Debug, Info, Warn, Error };
enum class LogFormat : std::uint8_t { Json, Console };

struct Listen {
  std::string address = "127.0.0.1";  // numeric IPv4 or IPv6, or "localhost"
  std::uint16_t port = 6432;          // 0: a free one
  std::size_t max_clients = 1000;
  std::size_t max_statement_bytes = 1 << 20;
  Duration shutdown_timeout = std::chrono::seconds(30);
  Duration client_login_timeout = std::chrono::seconds(15);
  Duration client_idle_timeout = std::chrono::seconds(0);
};

// With scram-sha-256 exactly one of verifier and password is set; with trust neither.
struct User {
  std::string name;
  Auth auth = Auth::ScramSha256;
  Secret verifier;  // SCRAM-SHA-256$iterations:salt$stored_key:server_key, checked
  Secret password;  // ASCII
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
  Mode mode = Mode::ReadOnly;
  std::vector<std::string> allowed_gucs;  // lower case
  std::string readonly_role;
  std::vector<std::string> safe_search_path = {"public"};
  Duration statement_timeout = std::chrono::seconds(30);
  Duration idle_in_transaction_timeout = std::chrono::seconds(60);
  bool allow_explain = false;
};

struct Audit {
  bool enabled = true;
  Storage storage = Storage::File;
  std::string file_path = "/var/log/postern/audit.jsonl";
  std::size_t max_size_mb = 100;
  std::size_t max_files = 10;
  bool redact_sql = false;
  Durability durability = Durability::Write;
  OnFailure on_failure = OnFailure::Deny;
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
  std::vector<Database> databases;
  Audit audit;
  Metrics metrics;
  Logging logging;
};

}  // namespace gateway::config
