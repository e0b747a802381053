// SPDX-License-Identifier: Apache-2.0
#include "gateway/demo/cluster.h"

#include <fmt/format.h>

#include <sstream>
#include <utility>

#include "gateway/demo/ports.h"
#include "gateway/demo/shop.h"

namespace gateway::demo {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr auto kInitTimeout = 120s;
constexpr auto kStartTimeout = 60s;
constexpr auto kLoadTimeout = 120s;
constexpr std::size_t kLogLines = 15;
constexpr int kStartAttempts = 3;  // somebody may take the free port before PostgreSQL does

struct Layout {
  fs::path data, sockets, log;
};

// A program of PostgreSQL's that must end with 0.
Result<void> run(const Command& command, Signals& signals, std::chrono::milliseconds at_most) {
  auto child = Child::spawn(command);
  if (!child) return std::unexpected(child.error());
  const auto code = child->wait(signals, at_most);
  if (!code) return std::unexpected(code.error());
  if (*code == 0) return {};
  return fail(fmt::format("{} ended with {}:\n{}", command.argv.front(), *code,
                          tail(command.output_path, kLogLines)));
}

Result<void> init(const ClusterPlan& plan, const Layout& layout, Signals& signals) {
  const Command command{
      .argv = {plan.binaries.initdb, "--pgdata=" + layout.data.string(), "--username=postgres",
               "--auth-local=trust", "--auth-host=scram-sha-256", "--encoding=UTF8", "--locale=C",
               "--no-sync"},
      .environment = {},
      .account = plan.account,
      .input_path = {},
      .output_path = layout.log};
  return run(command, signals, kInitTimeout);
}

Result<Child> launch(const ClusterPlan& plan, const Layout& layout, std::uint16_t port) {
  Command command{.argv = {plan.binaries.postgres, "-D", layout.data},
                  .environment = {},
                  .account = plan.account,
                  .input_path = {},
                  .output_path = layout.log,
                  .stop_signal = SIGINT};  // PostgreSQL's fast shutdown
  for (const std::string& setting :
       {std::string("listen_addresses=127.0.0.1"), fmt::format("port={}", port),
        "unix_socket_directories=" + layout.sockets.string(), std::string("fsync=off"),
        std::string("full_page_writes=off"), std::string("max_connections=40"),
        std::string("shared_buffers=32MB"), std::string("timezone=UTC"),
        std::string("log_timezone=UTC")}) {
    command.argv.insert(command.argv.end(), {"-c", setting});
  }
  return Child::spawn(command);
}

// The postmaster writes "ready" into the eighth line of its lock file; pg_ctl looks there too.
bool is_ready(const Layout& layout) {
  std::istringstream lines(read_file(layout.data / "postmaster.pid"));
  std::string line;
  for (int number = 1; number <= 8; ++number) {
    if (!std::getline(lines, line)) return false;
  }
  return line.starts_with("ready");
}

Result<void> await_ready(Child& server, const Layout& layout, Signals& signals) {
  const auto deadline = std::chrono::steady_clock::now() + kStartTimeout;
  while (!is_ready(layout)) {
    if (signals.stopping()) return std::unexpected(Failure{"stopped", true});
    if (server.exit_code() || std::chrono::steady_clock::now() > deadline) {
      return fail("PostgreSQL did not start:\n" + tail(layout.log, kLogLines));
    }
    signals.wait(20ms);
  }
  return {};
}

struct Started {
  Child process;
  std::uint16_t port;
};

Result<Started> start(const ClusterPlan& plan, const Layout& layout, Signals& signals) {
  Failure last;
  for (int attempt = 0; attempt < kStartAttempts && !last.stopped; ++attempt) {
    const auto port = free_port();
    if (!port) return std::unexpected(port.error());
    auto process = launch(plan, layout, *port);
    if (!process) return std::unexpected(process.error());
    const auto ready = await_ready(*process, layout, signals);
    if (ready) return Started{std::move(*process), *port};
    last = ready.error();
  }
  return std::unexpected(last);
}

struct LoadPlan {
  fs::path script;
  std::uint16_t port;
};

Result<void> load(const ClusterPlan& plan, const Layout& layout, const LoadPlan& what,
                  Signals& signals) {
  // The password travels in a file that only we can open, not in an argument that all can see.
  const auto written = write_private_file(
      what.script, fmt::format("\\set gateway_password '{}'\n{}", plan.gateway_password, kShopSql));
  if (!written) return written;
  const Command command{.argv = {plan.binaries.psql, "-X", "-q", "-w", "-h", layout.sockets, "-p",
                                 fmt::format("{}", what.port), "-U", "postgres", "-d", "postgres"},
                        .environment = {},
                        .account = plan.account,
                        .input_path = what.script,
                        .output_path = layout.log};
  auto loaded = run(command, signals, kLoadTimeout);
  std::error_code ignored;
  fs::remove(what.script, ignored);
  return loaded;
}

}  // namespace

Cluster::Cluster(Child process, std::uint16_t port, fs::path log_path)
    : process_(std::move(process)), port_(port), log_path_(std::move(log_path)) {}

Result<Cluster> Cluster::make(const ClusterPlan& plan, const TempDir& folder, Signals& signals) {
  const auto data = folder.make_private("data", plan.account);
  if (!data) return std::unexpected(data.error());
  const auto sockets = folder.make_private("sockets", plan.account);
  if (!sockets) return std::unexpected(sockets.error());
  const Layout layout{*data, *sockets, folder.path() / "postgres.log"};

  if (const auto made = init(plan, layout, signals); !made) return std::unexpected(made.error());
  auto started = start(plan, layout, signals);
  if (!started) return std::unexpected(started.error());
  const LoadPlan what{folder.path() / "shop.sql", started->port};
  if (const auto loaded = load(plan, layout, what, signals); !loaded) {
    return std::unexpected(loaded.error());
  }
  return Cluster{std::move(started->process), started->port, layout.log};
}

}  // namespace gateway::demo
