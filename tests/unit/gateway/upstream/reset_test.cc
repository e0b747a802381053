// SPDX-License-Identifier: Apache-2.0
// What a released server has to be before another client gets it.
#include "tests/unit/gateway/upstream/pool_fixture.h"

namespace gateway::upstream {
namespace {

TEST_F(PoolTest, ResetGivesTheSameServerBackAsNew) {
  make(settings());
  auto server = take();
  const auto id = server->id();
  ask(*server, "SET application_name = 'client'; SET statement_timeout = '7s'");
  ask(*server, "PREPARE mine AS SELECT 1");
  ask(*server, "CREATE TEMP TABLE mine (a int)");
  ask(*server, "LISTEN mine");
  ask(*server, "SELECT pg_advisory_lock(7)");
  ask(*server, "SELECT setseed(0.5)");
  const std::string foretold = ask(*server, "SELECT random()");
  ask(*server, "SELECT setseed(0.5)");
  put_back(std::move(server));
  server = take();
  EXPECT_EQ(server->id(), id);
  EXPECT_NE(ask(*server, "SELECT random()"), foretold);
  EXPECT_EQ(ask(*server, "SHOW application_name"), "");
  EXPECT_EQ(ask(*server, "SHOW statement_timeout"), "0");
  EXPECT_EQ(ask(*server, "EXECUTE mine"), "error 26000");
  EXPECT_EQ(ask(*server, "SELECT to_regclass('pg_temp.mine') IS NULL"), "t");
  EXPECT_EQ(ask(*server, "SELECT count(*) FROM pg_listening_channels()"), "0");
  EXPECT_EQ(ask(*server, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"), "0");
}

TEST_F(PoolTest, PinsHoldAfterResetAndDiscard) {
  auto with = settings();
  with.pinned = {{"role", "reader"},
                 {"search_path", "\"$user\", \"Weird, name\\\", public"},
                 {"default_transaction_read_only", "true"},
                 {"statement_timeout", "30000"}};
  make(std::move(with));
  auto server = take();
  ASSERT_TRUE(server);
  const auto expect_pins = [&](const char* after) {
    EXPECT_EQ(ask(*server, "SELECT current_user"), "reader") << after;
    EXPECT_EQ(ask(*server, "SHOW search_path"), "\"$user\", \"Weird, name\\\", public") << after;
    EXPECT_EQ(ask(*server, "SHOW transaction_read_only"), "on") << after;
    EXPECT_EQ(ask(*server, "SHOW statement_timeout"), "30s") << after;
  };
  expect_pins("connect");
  const std::string change =
      "SET search_path = pg_catalog; SET default_transaction_read_only = off;"
      "SET statement_timeout = 0";
  ask(*server, change);
  ask(*server, "RESET ALL");
  expect_pins("RESET ALL");
  ask(*server, change);
  ask(*server, "DISCARD ALL");
  expect_pins("DISCARD ALL");
  ask(*server, change + "; SET ROLE none");
  const auto id = server->id();
  put_back(std::move(server));
  server = take();
  EXPECT_EQ(server->id(), id);
  expect_pins("reset()");
}

TEST_F(PoolTest, ClosesAServerInAnOpenTransactionInsteadOfReusingIt) {
  make(settings());
  auto server = take();
  ask(*server, "BEGIN");
  put_back(std::move(server));
  EXPECT_EQ(pool->counts().idle, 0U);
}

TEST_F(PoolTest, ClosesAServerWhoseSettingsDoNotReturnToTheVerifiedOnes) {
  make(settings());
  auto server = take();
  ask(*server, "SET TimeZone = 'Asia/Tokyo'");
  cluster().query("ALTER SYSTEM SET TimeZone = 'America/Lima'");
  cluster().query("SELECT pg_reload_conf()");
  ASSERT_TRUE(comes_to_answer(*server, "SELECT reset_val FROM pg_settings WHERE name = 'TimeZone'",
                              "America/Lima"));
  put_back(std::move(server));
  EXPECT_EQ(pool->counts().idle, 0U);
  cluster().query("ALTER SYSTEM RESET TimeZone");
  cluster().query("SELECT pg_reload_conf()");
}

// DISCARD ALL says nothing of it.
TEST_F(PoolTest, ClosesAServerWhoseRoleIsInDoubt) {
  cluster().query("CREATE ROLE fleeting NOLOGIN");
  auto with = settings();
  with.pinned = {{"role", "fleeting"}};
  make(std::move(with));
  auto server = take();
  const auto id = server->id();
  put_back(std::move(server));
  server = take();
  EXPECT_EQ(server->id(), id);
  cluster().query("ALTER ROLE fleeting RENAME TO another");
  put_back(std::move(server));
  EXPECT_EQ(pool->counts().idle, 0U);
  cluster().query("DROP ROLE another");
}

// It still is what it was, but would not become it again.
TEST_F(PoolTest, ClosesAServerWhoseRoleWasRevoked) {
  cluster().query("CREATE ROLE lent NOLOGIN; CREATE ROLE entrant LOGIN; GRANT lent TO entrant");
  auto with = settings();
  std::erase_if(with.connection, [](const auto& each) { return each.first == "user"; });
  with.connection.emplace_back("user", "entrant");
  with.pinned = {{"role", "lent"}};
  make(std::move(with));
  auto server = take();
  ASSERT_TRUE(server);
  const auto id = server->id();
  put_back(std::move(server));
  server = take();
  EXPECT_EQ(server->id(), id);
  EXPECT_EQ(ask(*server, "SELECT current_user"), "lent");
  cluster().query("REVOKE lent FROM entrant");
  put_back(std::move(server));
  EXPECT_EQ(pool->counts().idle, 0U);
  cluster().query("DROP ROLE entrant; DROP ROLE lent");
}

TEST_F(PoolTest, ResetsASessionThatTookAnotherAuthorization) {
  auto with = settings();
  with.pinned = {{"role", "reader"}, {"search_path", "public"}};
  make(std::move(with));
  auto server = take();
  ask(*server, "RESET ROLE; SET SESSION AUTHORIZATION reader; SET search_path = pg_catalog");
  put_back(std::move(server));
  server = take();
  EXPECT_EQ(ask(*server, "SELECT session_user || ' ' || current_user"), "postgres reader");
  EXPECT_EQ(ask(*server, "SHOW search_path"), "public");
}

TEST_F(PoolTest, ClosesAServerThatHasUnreadInput) {
  make(settings());
  auto server = take();
  std::string query;
  pgwire::write_query(query, "SELECT 1");
  server->stream().write(query);
  ASSERT_TRUE(run_until([&] {
    runner.loop.wake();
    return server->stream().has_pending_input();
  }));
  put_back(std::move(server));
  EXPECT_EQ(pool->counts().idle, 0U);
}

// A session that changes nothing leaves nothing to report to the reset.
TEST_F(PoolTest, ResetReadsWhatAReloadHasChanged) {
  make(settings());
  auto server = take();
  const std::string former = server->parameters().at("IntervalStyle");
  cluster().query("ALTER SYSTEM SET IntervalStyle = 'iso_8601'");
  cluster().query("SELECT pg_reload_conf()");
  ASSERT_TRUE(comes_to_answer(*server, "SHOW IntervalStyle", "iso_8601"));
  put_back(std::move(server));
  EXPECT_EQ(pool->counts().idle, 1U);
  EXPECT_EQ(pool->known_parameters()->at("IntervalStyle"), "iso_8601");
  server = take();
  EXPECT_EQ(server->parameters().at("IntervalStyle"), "iso_8601");
  EXPECT_EQ(server->parameters().at("client_encoding"), "UTF8");
  cluster().query("ALTER SYSTEM RESET IntervalStyle");
  cluster().query("SELECT pg_reload_conf()");
  EXPECT_TRUE(comes_to_answer(*server, "SHOW IntervalStyle", former));
}

TEST_F(PoolTest, TellsAServerThatWaitedFromOneThatWasMadeForTheClient) {
  auto with = settings();
  with.max_size = 1;
  make(std::move(with));
  auto server = take();
  EXPECT_FALSE(server->has_waited());
  Request& next = request();
  put_back(std::move(server));
  ASSERT_TRUE(run_until([&] { return next.calls == 1; }));
  EXPECT_FALSE(next.server->has_waited()) << "it was reset while this one waited";
  put_back(std::move(next.server));
  ASSERT_TRUE(run_until([this, since = runner.loop.now()] {
    runner.loop.wake();
    return runner.loop.now() > since;
  }));
  EXPECT_TRUE(take()->has_waited());
}

}  // namespace
}  // namespace gateway::upstream
