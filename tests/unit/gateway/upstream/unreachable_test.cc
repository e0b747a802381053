// SPDX-License-Identifier: Apache-2.0
// Servers that are not there, stall, or are not what they should be.
#include "gateway/net/listener.h"
#include "tests/unit/gateway/upstream/pool_fixture.h"

namespace gateway::upstream {
namespace {

using std::chrono::milliseconds;

// Accepts and never says a word.
class StallingServer {
 public:
  explicit StallingServer(net::Loop& loop)
      : listener_(*net::Listener::open(loop, "127.0.0.1", 0,
                                       [this](int fd, const net::Peer&) { fds_.push_back(fd); })) {}
  ~StallingServer() {
    for (const int fd : fds_) ::close(fd);
  }
  std::uint16_t port() const { return listener_->port(); }
  std::size_t accepted() const { return fds_.size(); }
  bool all_closed_by_peer() const {
    for (const int fd : fds_) {
      char bytes[4096];
      ssize_t count;
      while ((count = ::recv(fd, bytes, sizeof bytes, MSG_DONTWAIT)) > 0) {
      }
      if (count < 0) return false;
    }
    return true;
  }

 private:
  std::vector<int> fds_;
  std::unique_ptr<net::Listener> listener_;
};

class UnreachableTest : public PoolTest {
 protected:
  static PoolSettings at(const std::string& host, std::uint16_t port) {
    auto with = settings();
    with.connection[0].second = host;
    with.connection[1].second = std::to_string(port);
    with.connection.emplace_back("password", "secret-word");
    return with;
  }
  PoolFailure failure_of(Request& asked) {
    EXPECT_TRUE(run_until([&] { return asked.calls == 1; }));
    EXPECT_TRUE(asked.failure.has_value());
    return asked.failure.value_or(PoolFailure{});
  }
};

std::uint16_t port_without_listener(net::Loop& loop) {
  return (*net::Listener::open(loop, "127.0.0.1", 0, [](int, const net::Peer&) {}))->port();
}

TEST_F(UnreachableTest, SaysWhyAPortDoesNotAnswer) {
  make(at("127.0.0.1", port_without_listener(runner.loop)));
  const PoolFailure failure = failure_of(request());
  EXPECT_EQ(failure.error, PoolError::Unreachable);
  EXPECT_NE(failure.detail.find("refused"), std::string::npos) << failure.detail;
  EXPECT_EQ(failure.detail.find("secret-word"), std::string::npos);
  EXPECT_EQ(pool->last_error(), failure.detail);
  EXPECT_FALSE(pool->reachable());
}

TEST_F(UnreachableTest, SaysThatAHostHasNoAddress) {
  make(at("no-such-host.invalid", 5432));
  const PoolFailure failure = failure_of(request());
  EXPECT_EQ(failure.error, PoolError::Unreachable);
  EXPECT_NE(failure.detail.find("no-such-host.invalid"), std::string::npos) << failure.detail;
}

TEST_F(UnreachableTest, TriesTheNextHostOfAList) {
  auto with = settings();
  with.connection[0].second = "no-such-host.invalid,127.0.0.1";
  make(std::move(with));
  EXPECT_TRUE(take());
}

TEST_F(UnreachableTest, PassesOverHostsThatAreSilent) {
  StallingServer first(runner.loop), second(runner.loop);
  auto with = settings();
  with.connection[0].second = "127.0.0.1,localhost,127.0.0.1";
  with.connection[1].second = std::to_string(first.port()) + "," + std::to_string(second.port()) +
                              "," + std::to_string(cluster().port());
  with.connect_timeout = milliseconds(1'000);
  make(std::move(with));
  const auto server = take();
  ASSERT_TRUE(server);
  EXPECT_EQ(ask(*server, "SELECT 1"), "1");
  EXPECT_TRUE(pool->reachable());
  EXPECT_NE(pool->last_error().find(std::to_string(first.port())), std::string::npos)
      << pool->last_error();
  EXPECT_NE(pool->last_error().find(std::to_string(second.port())), std::string::npos)
      << pool->last_error();
  EXPECT_TRUE(first.all_closed_by_peer());
}

TEST_F(UnreachableTest, AsksSilentHostsLastForAWhile) {
  StallingServer silent(runner.loop);
  auto with = settings();
  with.connection[0].second = "127.0.0.1,127.0.0.1";
  with.connection[1].second =
      std::to_string(silent.port()) + "," + std::to_string(cluster().port());
  with.connect_timeout = milliseconds(1'000);
  make(std::move(with));
  const auto first = take(), second = take(), third = take();
  ASSERT_TRUE(first && second && third);
  EXPECT_EQ(silent.accepted(), 1U);
}

TEST_F(UnreachableTest, SaysWhichHostsAreSilentWhenAllAre) {
  StallingServer first(runner.loop), second(runner.loop);
  auto with = at("127.0.0.1,127.0.0.1", first.port());
  with.connection[1].second += "," + std::to_string(second.port());
  with.connect_timeout = milliseconds(100);
  make(std::move(with));
  const PoolFailure failure = failure_of(request());
  EXPECT_EQ(failure.error, PoolError::Unreachable);
  for (const auto* each : {&first, &second}) {
    EXPECT_NE(failure.detail.find("port " + std::to_string(each->port())), std::string::npos)
        << failure.detail;
    EXPECT_EQ(each->accepted(), 1U);
    EXPECT_TRUE(each->all_closed_by_peer());
  }
}

// libpq goes through a list twice for this one: who was a primary the first time counts then.
TEST_F(UnreachableTest, FindsThePrimaryInFrontOfASilentHostWhereAStandbyIsPreferred) {
  StallingServer silent(runner.loop);
  auto with = settings();
  with.connection[0].second = "127.0.0.1,127.0.0.1";
  with.connection[1].second =
      std::to_string(cluster().port()) + "," + std::to_string(silent.port());
  with.connection.emplace_back("target_session_attrs", "prefer-standby");
  with.connect_timeout = milliseconds(1'000);
  make(std::move(with));
  EXPECT_TRUE(take());
  EXPECT_EQ(silent.accepted(), 1U);
}

TEST_F(UnreachableTest, FailsAllWaitersAtOnceInsteadOfOneAfterTheOther) {
  auto with = at("127.0.0.1", port_without_listener(runner.loop));
  with.max_size = 2;
  make(std::move(with));
  for (int i = 0; i < 100; ++i) request();
  ASSERT_TRUE(run_until([&] { return pool->counts().waiting == 0; }));
  runner.run_iterations(2);
  for (const auto& asked : requests) {
    ASSERT_TRUE(asked.failure);
    EXPECT_EQ(asked.failure->error, PoolError::Unreachable);
  }
}

TEST_F(UnreachableTest, FreesTheSlotOfAServerThatStalls) {
  StallingServer stalling(runner.loop);
  auto with = at("127.0.0.1", stalling.port());
  with.max_size = 1;
  with.connect_timeout = milliseconds(100);
  make(std::move(with));
  const PoolFailure failure = failure_of(request());
  EXPECT_EQ(failure.error, PoolError::Unreachable);
  EXPECT_NE(failure.detail.find("100 ms"), std::string::npos) << failure.detail;
  EXPECT_EQ(pool->counts().connecting, 0U);
  EXPECT_EQ(stalling.accepted(), 1U);
  EXPECT_TRUE(stalling.all_closed_by_peer());
  failure_of(request());
  EXPECT_EQ(stalling.accepted(), 2U);
}

TEST_F(UnreachableTest, WarmsUpAgainAfterFailures) {
  const auto probe = port_without_listener(runner.loop);
  auto with = at("127.0.0.1", probe);
  with.min_size = 1;
  make(std::move(with));
  ASSERT_TRUE(run_until([&] { return !pool->last_error().empty(); }));
  int accepted = 0;
  const auto listener =
      net::Listener::open(runner.loop, "127.0.0.1", probe, [&](int fd, const net::Peer&) {
        ++accepted;
        ::close(fd);
      });
  ASSERT_TRUE(listener.has_value());
  EXPECT_TRUE(run_until([&] { return accepted >= 2; })) << "nobody asked: it tries by itself";
}

TEST_F(UnreachableTest, RefusesAConnectionWhoseRoleIsNotThere) {
  auto with = settings();
  with.pinned = {{"role", "nobody_at_all"}};
  make(std::move(with));
  const PoolFailure failure = failure_of(request());
  EXPECT_EQ(failure.error, PoolError::Unreachable);
  EXPECT_NE(failure.detail.find("nobody_at_all"), std::string::npos) << failure.detail;
}

// A stand-in for a pooler in between that ignores `options`: a later option wins over the pin.
TEST_F(UnreachableTest, RefusesAConnectionWhosePinDoesNotHold) {
  auto with = settings();
  with.pinned = {{"search_path", "a"}, {"search_path", "b"}};
  make(std::move(with));
  const PoolFailure failure = failure_of(request());
  EXPECT_EQ(failure.error, PoolError::Unreachable);
  EXPECT_NE(failure.detail.find("search_path is \"b\", must be \"a\""), std::string::npos)
      << failure.detail;
}

TEST_F(UnreachableTest, PinsStandardConformingStringsWhateverTheDatabaseSays) {
  cluster().query("CREATE DATABASE old_strings");
  cluster().query("ALTER DATABASE old_strings SET standard_conforming_strings = off");
  auto with = settings();
  with.connection[3].second = "old_strings";
  make(std::move(with));
  const auto server = take();
  ASSERT_TRUE(server);
  EXPECT_EQ(ask(*server, "SHOW standard_conforming_strings"), "on");
}

}  // namespace
}  // namespace gateway::upstream
