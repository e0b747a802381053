// SPDX-License-Identifier: Apache-2.0
#include "gateway/net/listener.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <unistd.h>

#include "tests/support/loop_runner.h"

namespace gateway::net {
namespace {

int connect_to(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  return fd;
}

class ListenerTest : public ::testing::Test {
 protected:
  void open(const std::string& address) {
    auto opened = Listener::open(runner.loop, address, 0, [this](int fd, const Peer& peer) {
      accepted.push_back(fd);
      peers.push_back(peer);
      if (after_accept) after_accept();
    });
    ASSERT_TRUE(opened.has_value()) << opened.error();
    listener = std::move(*opened);
    ASSERT_NE(listener->port(), 0);
  }
  ~ListenerTest() override {
    for (const int fd : accepted) ::close(fd);
  }

  tests::LoopRunner runner;
  std::unique_ptr<Listener> listener;
  std::vector<int> accepted;
  std::vector<Peer> peers;
  std::function<void()> after_accept;
};

int option(int fd, int level, int name) {
  int value = 0;
  socklen_t length = sizeof value;
  ::getsockopt(fd, level, name, &value, &length);
  return value;
}

TEST_F(ListenerTest, AcceptsWithThePeersAddressAndTunedSocket) {
  for (const std::string address : {"127.0.0.1", "localhost", "::"}) {
    open(address);
    accepted.clear();
    peers.clear();
    const int client = connect_to(listener->port());
    ASSERT_TRUE(runner.run_until([&] { return accepted.size() == 1; }));
    EXPECT_EQ(peers[0].ip, "127.0.0.1") << "on " << address;
    EXPECT_NE(peers[0].port, 0);
    EXPECT_TRUE(peers[0].is_loopback);
    EXPECT_NE(::fcntl(accepted[0], F_GETFL) & O_NONBLOCK, 0);
    EXPECT_NE(option(accepted[0], IPPROTO_TCP, TCP_NODELAY), 0);
    EXPECT_NE(option(accepted[0], SOL_SOCKET, SO_KEEPALIVE), 0);
    ::close(client);
    ::close(accepted[0]);
    accepted.clear();
  }
}

TEST_F(ListenerTest, NamesAddressPortAndReasonOfAFailure) {
  open("127.0.0.1");
  const std::uint16_t taken = listener->port();
  const auto again = Listener::open(runner.loop, "127.0.0.1", taken, [](int, const Peer&) {});
  ASSERT_FALSE(again.has_value());
  EXPECT_NE(again.error().find("127.0.0.1 port " + std::to_string(taken)), std::string::npos);
  EXPECT_NE(again.error().find("in use"), std::string::npos) << again.error();
  const auto named = Listener::open(runner.loop, "db.example", 0, [](int, const Peer&) {});
  ASSERT_FALSE(named.has_value());
  EXPECT_NE(named.error().find("numeric"), std::string::npos) << named.error();
}

TEST_F(ListenerTest, MayBeClosedByItsAcceptCallback) {
  open("127.0.0.1");
  const std::uint16_t port = listener->port();
  after_accept = [this] { listener.reset(); };
  const int first = connect_to(port);
  const int second = connect_to(port);
  ASSERT_TRUE(runner.run_until([&] { return !listener; }));
  runner.run_iterations(3);
  EXPECT_EQ(accepted.size(), 1U);
  ::close(first);
  ::close(second);
}

TEST_F(ListenerTest, WaitsInsteadOfSpinningWhenOutOfDescriptors) {
  open("127.0.0.1");
  const int client = connect_to(listener->port());
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  rlimit none = before;
  none.rlim_cur = 0;
  int iterations = 0;
  runner.loop.on_check([&] { ++iterations; });
  ::setrlimit(RLIMIT_NOFILE, &none);
  EXPECT_FALSE(runner.run_until([&] { return !accepted.empty(); }, std::chrono::milliseconds(250)));
  ::setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_LT(iterations, 20);
  EXPECT_TRUE(runner.run_until([&] { return accepted.size() == 1; }));
  ::close(client);
}

}  // namespace
}  // namespace gateway::net
