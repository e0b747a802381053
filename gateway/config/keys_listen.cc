// SPDX-License-Identifier: Apache-2.0
// listen: where clients connect, and TLS towards them.
#include <array>

#include "gateway/config/key_tables.h"

namespace gateway::config {
namespace {

using std::string_view;

template <auto Field>
Slot listen(const Cursor& cursor) {
  return in<&Config::listen, Field>(cursor);
}

template <auto Field>
Slot tls(const Cursor& cursor) {
  return &(cursor.config.listen.tls.*Field);
}

constexpr std::array<string_view, 3> kTlsMode{"disable", "allow", "require"};
constexpr std::array<string_view, 1> kOne{"1"};

constexpr Range kClients{1, 100'000};
constexpr Range kStatementBytes{1 << 10, 16 << 20};

constexpr auto kKeys = std::to_array<Key>({
    {"listen", Type::Map},
    {.path = "listen.address", .type = Type::OneOrMore, .slot = listen<&Listen::address>},
    {.path = "listen.port",
     .type = Type::Integer,
     .slot = listen<&Listen::port>,
     .range = kListenPort},
    {.path = "listen.unix_socket_dir",
     .type = Type::Text,
     .slot = listen<&Listen::unix_socket_dir>},
    {.path = "listen.unix_socket_permissions",
     .type = Type::Text,
     .slot = listen<&Listen::unix_socket_permissions>},
    {"listen.proxy_protocol", Type::Map},
    {.path = "listen.proxy_protocol.networks",
     .type = Type::List,
     .slot = listen<&Listen::proxy_networks>},
    {.path = "listen.workers", .type = Type::Integer, .built = kNo, .off = kOne},
    {"listen.tls", Type::Map},
    {.path = "listen.tls.mode", .type = Type::Word, .slot = tls<&Tls::mode>, .words = kTlsMode},
    {.path = "listen.tls.cert", .type = Type::Text, .slot = tls<&Tls::cert>},
    {.path = "listen.tls.key", .type = Type::Text, .slot = tls<&Tls::key>},
    {.path = "listen.tls.client_ca", .type = Type::Text, .slot = tls<&Tls::client_ca>},
    {.path = "listen.max_clients",
     .type = Type::Integer,
     .slot = listen<&Listen::max_clients>,
     .range = kClients},
    {.path = "listen.max_statement_bytes",
     .type = Type::Size,
     .slot = listen<&Listen::max_statement_bytes>,
     .range = kStatementBytes},
    {.path = "listen.shutdown_timeout",
     .type = Type::Interval,
     .slot = listen<&Listen::shutdown_timeout>,
     .range = kTimeout},
    {.path = "listen.client_login_timeout",
     .type = Type::Interval,
     .slot = listen<&Listen::client_login_timeout>,
     .range = kPositiveTimeout},
    {.path = "listen.client_idle_timeout",
     .type = Type::Interval,
     .slot = listen<&Listen::client_idle_timeout>,
     .range = kTimeout},
    {.path = "listen.admin_socket", .type = Type::Text, .slot = listen<&Listen::admin_socket>},
});

}  // namespace

Keys listen_keys() { return kKeys; }

}  // namespace gateway::config
