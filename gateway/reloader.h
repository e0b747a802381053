// SPDX-License-Identifier: Apache-2.0
// What SIGHUP does: reads the configuration again, and puts what may change in force without
// dropping a session. An invalid one changes nothing. Said in the log, the metrics and the audit.
#pragma once

#include <cstddef>
#include <expected>
#include <functional>
#include <string>
#include <vector>

#include "gateway/auth/users.h"
#include "gateway/config/load.h"
#include "gateway/config/reload.h"
#include "gateway/net/loop.h"
#include "gateway/net/worker.h"
#include "gateway/relay/roster.h"
#include "gateway/reload_notes.h"
#include "gateway/telemetry/metrics.h"
#include "gateway/tls_keeper.h"

namespace gateway {

// The configuration, or a line for each error. Called on a thread of its own.
using Reread = std::function<std::expected<config::Config, std::vector<std::string>>()>;

// What it changes; each outlives it.
struct Running {
  net::Loop& loop;
  config::Config& config;
  auth::Users& users;
  TlsKeeper& tls;
  std::vector<relay::Database>& databases;  // as those of `config`
  relay::Roster& roster;
  ReloadNotes& notes;
};

class Reloader {
 public:
  // `ended` is called on the loop once what was asked for is in force, or was refused.
  using Ended = std::function<void(telemetry::ReloadResult)>;
  Reloader(Running running, Reread reread, Ended ended);

  // Asked while one is under way, it reads once more after it.
  void reload();

 private:
  struct Outcome;
  void read();
  void take(Outcome& outcome);
  void refuse(const std::vector<std::string>& errors);
  void put_in_force(const config::Reload& reload);
  void use(relay::Database& database, const config::Database& before,
           const config::Database& after);
  void on_in_force();
  void report_ok();
  void finish(telemetry::ReloadResult result);

  Running running_;
  Reread reread_;
  Ended ended_;
  const std::string secret_;  // of the salts that users have, known or not
  bool is_busy_ = false, is_asked_again_ = false;
  std::size_t not_in_force_count_ = 0;
  std::vector<std::string> kept_;
  net::Worker worker_;
};

}  // namespace gateway
