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

namespace gateway {
namespace {

constexpr std::size_t kErrorsInAuditMax = 5;

}  // namespace

struct Reloader::Outcome {
  std::expected<config::Config, std::vector<std::string>> config;
  std::optional<auth::Users> users;  // deriving their verifiers takes time
};

Reloader::Reloader(Running running, Reread reread)
    : running_(running),
      reread_(std::move(reread)),
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
        if (outcome->config) outcome->users = users_of(*outcome->config, secret_);
      },
      [this, outcome] { take(*outcome); });
}

void Reloader::take(Outcome& outcome) {
  if (!outcome.config) return refuse(outcome.config.error());
  running_.users = std::move(*outcome.users);
  put_in_force(config::reload(running_.config, *outcome.config));
}

void Reloader::refuse(const std::vector<std::string>& errors) {
  for (const auto& error : errors) {
    telemetry::log_error("configuration refused", {{"why", error}});
  }
  telemetry::log_error("reload failed: nothing changes", {{"errors", errors.size()}});
  ++running_.metrics.config_reloads[telemetry::ReloadResult::Failed];
  const std::size_t shown = std::min(errors.size(), kErrorsInAuditMax);
  const std::string more =
      shown < errors.size() ? fmt::format("; and {} more", errors.size() - shown) : "";
  note("failed",
       fmt::format("{}{}",
                   fmt::join(errors.begin(), errors.begin() + static_cast<long>(shown), "; "),
                   more));
  finish();
}

void Reloader::put_in_force(const config::Reload& reload) {
  const auto before = std::exchange(running_.config, reload.config);
  kept_ = reload.kept;
  telemetry::set_log_level(log_level(reload.config.logging.level));
  not_in_force_count_ = running_.databases.size();
  for (std::size_t i = 0; i < running_.databases.size(); ++i) {
    use(running_.databases[i], before.databases[i], running_.config.databases[i]);
  }
}

// Statements are judged by the new rules first, servers pinned by them next: a session keeps the
// server that it has.
void Reloader::use(relay::Database& database, const config::Database& before,
                   const config::Database& after) {
  database.keeper->use(std::make_shared<const config::Database>(after), running_.config.listen,
                       [this] { on_in_force(); });
  database.keeper->refresh(profiles::Reason::Operator, [] {});
  auto pinned = config::pinned_settings(after);
  if (pinned == config::pinned_settings(before)) return;
  database.pool->pin(std::move(pinned));
  database.writing_pool->pin(config::writing_settings(after));
}

void Reloader::on_in_force() {
  if (--not_in_force_count_ > 0) return;
  report_ok();
  finish();
}

void Reloader::report_ok() {
  ++running_.metrics.config_reloads[telemetry::ReloadResult::Ok];
  telemetry::log_info("configuration reloaded", {{"users", running_.config.users.size()},
                                                 {"databases", running_.databases.size()}});
  const std::string kept = fmt::format("{}", fmt::join(kept_, ", "));
  if (!kept.empty()) telemetry::log_warn("needs a restart: " + kept);
  note("ok", kept.empty() ? "" : "needs a restart: " + kept);
}

void Reloader::note(const std::string& status, const std::string& detail) {
  running_.audit.append(
      audit::Log::format_session({}),
      audit::Occurrence{.event = audit::Event::ConfigReloaded, .status = status, .detail = detail});
  running_.loop.wake();
}

void Reloader::finish() {
  is_busy_ = false;
  if (std::exchange(is_asked_again_, false)) read();
}

}  // namespace gateway
