// SPDX-License-Identifier: Apache-2.0
#include "gateway/reloader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "gateway/build_settings.h"
#include "gateway/config/libpq.h"
#include "gateway/telemetry/log.h"
#include "gateway/tls_files.h"

namespace gateway {
namespace {

constexpr std::size_t kErrorsInAuditMax = 5;

}  // namespace

struct Reloader::Outcome {
  std::expected<config::Config, std::vector<std::string>> config;
  std::optional<auth::Users> users;  // deriving their verifiers takes time
  LoadedTls tls;
};

Reloader::Reloader(Running running, Reread reread, Ended ended)
    : running_(running),
      reread_(std::move(reread)),
      ended_(std::move(ended)),
      secret_(secret_of(running_.config)),
      worker_(running_.loop) {}

void Reloader::reload() {
  if (is_busy_) {
    is_asked_again_ = true;
  } else {
    read();
  }
}

void Reloader::read() {
  is_busy_ = true;
  auto outcome = std::make_shared<Outcome>();
  worker_.submit(
      [this, outcome] {
        outcome->config = reread_();
        if (!outcome->config) return;
        if (auto tls = load_tls(outcome->config->listen.tls)) {
          outcome->tls = std::move(*tls);
          outcome->users = users_of(*outcome->config, secret_);
        } else {
          outcome->config = std::unexpected(std::vector{text_of(tls.error())});
        }
      },
      [this, outcome] { take(*outcome); });
}

void Reloader::take(Outcome& outcome) {
  if (!outcome.config) return refuse(outcome.config.error());
  running_.users = std::move(*outcome.users);
  running_.tls.use(outcome.config->listen.tls, std::move(outcome.tls));
  put_in_force(config::reload(running_.config, *outcome.config));
}

void Reloader::refuse(const std::vector<std::string>& errors) {
  for (const auto& error : errors) {
    telemetry::log_error("configuration refused", {{"why", error}});
  }
  telemetry::log_error("reload failed: nothing changes", {{"errors", errors.size()}});
  const std::size_t shown = std::min(errors.size(), kErrorsInAuditMax);
  const std::string more =
      shown < errors.size() ? fmt::format("; and {} more", errors.size() - shown) : "";
  running_.notes.add(
      telemetry::ReloadResult::Failed,
      fmt::format("{}{}",
                  fmt::join(errors.begin(), errors.begin() + static_cast<long>(shown), "; "),
                  more));
  finish(telemetry::ReloadResult::Failed);
}

void Reloader::put_in_force(const config::Reload& reload) {
  const auto before = std::exchange(running_.config, reload.config);
  kept_ = reload.kept;
  telemetry::set_log_level(log_level(reload.config.logging.level));
  running_.roster.use(limits_of(running_.config), proxies_of(running_.config.listen));
  if (!is_same_directory(before, running_.config)) {
    running_.roster.use(directory_of(running_.config));
  }
  not_in_force_count_ = running_.databases.size();
  for (std::size_t i = 0; i < running_.databases.size(); ++i) {
    use(running_.databases[i], before.databases[i], running_.config.databases[i]);
  }
}

// Statements are judged by the new rules first, servers connected and pinned by them next: a
// session keeps the server that it has, unless that is no longer the database's.
void Reloader::use(relay::Database& database, const config::Database& before,
                   const config::Database& after) {
  using Belief = profiles::Keeper::Belief;
  const bool is_moved = !config::is_same_place(before, after);
  if (is_moved || config::libpq_parameters(before) != config::libpq_parameters(after)) {
    database.keeper->read_by(look_of(after), is_moved ? Belief::Dropped : Belief::Kept);
  }
  database.keeper->use(std::make_shared<const config::Database>(after), running_.config.listen,
                       [this] { on_in_force(); });
  database.keeper->refresh(profiles::Reason::Operator, [] {});
  database.pool->use(pool_settings(after));
  database.counterpart_pool->use(counterpart_pool_settings(after));
  if (is_moved) running_.roster.retire(database);
}

void Reloader::on_in_force() {
  if (--not_in_force_count_ > 0) return;
  report_ok();
  finish(telemetry::ReloadResult::Ok);
}

void Reloader::report_ok() {
  telemetry::log_info("configuration reloaded", {{"users", running_.config.users.size()},
                                                 {"databases", running_.databases.size()}});
  const std::string kept = fmt::format("{}", fmt::join(kept_, ", "));
  if (!kept.empty()) telemetry::log_warn("needs a restart: " + kept);
  running_.notes.add(telemetry::ReloadResult::Ok, kept.empty() ? "" : "needs a restart: " + kept);
}

void Reloader::finish(telemetry::ReloadResult result) {
  is_busy_ = false;
  if (std::exchange(is_asked_again_, false)) return read();
  ended_(result);
}

}  // namespace gateway
