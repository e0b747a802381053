// SPDX-License-Identifier: Apache-2.0
#include "gateway/server.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <optional>
#include <utility>
#include <vector>

#include "gateway/admin/denials.h"
#include "gateway/admin/socket.h"
#include "gateway/build_settings.h"
#include "gateway/denying.h"
#include "gateway/listeners.h"
#include "gateway/net/loop.h"
#include "gateway/operations.h"
#include "gateway/profiles/keeper.h"
#include "gateway/reload_notes.h"
#include "gateway/service_manager.h"
#include "gateway/telemetry/log.h"
#include "gateway/tls_files.h"
#include "gateway/tls_keeper.h"

namespace gateway {
namespace {

constexpr std::size_t kVerdictCacheBytes = 32u << 20;
constexpr std::chrono::milliseconds kTick{250};
constexpr std::chrono::milliseconds kProbe{1000};
constexpr std::chrono::minutes kAuditHead{1};
constexpr std::chrono::milliseconds kLogLinesWait{20};

std::string random_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  // Keys and nonces that can be guessed are worse than no gateway. Of the kernel, 256 at most:
  // OpenSSL's generator took a twelfth of what a login costs.
  if (::getentropy(bytes.data(), count) != 0) std::abort();
  return bytes;
}

std::uint64_t random_key() {
  std::uint64_t key = 0;
  for (const char byte : random_bytes(sizeof key))
    key = key << 8 | static_cast<unsigned char>(byte);
  return key;
}

std::chrono::microseconds since_epoch() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::system_clock::now().time_since_epoch());
}

// What `postern audit verify --head` takes, kept where whoever can write the audit cannot write.
void log_audit_head(const audit::Log& log) {
  const audit::ChainHead head = log.head();
  if (head.mac.empty()) return;
  telemetry::log_info("audit head", {{"chain_id", head.chain_id},
                                     {"seq", head.sequence},
                                     {"mac", head.mac},
                                     {"head", head.text()}});
}

}  // namespace

struct Server::State {
  State(const config::Config& settings, std::unique_ptr<audit::Log> audit_log)
      : config(settings),
        users(users_of(settings, secret_of(settings))),
        audit(std::move(audit_log)),
        metrics(metric_names(settings)),
        verdicts(kVerdictCacheBytes, random_key()),
        plans(random_key()) {}

  void open_databases();
  void watch(relay::Database& database);
  void on_signal(const char* name);
  void stop_at_once();
  std::string summary() const;
  void drain();
  void reload();
  void on_reloaded(telemetry::ReloadResult result);
  void stop_when_empty();

  config::Config config;
  net::Loop loop;
  auth::Users users;
  std::unique_ptr<audit::Log> audit;
  telemetry::LoopMetrics metrics;
  ReloadNotes reload_notes{loop, *audit, metrics};
  policy::VerdictCache verdicts;
  session::PlanCache plans;
  admin::Denials denials;
  std::optional<TlsKeeper> tls;  // never empty once it serves
  std::vector<relay::Database> databases;
  std::optional<relay::Roster> roster;
  std::optional<Listeners> listeners;
  std::unique_ptr<http::Server> operations;
  std::optional<Reloader> reloader;
  ServiceManager manager = ServiceManager::from_environment();
  std::optional<Denying> denying;
  std::unique_ptr<admin::Socket> admin_socket;
  net::Timer tick{loop}, probe{loop}, audit_head{loop}, log_lines{loop}, deadline{loop};
  std::vector<std::unique_ptr<net::Signal>> signals;
  bool draining = false, cut_off = false;
};

void Server::State::open_databases() {
  for (std::size_t i = 0; i < config.databases.size(); ++i) {
    const auto& database = config.databases[i];
    relay::Database& opened = databases.emplace_back();
    opened.name = database.name;
    opened.metrics_id = i;
    opened.keeper = std::make_unique<profiles::Keeper>(
        loop, std::make_shared<const config::Database>(database), config.listen, look_of(database));
    opened.pool = upstream::make_pool(loop, pool_settings(database));
    opened.counterpart_pool = upstream::make_pool(loop, counterpart_pool_settings(database));
  }
  for (auto& database : databases) {
    database.keeper->on_change([this, &database] {
      if (roster) roster->judge_anew(database);
    });
  }
}

// A database that nobody uses is asked now and then whether it is there, so that /readyz knows and
// a login can be answered without a server.
void Server::State::watch(relay::Database& database) {
  const auto counts = database.pool->counts();
  const bool is_known = database.pool->known_parameters() != nullptr && database.pool->reachable();
  if (is_known || counts.connecting + counts.waiting > 0) return;
  database.pool->acquire(
      [&pool = *database.pool](std::unique_ptr<upstream::Server> server) {
        pool.reset(std::move(server));
      },
      [](const upstream::PoolFailure&) {});
}

void Server::State::on_signal(const char* name) {
  telemetry::log_info("signal received", {{"signal", name}});
  if (!draining) return drain();
  stop_at_once();
}

void Server::State::stop_at_once() {
  if (!draining) manager.stopping("ending all sessions");
  draining = true;
  cut_off = !roster->empty();
  listeners->close();
  roster->end_all();
  loop.stop();
}

void Server::State::drain() {
  draining = true;
  manager.stopping("waiting for transactions to end");
  listeners->close();
  probe.stop();
  roster->drain();
  deadline.start(config.listen.shutdown_timeout, [this] { stop_at_once(); });
}

void Server::State::reload() {
  if (draining) return;
  manager.reloading();
  reloader->reload();
}

void Server::State::on_reloaded(telemetry::ReloadResult result) {
  if (draining) return;
  const bool has_failed = result == telemetry::ReloadResult::Failed;
  manager.ready((has_failed ? "a reload failed and changed nothing; " : "") + summary());
}

void Server::State::stop_when_empty() {
  if (!draining || !roster->empty()) return;
  for (auto& database : databases) {
    database.pool->drain();
    database.counterpart_pool->drain();
  }
  loop.stop();
}

std::expected<std::unique_ptr<Server>, std::string> Server::open(const config::Config& config,
                                                                 Reread reread) {
  auto audit_log = audit::Log::open(audit_settings(config.audit), since_epoch);
  if (!audit_log) return std::unexpected(audit_log.error());
  auto state = std::make_unique<State>(config, std::move(*audit_log));
  State& s = *state;
  auto tls = load_tls(config.listen.tls);
  if (!tls) return std::unexpected(text_of(tls.error()));
  s.tls.emplace(TlsKeeper::Surroundings{s.loop, s.reload_notes}, config.listen.tls,
                std::move(*tls));
  s.open_databases();
  s.roster.emplace(relay::Surroundings{s.loop, s.users, *s.audit, s.metrics, s.verdicts, s.plans,
                                       s.databases, s.denials, s.tls->tls(), limits_of(config),
                                       random_bytes, proxies_of(config.listen),
                                       directory_of(config)});
  s.reloader.emplace(
      Running{s.loop, s.config, s.users, *s.tls, s.databases, *s.roster, s.reload_notes},
      std::move(reread), [&s](telemetry::ReloadResult result) { s.on_reloaded(result); });
  s.denying.emplace(Denying::Running{s.loop, s.denials, *s.roster, *s.audit});
  if (!config.listen.admin_socket.empty()) {
    auto socket = admin::Socket::open(
        s.loop, config.listen.admin_socket,
        [&s](std::string_view line, std::uint32_t uid) { return s.denying->answer(line, uid); });
    if (!socket) return std::unexpected(socket.error());
    s.admin_socket = std::move(*socket);
  }
  auto listeners = Listeners::open(
      s.loop, config.listen, [&s](int fd, const net::Peer& peer) { s.roster->accept(fd, peer); });
  if (!listeners) return std::unexpected(listeners.error());
  s.listeners = std::move(*listeners);
  if (config.metrics.enabled) {
    auto operations = serve_operations(s.loop, config.metrics,
                                       {*s.roster, s.metrics, s.verdicts, s.plans, *s.audit,
                                        s.databases, std::chrono::steady_clock::now()});
    if (!operations) return std::unexpected(operations.error());
    s.operations = std::move(*operations);
  }
  return std::unique_ptr<Server>(new Server(std::move(state)));
}

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}

// The last records are those of sessions that end with the roster.
Server::~Server() {
  State& s = *state_;
  s.reloader.reset();
  s.operations.reset();
  s.listeners.reset();
  s.roster.reset();
  s.tls.reset();
  s.audit->flush();
  log_audit_head(*s.audit);
}

std::string Server::State::summary() const {
  const std::string& socket = listeners->socket_path();
  return fmt::format("{} port {}{}{}, {} databases", fmt::join(config.listen.address, ", "),
                     listeners->port(), socket.empty() ? "" : " and ", socket, databases.size());
}

std::uint16_t Server::port() const { return state_->listeners->port(); }

void Server::run() {
  State& s = *state_;
  for (const auto& [number, name] : {std::pair{SIGTERM, "SIGTERM"}, std::pair{SIGINT, "SIGINT"}}) {
    s.signals.push_back(
        std::make_unique<net::Signal>(s.loop, number, [&s, name] { s.on_signal(name); }));
  }
  s.signals.push_back(std::make_unique<net::Signal>(s.loop, SIGQUIT, [&s] {
    telemetry::log_info("signal received", {{"signal", "SIGQUIT"}});
    s.stop_at_once();
  }));
  s.signals.push_back(std::make_unique<net::Signal>(s.loop, SIGHUP, [&s] { s.reload(); }));
  s.tick.repeat(kTick, [&s] {
    s.denying->expire();
    s.roster->tick();
    s.stop_when_empty();
  });
  telemetry::gather_log();
  s.loop.on_check([&s] {
    if (!telemetry::holds_log_lines() || s.log_lines.active()) return;
    s.log_lines.start(kLogLinesWait, [] { telemetry::flush_log(); });
  });
  const auto watch_all = [&s] {
    for (auto& database : s.databases) s.watch(database);
  };
  watch_all();
  s.probe.repeat(kProbe, watch_all);
  s.audit_head.repeat(kAuditHead, [&s] { log_audit_head(*s.audit); });
  telemetry::log_info("serving",
                      {{"address", fmt::format("{}", fmt::join(s.config.listen.address, ", "))},
                       {"port", s.listeners->port()},
                       {"unix_socket", s.listeners->socket_path()},
                       {"metrics_port", s.operations ? s.operations->port() : 0},
                       {"databases", s.databases.size()}});
  s.manager.ready(s.summary());
  s.loop.run();
  telemetry::stop_gathering();  // what follows may wait for a disk
  telemetry::log_info("stopped", {{"cut_off", s.cut_off}});
}

}  // namespace gateway
