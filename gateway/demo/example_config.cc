// SPDX-License-Identifier: Apache-2.0
#include "gateway/demo/example_config.h"

#include <fmt/format.h>

namespace gateway::demo {
namespace {

constexpr std::string_view kTemplate =
    R"yaml(# Written by `postern demo`. Check a copy with: postern config validate --config FILE
listen:
  address: 127.0.0.1
  port: {port}
  max_clients: 100
  shutdown_timeout: 5s

users:                         # who may connect to the gateway
  - name: {user}
    auth: scram-sha-256
    password: "{password}"

databases:
  - name: {database}                 # the name that clients use
    host: 127.0.0.1
    port: {server_port}
    dbname: shop
    user: postern_gateway      # what the gateway logs in as …
    password: "{server_password}"
    readonly_role: shop_reader # … and the role that it then takes on
    pool_mode: session
    min_pool_size: 1
    max_pool_size: 10
    pool_wait_timeout: 10s
    mode: read_only            # statements that write are refused
    safe_search_path: [public]
    statement_timeout: 30s
    idle_in_transaction_timeout: 60s

observability:
  metrics:                     # also /healthz, /readyz and /status
    enabled: true
    address: 127.0.0.1
    port: {metrics_port}
    path: /metrics
  logging:
    level: info
    format: console

audit:                         # one JSON object a line
  enabled: true
  storage: file
  file_path: "{audit_path}"
  on_failure: deny
)yaml";

}  // namespace

std::string to_yaml(const ExampleConfig& config) {
  return fmt::format(kTemplate, fmt::arg("port", config.port), fmt::arg("user", kClientUser),
                     fmt::arg("password", kClientPassword), fmt::arg("database", kDatabase),
                     fmt::arg("server_port", config.server_port),
                     fmt::arg("server_password", config.server_password),
                     fmt::arg("metrics_port", config.metrics_port),
                     fmt::arg("audit_path", config.audit_path));
}

}  // namespace gateway::demo
