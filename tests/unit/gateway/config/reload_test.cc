// SPDX-License-Identifier: Apache-2.0
#include "gateway/config/reload.h"

#include <gtest/gtest.h>

#include "tests/unit/gateway/config/support.h"

namespace gateway::config {
namespace {

using namespace std::chrono_literals;
using Paths = std::vector<std::string>;

Reload reloaded(const std::string& running, const std::string& fresh) {
  return reload(test::valid(running), test::valid(fresh));
}

TEST(Reload, KeepsNothingBackWhereNothingDiffers) {
  const std::string text = test::with_database("port: 5433, password: \"${P:-x}\"");
  EXPECT_EQ(reloaded(text, text).kept, Paths());
}

TEST(Reload, TakesWhatStatementsAreJudgedBy) {
  const auto result =
      reloaded(test::with_database("mode: read_only"),
               test::with_database(
                   "mode: balanced, enforcement: warn, statement_timeout: 7s, catalog_refresh: 1s, "
                   "idle_in_transaction_timeout: 8s, gucs: {allowed: [work_mem]}, "
                   "access_policy: {tables: {denied: [t]}, allow_explain: true}, "
                   "limits: {statements_per_minute: 9}, "
                   "principals: [{match: {users: [ann]}, mode: read_only}]"));
  EXPECT_EQ(result.kept, Paths());
  const Database& database = result.config.databases[0];
  EXPECT_EQ(database.mode, Mode::Balanced);
  EXPECT_EQ(database.enforcement, policy::Enforcement::Warn);
  EXPECT_EQ(database.statement_timeout, 7s);
  EXPECT_EQ(database.idle_in_transaction_timeout, 8s);
  EXPECT_EQ(database.catalog_refresh, 1s);
  EXPECT_EQ(database.allowed_gucs, Paths{"work_mem"});
  EXPECT_EQ(database.access.policy.tables.denied, Paths{"t"});
  EXPECT_TRUE(database.access.allow_explain);
  EXPECT_EQ(database.limits.statements_per_minute, 9U);
  EXPECT_EQ(database.principals.size(), 1U);
}

TEST(Reload, TakesUsers) {
  const auto result = reloaded(test::document({}), test::with_user("password: hidden"));
  EXPECT_EQ(result.kept, Paths());
  EXPECT_EQ(result.config.users[0].password.reveal(), "hidden");
}

TEST(Reload, TakesWhereUsersAreLookedUp) {
  const std::string asks = "auth_query: {database: shop, user: asker, password: p";
  const auto result = reloaded(test::with(asks + "}"), test::with(asks + "2, cache_ttl: 5s}"));
  EXPECT_EQ(result.kept, Paths());
  EXPECT_EQ(result.config.auth_query.password.reveal(), "p2");
  EXPECT_EQ(result.config.auth_query.cache_ttl, 5s);
  EXPECT_EQ(reloaded(test::with(asks + "}"), test::document({})).config.auth_query.database, "");
  EXPECT_EQ(reloaded(test::document({}), test::with(asks + "}")).config.auth_query.user, "asker");
}

TEST(Reload, LooksNobodyUpInADatabaseThatDoesNotRun) {
  const auto asking = [](const std::string& database) {
    const std::string rest = ", user: reader, pool_mode: session, readonly_role: ro}\n";
    return test::document({.databases = "databases:\n  - {name: " + database + rest,
                           .rest = "auth_query: {database: " + database + ", user: asker}\n"});
  };
  const auto result = reloaded(asking("a"), asking("b"));
  EXPECT_EQ(result.kept, (Paths{"auth_query.database", "databases[a]", "databases[b]"}));
  EXPECT_EQ(result.config.auth_query.database, "a");
}

TEST(Reload, TakesTlsTowardsClients) {
  const auto result =
      reloaded(test::document({}), test::with("listen: {tls: {mode: require, cert: /c, key: /k}}"));
  EXPECT_EQ(result.kept, Paths());
  EXPECT_EQ(result.config.listen.tls.mode, TlsMode::Require);
  EXPECT_EQ(result.config.listen.tls.cert, "/c");
}

TEST(Reload, TakesTheLevelOfTheLog) {
  const auto result =
      reloaded(test::document({}), test::with("observability: {logging: {level: debug}}"));
  EXPECT_EQ(result.kept, Paths());
  EXPECT_EQ(result.config.logging.level, LogLevel::Debug);
}

TEST(Reload, KeepsWhatIsOpenAndNamesIt) {
  const auto result = reloaded(test::document({}), test::with(R"(listen: {port: 7000}
observability: {metrics: {port: 9191}, logging: {format: console}}
audit: {max_files: 3})"));
  EXPECT_EQ(result.kept, (Paths{"listen.port", "observability.metrics.port",
                                "observability.logging.format", "audit.max_files"}));
  EXPECT_EQ(result.config.listen.port, 6432);
  EXPECT_EQ(result.config.audit.max_files, 10U);
}

TEST(Reload, TakesHowServersAreConnectedAndKept) {
  const auto result =
      reloaded(test::with_database("port: 5433, password: old"),
               test::with_database("port: 5434, password: new, safe_search_path: [private], "
                                   "max_pool_size: 99"));
  EXPECT_EQ(result.kept, Paths());
  const Database& database = result.config.databases[0];
  EXPECT_EQ(database.port, std::vector<std::uint16_t>{5434});
  EXPECT_EQ(database.password.reveal(), "new");
  EXPECT_EQ(database.max_pool_size, 99U);
  EXPECT_EQ(database.safe_search_path, Paths{"private"});
}

TEST(Reload, TakesTheLimitsOfClientsAndWhomAProxyHeaderIsBelieved) {
  const auto result = reloaded(
      test::document({}),
      test::with("listen: {max_clients: 9, shutdown_timeout: 7s, client_login_timeout: 6s, "
                 "client_idle_timeout: 5s, proxy_protocol: {networks: [10.0.0.0/8]}}"));
  EXPECT_EQ(result.kept, Paths());
  EXPECT_EQ(result.config.listen.max_clients, 9U);
  EXPECT_EQ(result.config.listen.shutdown_timeout, 7s);
  EXPECT_EQ(result.config.listen.client_login_timeout, 6s);
  EXPECT_EQ(result.config.listen.client_idle_timeout, 5s);
  EXPECT_EQ(result.config.listen.proxy_networks, Paths{"10.0.0.0/8"});
}

TEST(Reload, KnowsWhatMakesADatabaseAnotherOne) {
  const auto place = [](const std::string& keys) {
    return test::valid(test::with_database(keys)).databases[0];
  };
  const Database here = place("port: 5433, password: old");
  EXPECT_TRUE(is_same_place(here, place("port: 5433, password: new, max_pool_size: 3")));
  for (const char* other :
       {"port: 5434", "port: 5433, host: [a, b]", "port: 5433, dbname: x",
        "port: 5433, safe_search_path: [x]", "port: 5433, target_session_attrs: standby"}) {
    EXPECT_FALSE(is_same_place(here, place(other))) << other;
  }
}

TEST(Reload, MatchesDatabasesByNameAndNamesThoseThatCameOrWent) {
  const auto databases = [](const std::string& first, const std::string& second) {
    const std::string rest = ", user: reader, pool_mode: session, readonly_role: ro";
    return test::document({.databases = "databases:\n  - {name: " + first + rest + "}\n" +
                                        "  - {name: " + second + rest + "}\n"});
  };
  const auto result = reloaded(databases("a", "b"), databases("c", "a, statement_timeout: 9s"));
  EXPECT_EQ(result.kept, (Paths{"databases[b]", "databases[c]"}));
  ASSERT_EQ(result.config.databases.size(), 2U);
  EXPECT_EQ(result.config.databases[0].name, "a");
  EXPECT_EQ(result.config.databases[0].statement_timeout, 9s);
  EXPECT_EQ(result.config.databases[1].name, "b");
}

}  // namespace
}  // namespace gateway::config
