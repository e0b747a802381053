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
  - name: {second_user}
    auth: scram-sha-256
    password: "{password}"
  - name: {third_user}
    auth: scram-sha-256
    password: "{password}"

databases:
  - name: {database}                 # the name that clients use
    host: 127.0.0.1
    port: {server_port}
    dbname: shop
    user: {server_user}      # what the gateway logs in as …
    password: "{server_password}"
    readonly_role: {server_role} # … and the role that it then takes on
    pool_mode: session
    min_pool_size: 1
    max_pool_size: 10
    pool_wait_timeout: 10s
    mode: read_only            # statements that write are refused
    safe_search_path: [public]
    statement_timeout: 30s
    idle_in_transaction_timeout: 60s

    access_policy:
      allowed_schemas: [public, analytics]   # personnel (hr) is not among them
      tables:                  # a table that is added tomorrow is not readable before it stands here
        allowed: [customers, products, orders, order_items, "analytics.*"]
      columns:                 # also in WHERE, JOIN and ORDER BY, and behind views
        denied: [customers.ssn]
        denied_patterns: ["*.*password*"]
        on_denied: reject
        select_star_policy: reject
      functions:
        # What psql's \d+, \df+ and \sf show and Prisma's db pull asks for: source texts, not values.
        allowed:
          - pg_catalog.pg_get_viewdef
          - pg_catalog.pg_get_ruledef
          - pg_catalog.pg_get_functiondef
          - pg_catalog.pg_get_function_sqlbody
        denied: [pg_sleep]     # refused anyway, with everything else that waits
      views: transparent       # a view is judged by the columns that it gives out
      system_catalogs: safe    # what clients need to know of tables and columns, nothing more
      allow_explain: true

    principals:                # who gets something else; what they do not say is as above
      - match: {{users: [{second_user}]}}
        access_policy:         # SELECT * is written out as the columns that may be read
          columns: {{select_star_policy: expand_safe}}
      - match: {{users: [{third_user}]}}
        access_policy:         # a table is replaced by what may be read of it
          columns: {{on_denied: filter}}

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
  return fmt::format(
      kTemplate, fmt::arg("port", config.port), fmt::arg("user", kClientUser),
      fmt::arg("second_user", kSecondUser), fmt::arg("third_user", kThirdUser),
      fmt::arg("password", kClientPassword), fmt::arg("database", kDatabase),
      fmt::arg("server_port", config.server_port), fmt::arg("server_user", kServerUser),
      fmt::arg("server_role", kServerRole), fmt::arg("server_password", config.server_password),
      fmt::arg("metrics_port", config.metrics_port), fmt::arg("audit_path", config.audit_path));
}

}  // namespace gateway::demo
