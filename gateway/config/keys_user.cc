// SPDX-License-Identifier: Apache-2.0
// users and auth_query: who may log in.
#include <array>

#include "gateway/config/key_tables.h"

namespace gateway::config {
namespace {

using std::string_view;

template <auto Field>
Slot auth_query(const Cursor& cursor) {
  return in<&Config::auth_query, Field>(cursor);
}

template <auto Field>
Slot user(const Cursor& cursor) {
  return &(cursor.config.users[cursor.index].*Field);
}

constexpr std::array<string_view, 4> kAuth{"scram-sha-256", "trust", "password", "cert"};

constexpr Range kCacheTtl{0, 60'000};  // longer, and a revoked user would stay for too long

constexpr auto kKeys = std::to_array<Key>({
    {"users", Type::MapList},
    {.path = "users[].name", .type = Type::Text, .slot = user<&User::name>},
    {.path = "users[].auth", .type = Type::Word, .slot = user<&User::auth>, .words = kAuth},
    {.path = "users[].verifier", .type = Type::Secret, .slot = user<&User::verifier>},
    {.path = "users[].password", .type = Type::Secret, .slot = user<&User::password>},
    {.path = "users[].certificate_name", .type = Type::Text, .slot = user<&User::certificate_name>},
    {"auth_query", Type::Map},
    {.path = "auth_query.database", .type = Type::Text, .slot = auth_query<&AuthQuery::database>},
    {.path = "auth_query.query", .type = Type::Text, .slot = auth_query<&AuthQuery::query>},
    {.path = "auth_query.user", .type = Type::Text, .slot = auth_query<&AuthQuery::user>},
    {.path = "auth_query.password", .type = Type::Secret, .slot = auth_query<&AuthQuery::password>},
    {.path = "auth_query.cache_ttl",
     .type = Type::Interval,
     .slot = auth_query<&AuthQuery::cache_ttl>,
     .range = kCacheTtl},
});

}  // namespace

Keys user_keys() { return kKeys; }

}  // namespace gateway::config
