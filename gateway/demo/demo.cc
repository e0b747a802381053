// SPDX-License-Identifier: Apache-2.0
#include "gateway/demo/demo.h"

#include <fmt/format.h>
#include <sys/random.h>

#include <cstdio>
#include <span>

#include "gateway/demo/cluster.h"
#include "gateway/demo/example_config.h"
#include "gateway/demo/http_get.h"
#include "gateway/demo/ports.h"
#include "gateway/demo/tour.h"

namespace gateway::demo {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr auto kReadyTimeout = 30s;
constexpr std::size_t kLogLines = 30;

struct Ports {
  std::uint16_t client = 0, metrics = 0;
};

Result<std::string> random_password() {
  unsigned char bytes[16];
  if (getrandom(bytes, sizeof bytes, 0) != sizeof bytes) return fail_errno("no random bytes");
  return fmt::format("{:02x}", fmt::join(std::span(bytes), ""));
}

Result<Ports> choose_ports(const DemoOptions& options) {
  if (!options.check) {
    for (const std::uint16_t port : {options.port, options.metrics_port}) {
      if (!is_port_free(port)) {
        return fail(fmt::format(
            "port {} of 127.0.0.1 is in use; choose others with --port and --metrics-port", port));
      }
    }
    return Ports{options.port, options.metrics_port};
  }
  const auto client = free_port();
  if (!client) return std::unexpected(client.error());
  auto metrics = free_port();
  while (metrics && *metrics == *client) metrics = free_port();
  if (!metrics) return std::unexpected(metrics.error());
  return Ports{*client, *metrics};
}

// The parts of a running demo. Members go in reverse order: gateway, PostgreSQL, directory.
struct Demo {
  Binaries binaries;
  Ports ports;
  TempDir folder;
  Cluster cluster;
  fs::path config_path, audit_path, gateway_log;
  std::string server_password;
};

Result<Demo> prepare(const DemoOptions& options, Signals& signals) {
  auto binaries = find_binaries(default_places());
  if (!binaries) return std::unexpected(binaries.error());
  auto account = unprivileged_account();
  if (!account) return std::unexpected(account.error());
  const auto ports = choose_ports(options);
  if (!ports) return std::unexpected(ports.error());
  const auto password = random_password();
  if (!password) return std::unexpected(password.error());
  auto folder = TempDir::make();
  if (!folder) return std::unexpected(folder.error());

  fmt::print("Starting a throwaway PostgreSQL in {} …\n", folder->path().string());
  std::fflush(stdout);
  auto cluster = Cluster::make({*binaries, *account, *password}, *folder, signals);
  if (!cluster) return std::unexpected(cluster.error());

  const fs::path root = folder->path();
  Demo demo{*binaries,
            *ports,
            std::move(*folder),
            std::move(*cluster),
            root / "postern.yaml",
            root / "audit.jsonl",
            options.check ? root / "postern.log" : fs::path(),
            *password};
  const auto written =
      write_private_file(demo.config_path, to_yaml({.port = ports->client,
                                                    .metrics_port = ports->metrics,
                                                    .server_port = demo.cluster.port(),
                                                    .server_password = *password,
                                                    .audit_path = demo.audit_path}));
  if (!written) return std::unexpected(written.error());
  return demo;
}

Failure gateway_failure(const Demo& demo, std::string_view what) {
  return {fmt::format("postern serve {}\n{}", what, tail(demo.gateway_log, kLogLines))};
}

Result<void> await_ready(const Demo& demo, Child& gateway, Signals& signals) {
  const auto deadline = std::chrono::steady_clock::now() + kReadyTimeout;
  while (true) {
    const auto reply = http_get({demo.ports.metrics, "/readyz"}, 2s);
    if (reply && reply->status == 200) return {};
    if (signals.stopping()) return std::unexpected(Failure{"stopped", true});
    if (const auto code = gateway.exit_code()) {
      return std::unexpected(gateway_failure(demo, fmt::format("ended with {}:", *code)));
    }
    if (std::chrono::steady_clock::now() > deadline) {
      return std::unexpected(gateway_failure(demo, "is not ready:"));
    }
    signals.wait(20ms);
  }
}

void print_welcome(const Demo& demo) {
  fmt::print(R"(
Postern listens on 127.0.0.1:{0}, metrics on http://127.0.0.1:{1}/metrics

  Connect:   PGPASSWORD={2} psql -h 127.0.0.1 -p {0} -U {3} {4}

  Try:       \d
             SELECT * FROM analytics.category_sales;
             SELECT full_name, ssn FROM customers;               -- refused: a column
             SELECT c FROM customers c;                          -- refused: it is in there
             SELECT * FROM hr.salaries;                          -- refused: a schema
             INSERT INTO products VALUES (0, 'x', 'home', 1, 1); -- refused: read_only
             SELECT 1; DROP TABLE customers;                     -- in one psql -c: refused whole
             SELECT * FROM customers;                            -- as {7}: what may be read

  Config:    {5}
  Audit:     tail -f {6}

PostgreSQL itself would answer all of these SELECTs: what is refused, Postern's policy refuses.
Ctrl-C ends the demo and removes all of it.

)",
             demo.ports.client, demo.ports.metrics, kClientPassword, kClientUser, kDatabase,
             demo.config_path.string(), demo.audit_path.string(), kSecondUser);
  std::fflush(stdout);
}

Result<void> serve_until_stopped(Demo& demo, Child& gateway, Signals& signals) {
  print_welcome(demo);
  while (!signals.stopping()) {
    if (const auto code = gateway.exit_code()) {
      return fail(fmt::format("postern serve ended with {}", *code));
    }
    if (demo.cluster.process().exit_code()) {
      return fail("PostgreSQL ended:\n" + tail(demo.cluster.log_path(), kLogLines));
    }
    signals.wait(1s);
  }
  fmt::print("\nStopping …\n");
  return {};
}

Result<void> check(const Demo& demo, Child& gateway, Signals& signals) {
  const std::string as_reader = fmt::format("-c role={}", kServerRole);
  const auto failures = take_tour({.psql = {demo.binaries.psql, demo.folder.path()},
                                   .port = demo.ports.client,
                                   .metrics_port = demo.ports.metrics,
                                   .server = {.port = demo.cluster.port(),
                                              .user = kServerUser,
                                              .password = demo.server_password,
                                              .options = as_reader},
                                   .audit_path = demo.audit_path},
                                  signals);
  if (!failures) return std::unexpected(failures.error());
  const int code = gateway.stop();
  fmt::print("{} SIGTERM ends the gateway with {}\n", code == 0 ? "[ ok ]" : "[FAIL]", code);
  if (*failures == 0 && code == 0) {
    fmt::print("\nEverything did what it should.\n");
    return {};
  }
  return std::unexpected(
      gateway_failure(demo, fmt::format("failed {} checks; its log:", *failures + (code != 0))));
}

Result<void> run(const DemoOptions& options, Signals& signals) {
  auto demo = prepare(options, signals);
  if (!demo) return std::unexpected(demo.error());
  auto gateway = Child::spawn({.argv = {options.program, "serve", "--config", demo->config_path},
                               .environment = {},
                               .account = {},
                               .input_path = {},
                               .output_path = demo->gateway_log});
  if (!gateway) return std::unexpected(gateway.error());
  if (const auto ready = await_ready(*demo, *gateway, signals); !ready) return ready;
  return options.check ? check(*demo, *gateway, signals)
                       : serve_until_stopped(*demo, *gateway, signals);
}

}  // namespace

int run_demo(const DemoOptions& options) {
  Signals signals;
  const auto done = run(options, signals);
  std::fflush(stdout);
  if (done) return 0;
  if (done.error().stopped) return options.check ? 1 : 0;
  fmt::print(stderr, "postern demo: {}\n", done.error().message);
  return 1;
}

}  // namespace gateway::demo
