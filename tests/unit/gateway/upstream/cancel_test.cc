// SPDX-License-Identifier: Apache-2.0
#include <csignal>

#include "tests/unit/gateway/upstream/pool_fixture.h"

namespace gateway::upstream {
namespace {

using std::chrono::milliseconds;

class CancelTest : public PoolTest, public ::testing::WithParamInterface<const char*> {
 protected:
  static PoolSettings by(const std::string& host) {
    auto with = settings();
    if (!host.empty()) with.connection[0].second = host;
    return with;
  }
  void wait_until_sleeping(const Server& server) {
    const std::string question =
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
        " AND pid = " +
        std::to_string(server.process_id());
    ASSERT_TRUE(run_until([&] {
      runner.loop.wake();
      return cluster().query(question) == "1";
    }));
  }
};

INSTANTIATE_TEST_SUITE_P(Hosts, CancelTest, ::testing::Values("", "127.0.0.1"),
                         [](const auto& host) { return host.index == 0 ? "Unix" : "Tcp"; });

TEST_P(CancelTest, InterruptsWhatTheServerRuns) {
  make(by(GetParam()));
  auto server = take();
  ASSERT_TRUE(server);
  Script sleeping(*server, "SELECT pg_sleep(600)");
  wait_until_sleeping(*server);
  int done = 0;
  pool->cancel(*server, [&] { ++done; });
  EXPECT_EQ(pool->counts().cancelling, 1U);
  ASSERT_TRUE(run_until([&] { return sleeping.is_ready() && done == 1; }));
  EXPECT_EQ(sleeping.sqlstate(), "57014");
  EXPECT_EQ(pool->counts().cancelling, 0U);
}

TEST_F(CancelTest, DropsASecondOneForTheSameServer) {
  make(settings());
  auto server = take();
  std::string order;
  pool->cancel(*server, [&] { order += "a"; });
  pool->cancel(*server, [&] { order += "b"; });
  EXPECT_EQ(order, "") << "called from inside cancel()";
  EXPECT_EQ(pool->counts().cancelling, 1U);
  ASSERT_TRUE(run_until([&] { return order.size() == 2; }));
  EXPECT_EQ(order, "ba");
}

TEST_F(CancelTest, HoldsTheServerBackUntilTheCancelEnded) {
  auto with = settings();
  with.max_size = 1;
  make(std::move(with));
  auto server = take();
  const auto id = server->id();
  bool done = false, served_before_done = false;
  pool->cancel(*server, [&] { done = true; });
  pool->reset(std::move(server));
  EXPECT_EQ(pool->counts().resetting, 1U);
  Request& next = request();
  ASSERT_TRUE(run_until([&] {
    served_before_done |= next.calls > 0 && !done;
    return next.calls > 0;
  }));
  EXPECT_FALSE(served_before_done);
  ASSERT_TRUE(next.server);
  EXPECT_EQ(next.server->id(), id);
}

TEST_F(CancelTest, NeverInterruptsTheNextUserOfTheServer) {
  auto with = settings();
  with.max_size = 1;
  make(std::move(with));
  for (int i = 0; i < 50; ++i) {
    auto server = take();
    ASSERT_TRUE(server);
    pool->cancel(*server, [] {});
    pool->reset(std::move(server));
    server = take();
    ASSERT_TRUE(server);
    EXPECT_EQ(ask(*server, "SELECT pg_sleep(0.001)"), "");
    pool->reset(std::move(server));
  }
}

// A stopped postmaster accepts (its backlog does) and never answers.
class StoppedPostmaster {
 public:
  StoppedPostmaster() { cluster().signal_postmaster(SIGSTOP); }
  ~StoppedPostmaster() { cluster().signal_postmaster(SIGCONT); }
};

TEST_F(CancelTest, GivesUpAndClosesTheServerWhenTheCancelIsNeverAnswered) {
  auto with = settings();
  with.connect_timeout = milliseconds(100);
  make(std::move(with));
  auto released_during = take();
  auto released_after = take();
  {
    const StoppedPostmaster stopped;
    int done = 0;
    pool->cancel(*released_during, [&] { ++done; });
    pool->cancel(*released_after, [&] { ++done; });
    pool->reset(std::move(released_during));
    ASSERT_TRUE(run_until([&] { return done == 2; }));
    pool->reset(std::move(released_after));
    runner.run_iterations(5);
    const auto counts = pool->counts();
    EXPECT_EQ(counts.idle + counts.resetting + counts.cancelling + counts.busy, 0U);
  }
}

TEST_F(CancelTest, DestroyingThePoolDoesNotWaitForACancel) {
  make(settings());
  auto server = take();
  const StoppedPostmaster stopped;
  pool->cancel(*server, [] { ADD_FAILURE() << "called after the pool was gone"; });
  runner.run_iterations(3);
  pool.reset();
  runner.run_iterations(3);
}

TEST_F(CancelTest, SendsALimitedNumberAtOnceAndDropsThoseWhoseStatementIsOver) {
  constexpr std::size_t kServers = 20;  // more than ServerPool::kCancelsMax
  auto with = settings();
  with.max_size = kServers;
  with.connect_timeout = milliseconds(5'000);
  make(std::move(with));
  for (std::size_t i = 0; i < kServers; ++i) request();
  ASSERT_TRUE(run_until([&] { return pool->counts().busy == kServers; }));
  std::size_t done = 0;
  {
    const StoppedPostmaster stopped;
    for (auto& each : requests) pool->cancel(*each.server, [&] { ++done; });
    EXPECT_EQ(pool->counts().cancelling, kServers);
    for (auto& each : requests) pool->reset(std::move(each.server));
    EXPECT_EQ(pool->counts().cancelling, 16U);
    ASSERT_TRUE(run_until([&] { return done == kServers - 16; }));
  }
  ASSERT_TRUE(run_until([&] { return done == kServers && pool->counts().idle == kServers; }));
}

}  // namespace
}  // namespace gateway::upstream
