// SPDX-License-Identifier: Apache-2.0
// databases: the server of each and its pool. What may be done there is in keys_profile.cc.
#include <array>

#include "gateway/config/key_tables.h"

namespace gateway::config {
namespace {

using std::string_view;

template <auto Field>
Slot database(const Cursor& cursor) {
  return &(cursor.config.databases[cursor.index].*Field);
}

constexpr std::array<string_view, 1> kPoolMode{"session"};
constexpr std::array<string_view, 1> kPoolModeUnbuilt{"transaction"};
constexpr std::array<string_view, 2> kEnforcement{"enforce", "warn"};
constexpr std::array<string_view, 6> kSslMode{"disable", "allow",     "prefer",
                                              "require", "verify-ca", "verify-full"};
constexpr std::array<string_view, 6> kTargetSession{"any",     "read-write", "read-only",
                                                    "primary", "standby",    "prefer-standby"};

constexpr Range kPort{1, 65'535};
constexpr Range kPoolMin{0, 10'000};
constexpr Range kPoolMax{1, 10'000};

constexpr auto kKeys = std::to_array<Key>({
    {"databases", Type::MapList},
    {.path = "databases[].name", .type = Type::Text, .slot = database<&Database::name>},
    {"databases[].url", Type::Secret},
    {.path = "databases[].host", .type = Type::OneOrMore, .slot = database<&Database::host>},
    {.path = "databases[].port",
     .type = Type::OneOrMore,
     .slot = database<&Database::port>,
     .range = kPort},
    {.path = "databases[].dbname", .type = Type::Text, .slot = database<&Database::dbname>},
    {.path = "databases[].user", .type = Type::Text, .slot = database<&Database::user>},
    {.path = "databases[].password", .type = Type::Secret, .slot = database<&Database::password>},
    {.path = "databases[].ssl_mode",
     .type = Type::Word,
     .slot = database<&Database::ssl_mode>,
     .words = kSslMode},
    {.path = "databases[].ssl_root_cert",
     .type = Type::Text,
     .slot = database<&Database::ssl_root_cert>},
    {.path = "databases[].ssl_cert", .type = Type::Text, .slot = database<&Database::ssl_cert>},
    {.path = "databases[].ssl_key", .type = Type::Text, .slot = database<&Database::ssl_key>},
    {.path = "databases[].target_session_attrs",
     .type = Type::Word,
     .slot = database<&Database::target_session_attrs>,
     .words = kTargetSession},
    {.path = "databases[].pool_mode",
     .type = Type::Word,
     .slot = database<&Database::pool_mode>,
     .words = kPoolMode,
     .unbuilt_words = kPoolModeUnbuilt},
    {.path = "databases[].min_pool_size",
     .type = Type::Integer,
     .slot = database<&Database::min_pool_size>,
     .range = kPoolMin},
    {.path = "databases[].max_pool_size",
     .type = Type::Integer,
     .slot = database<&Database::max_pool_size>,
     .range = kPoolMax},
    {.path = "databases[].pool_wait_timeout",
     .type = Type::Interval,
     .slot = database<&Database::pool_wait_timeout>,
     .range = kPositiveTimeout},
    {.path = "databases[].server_idle_timeout",
     .type = Type::Interval,
     .slot = database<&Database::server_idle_timeout>,
     .range = kPositiveTimeout},
    {.path = "databases[].server_lifetime",
     .type = Type::Interval,
     .slot = database<&Database::server_lifetime>,
     .range = kPositiveTimeout},
    {.path = "databases[].connect_timeout",
     .type = Type::Interval,
     .slot = database<&Database::connect_timeout>,
     .range = kPositiveTimeout},
    {.path = "databases[].enforcement",
     .type = Type::Word,
     .slot = database<&Database::enforcement>,
     .words = kEnforcement},
    {.path = "databases[].mode",
     .type = Type::Word,
     .slot = database<&Database::mode>,
     .words = kMode},
    {.path = "databases[].catalog_refresh",
     .type = Type::Interval,
     .slot = database<&Database::catalog_refresh>,
     .range = kTimeout},
    {"databases[].gucs", Type::Map},
    {.path = "databases[].gucs.allowed",
     .type = Type::List,
     .slot = database<&Database::allowed_gucs>},
    {.path = "databases[].readonly_role",
     .type = Type::Text,
     .slot = database<&Database::readonly_role>},
    {.path = "databases[].safe_search_path",
     .type = Type::List,
     .slot = database<&Database::safe_search_path>},
    {.path = "databases[].statement_timeout",
     .type = Type::Interval,
     .slot = database<&Database::statement_timeout>,
     .range = kTimeout},
    {.path = "databases[].idle_in_transaction_timeout",
     .type = Type::Interval,
     .slot = database<&Database::idle_in_transaction_timeout>,
     .range = kTimeout},
    {.path = "databases[].query_timeout",
     .type = Type::Interval,
     .slot = database<&Database::query_timeout>,
     .range = kTimeout},
    {.path = "databases[].transaction_timeout",
     .type = Type::Interval,
     .slot = database<&Database::transaction_timeout>,
     .range = kTimeout},
    {.path = "databases[].max_db_client_connections",
     .type = Type::Integer,
     .slot = database<&Database::max_db_client_connections>,
     .range = kSomeClients},
});

}  // namespace

Keys database_keys() { return kKeys; }

}  // namespace gateway::config
