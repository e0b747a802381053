// SPDX-License-Identifier: Apache-2.0
#include <random>

#include "tests/unit/gateway/upstream/pool_fixture.h"

namespace gateway::upstream {
namespace {

using std::chrono::milliseconds;

TEST_F(PoolTest, ConnectsOnlyWhenAsked) {
  make(settings());
  runner.run_iterations(5);
  EXPECT_EQ(pool->counts().connecting + pool->counts().idle, 0U);
  EXPECT_EQ(pool->known_parameters(), nullptr);
  const auto server = take();
  ASSERT_TRUE(server);
  EXPECT_EQ(pool->counts().busy, 1U);
  EXPECT_TRUE(pool->reachable());
  EXPECT_EQ(ask(*server, "SELECT pg_backend_pid()"), std::to_string(server->process_id()));
  ASSERT_NE(pool->known_parameters(), nullptr);
  EXPECT_EQ(pool->known_parameters()->at("client_encoding"), "UTF8");
  EXPECT_EQ(pool->known_parameters()->at("application_name"), "");
  EXPECT_GE(pool->known_version_major(), 14);
  pool->discard(std::unique_ptr<Server>());
}

TEST_F(PoolTest, ConnectsOverTcpByName) {
  auto with = settings();
  with.connection[0].second = "localhost";
  make(std::move(with));
  const auto server = take();
  ASSERT_TRUE(server);
  EXPECT_EQ(ask(*server, "SELECT host(inet_server_addr())"), "127.0.0.1");
}

TEST_F(PoolTest, KeepsItsMinimumWarm) {
  auto with = settings();
  with.min_size = 3;
  make(std::move(with));
  ASSERT_TRUE(run_until([&] { return pool->counts().idle == 3; }));
  auto server = take();
  pool->discard(std::move(server));
  EXPECT_TRUE(run_until([&] { return pool->counts().idle == 3; }));
}

TEST_F(PoolTest, NeverExceedsItsMaximumAndServesInOrder) {
  auto with = settings();
  with.max_size = 2;
  make(std::move(with));
  auto first = take();
  auto second = take();
  Request& third = request();
  Request& fourth = request();
  runner.run_iterations(10);
  EXPECT_EQ(pool->counts().waiting, 2U);
  EXPECT_EQ(pool->counts().connecting, 0U);
  const auto released = second->id();
  pool->reset(std::move(second));
  ASSERT_TRUE(run_until([&] { return third.calls == 1; }));
  ASSERT_TRUE(third.server);
  EXPECT_EQ(third.server->id(), released);
  EXPECT_EQ(fourth.calls, 0);
  pool->discard(std::move(first));
  ASSERT_TRUE(run_until([&] { return fourth.calls == 1; }));
  EXPECT_TRUE(fourth.server) << "a discarded server makes room for a new one";
}

TEST_F(PoolTest, TellsAWaiterThatItsTimeIsUp) {
  auto with = settings();
  with.max_size = 1;
  with.wait_timeout = milliseconds(50);
  make(std::move(with));
  const auto server = take();
  Request& waiting = request();
  ASSERT_TRUE(run_until([&] { return waiting.calls == 1; }));
  ASSERT_TRUE(waiting.failure);
  EXPECT_EQ(waiting.failure->error, PoolError::WaitTimeout);
  EXPECT_EQ(pool->counts().waiting, 0U);
}

TEST_F(PoolTest, RefusesMoreWaitersThanItsMaximum) {
  auto with = settings();
  with.waiters_max = 2;
  make(std::move(with));
  request();
  request();
  Request& third = request();
  ASSERT_TRUE(run_until([&] { return third.calls == 1; }));
  ASSERT_TRUE(third.failure);
  EXPECT_EQ(third.failure->error, PoolError::TooManyWaiters);
}

TEST_F(PoolTest, CallsNeitherCallbackAfterWithdraw) {
  make(settings());
  Request& withdrawn = request();
  pool->withdraw(withdrawn.ticket);
  EXPECT_EQ(pool->counts().waiting, 0U);
  auto server = take();
  EXPECT_EQ(withdrawn.calls, 0);
  pool->drain();
  Request& refused = request();
  pool->withdraw(refused.ticket);
  runner.run_iterations(5);
  EXPECT_EQ(refused.calls, 0);
}

TEST_F(PoolTest, GivesNobodyAServerWithFormerPins) {
  const auto pinned = [](const char* timeout) { return Settings{{"statement_timeout", timeout}}; };
  auto with = settings();
  with.pinned = pinned("30000");
  make(with);
  auto idle = take(), busy = take();
  put_back(std::move(idle));
  ASSERT_EQ(pool->counts().idle, 1U);
  with.pinned = pinned("7000");
  pool->use(with);
  EXPECT_EQ(pool->counts().idle, 0U);
  EXPECT_EQ(pool->known_parameters(), nullptr);
  EXPECT_EQ(ask(*busy, "SHOW statement_timeout"), "30s");
  put_back(std::move(busy));
  EXPECT_EQ(pool->counts().idle, 0U);
  auto server = take();
  EXPECT_EQ(ask(*server, "SHOW statement_timeout"), "7s");
  put_back(std::move(server));
  EXPECT_EQ(pool->counts().idle, 1U);
}

TEST_F(PoolTest, GivesNobodyAServerThatWasConnectedOtherwise) {
  auto with = settings();
  make(with);
  auto idle = take(), busy = take();
  put_back(std::move(idle));
  with.connection.emplace_back("application_name", "moved");
  pool->use(with);
  EXPECT_EQ(pool->counts().idle, 0U);
  EXPECT_FALSE(pool->reachable()) << "nobody knows yet";
  put_back(std::move(busy));
  EXPECT_EQ(pool->counts().idle, 0U);
  auto server = take();
  EXPECT_EQ(ask(*server, "SHOW application_name"), "moved");
  EXPECT_TRUE(pool->reachable());
}

TEST_F(PoolTest, TakesOtherSizesAndKeepsItsServers) {
  auto with = settings();
  with.max_size = 2;
  make(with);
  auto first = take(), second = take();
  Request& third = request();
  with.max_size = 3;
  pool->use(with);
  ASSERT_TRUE(run_until([&] { return third.server != nullptr; })) << "there is room now";
  with.max_size = 1;
  pool->use(with);
  const auto id = third.server->id();
  put_back(std::move(first));
  put_back(std::move(second));
  EXPECT_TRUE(run_until([&] { return pool->counts().idle + pool->counts().resetting == 0; }))
      << "one is enough, and busy";
  put_back(std::move(third.server));
  EXPECT_EQ(take()->id(), id);
}

TEST_F(PoolTest, ServesThoseWhoWaitWhenItsPinsChange) {
  auto with = settings();
  make(with);
  Request& asked = request();
  ASSERT_TRUE(run_until([&] { return pool->counts().connecting == 1; }));
  with.pinned = {{"statement_timeout", "7000"}};
  pool->use(with);
  ASSERT_TRUE(run_until([&] { return asked.calls == 1; }));
  ASSERT_NE(asked.server, nullptr);
  EXPECT_EQ(ask(*asked.server, "SHOW statement_timeout"), "7s");
}

TEST_F(PoolTest, NeverHandsOutAServerThatWasKilledWhileIdle) {
  make(settings());
  auto server = take();
  const auto killed = server->id();
  const auto process = std::to_string(server->process_id());
  put_back(std::move(server));
  ASSERT_EQ(pool->counts().idle, 1U);
  cluster().query("SELECT pg_terminate_backend(" + process + ", 10000)");
  server = take();  // before the loop has seen the end
  ASSERT_TRUE(server);
  EXPECT_NE(server->id(), killed);
  EXPECT_EQ(ask(*server, "SELECT 1"), "1");
}

TEST_F(PoolTest, NoticesAnIdleServersEndByItself) {
  make(settings());
  auto server = take();
  const auto process = std::to_string(server->process_id());
  put_back(std::move(server));
  cluster().query("SELECT pg_terminate_backend(" + process + ", 10000)");
  EXPECT_TRUE(run_until([&] { return pool->counts().idle == 0; }));
}

TEST_F(PoolTest, ClosesIdleServersDownToItsMinimum) {
  auto with = settings();
  with.min_size = 1;
  with.idle_timeout = milliseconds(30);
  make(std::move(with));
  for (auto* asked : {&request(), &request(), &request()}) {
    ASSERT_TRUE(run_until([&] { return asked->calls == 1; }));
  }
  for (auto& asked : requests) pool->reset(std::move(asked.server));
  EXPECT_TRUE(run_until([&] { return pool->counts().resetting == 0; }));
  EXPECT_TRUE(run_until([&] { return pool->counts().idle == 1; }));
}

TEST_F(PoolTest, ReplacesServersThatReachedTheirLifetime) {
  auto with = settings();
  with.min_size = 1;
  with.lifetime = milliseconds(100);
  make(std::move(with));
  auto server = take();
  const auto first = server->id();
  put_back(std::move(server));
  ASSERT_TRUE(run_until([&] { return pool->counts().idle == 0; }));
  ASSERT_TRUE(run_until([&] { return pool->counts().idle == 1; }));
  server = take();
  EXPECT_NE(server->id(), first);
}

TEST_F(PoolTest, DrainClosesIdleServersAndRefusesEverybody) {
  auto with = settings();
  with.max_size = 2;
  make(std::move(with));
  auto busy = take();
  auto idle = take();
  put_back(std::move(idle));
  auto other = take();
  Request& waiting = request();
  pool->drain();
  ASSERT_TRUE(run_until([&] { return waiting.calls == 1; }));
  ASSERT_TRUE(waiting.failure);
  EXPECT_EQ(waiting.failure->error, PoolError::Draining);
  EXPECT_EQ(ask(*busy, "SELECT 1"), "1") << "busy servers go on";
  pool->reset(std::move(busy));
  pool->reset(std::move(other));
  Request& late = request();
  ASSERT_TRUE(run_until([&] { return late.calls == 1; }));
  EXPECT_EQ(late.failure->error, PoolError::Draining);
  const auto counts = pool->counts();
  EXPECT_EQ(counts.idle + counts.busy + counts.resetting + counts.connecting, 0U);
}

TEST_F(PoolTest, CountersReturnToZeroAfterRandomUse) {
  auto with = settings();
  with.max_size = 4;
  make(std::move(with));
  std::minstd_rand random(7);
  for (int i = 0; i < 1000; ++i) {
    Request& asked = request();
    switch (random() % 4) {
      case 0: pool->withdraw(asked.ticket); break;
      case 1: runner.run_iterations(1); break;
      default: break;
    }
    for (auto& each : requests) {
      if (!each.server || random() % 3 == 0) continue;
      if (random() % 4 == 0) pool->cancel(*each.server, [] {});
      if (random() % 10 == 0) {
        pool->discard(std::move(each.server));
      } else {
        pool->reset(std::move(each.server));
      }
    }
    if (pool->counts().waiting > 50) runner.run_iterations(5);
  }
  ASSERT_TRUE(run_until([&] {
    for (auto& each : requests) {
      if (each.server) pool->reset(std::move(each.server));
    }
    const auto counts = pool->counts();
    return counts.waiting + counts.busy + counts.resetting + counts.connecting +
               counts.cancelling ==
           0;
  }));
  int served = 0;
  for (const auto& each : requests) {
    served += each.calls;
    EXPECT_FALSE(each.failure) << each.failure->detail;
  }
  EXPECT_GT(served, 500);
  EXPECT_LE(pool->counts().idle, 4U);
}

}  // namespace
}  // namespace gateway::upstream
