// SPDX-License-Identifier: Apache-2.0
#include "gateway/net/listener.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "gateway/net/socket.h"
#include "tests/support/loop_runner.h"

namespace gateway::net {
namespace {

int connect_to_v6(std::uint16_t port) {
  const int fd = ::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_port = htons(port);
  address.sin6_addr = in6addr_loopback;
  EXPECT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  return fd;
}

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
  using Opened = std::expected<std::unique_ptr<Listener>, std::string>;

  Listener::Accept keep() {
    return [this](int fd, const Peer& peer) {
      accepted.push_back(fd);
      peers.push_back(peer);
      if (after_accept) after_accept();
    };
  }
  void open(const std::string& address) {
    take(Listener::open(runner.loop, address, 0, keep()));
    ASSERT_NE(listener->port(), 0);
  }
  void open_unix(unsigned mode) { take(Listener::open_unix(runner.loop, {path, mode}, keep())); }
  void take(Opened opened) {
    ASSERT_TRUE(opened.has_value()) << opened.error();
    listener = std::move(*opened);
  }
  ~ListenerTest() override {
    for (const int fd : accepted) ::close(fd);
    ::unlink(path.c_str());
  }

  tests::LoopRunner runner;
  std::unique_ptr<Listener> listener;
  const std::string path = ::testing::TempDir() + "postern-" + std::to_string(::getpid()) + ".sock";
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
  for (const std::string address : {"127.0.0.1", "localhost", "0.0.0.0"}) {
    open(address);
    accepted.clear();
    peers.clear();
    const int client = connect_to(listener->port());
    ASSERT_TRUE(runner.run_until([&] { return accepted.size() == 1; }));
    EXPECT_EQ(peers[0].ip, "127.0.0.1") << "on " << address;
    EXPECT_NE(peers[0].port, 0);
    EXPECT_EQ(peers[0].kind, Peer::Kind::Loopback);
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

TEST_F(ListenerTest, AllAddressesOfBothFamiliesShareAPort) {
  open("0.0.0.0");
  auto second = Listener::open(runner.loop, "::", listener->port(), keep());
  ASSERT_TRUE(second.has_value()) << second.error();
  const int near = connect_to(listener->port()), far = connect_to_v6(listener->port());
  ASSERT_TRUE(runner.run_until([&] { return accepted.size() == 2; }));
  const bool v6_is_first = peers[0].ip == "::1";
  EXPECT_EQ(peers[v6_is_first ? 0 : 1].ip, "::1");
  EXPECT_EQ(peers[v6_is_first ? 1 : 0].ip, "127.0.0.1");
  EXPECT_EQ(peers[0].kind, Peer::Kind::Loopback);
  EXPECT_EQ(peers[1].kind, Peer::Kind::Loopback);
  ::close(near);
  ::close(far);
}

TEST_F(ListenerTest, AUnixSocketHasItsModeWhateverTheUmask) {
  const auto before = ::umask(077);
  open_unix(0777);
  ::umask(before);
  struct stat status{};
  ASSERT_EQ(::lstat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0777U);
  const int client = *connect_unix(path);
  ASSERT_TRUE(runner.run_until([&] { return accepted.size() == 1; }));
  EXPECT_EQ(peers[0].kind, Peer::Kind::UnixSocket);
  EXPECT_EQ(peers[0].ip, "");
  ::close(client);
  listener.reset();
  EXPECT_NE(::lstat(path.c_str(), &status), 0);
}

TEST_F(ListenerTest, ReplacesTheUnixSocketOfTheDeadAndNotOfTheLiving) {
  open_unix(0600);
  auto second = Listener::open_unix(runner.loop, {path}, keep());
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error(),
            "cannot listen on " + path +
                ": another process listens on it; stop it, or choose another place");
  ASSERT_EQ(::rename(path.c_str(), (path + "2").c_str()), 0);
  listener.reset();  // as if it had been killed: its file stays
  ASSERT_EQ(::rename((path + "2").c_str(), path.c_str()), 0);
  open_unix(0600);
  // Somebody else's that came after it stays, too.
  ASSERT_EQ(::unlink(path.c_str()), 0);
  auto newer = Listener::open_unix(runner.loop, {path}, keep());
  ASSERT_TRUE(newer.has_value()) << newer.error();
  listener.reset();
  EXPECT_TRUE(socket_file(path).has_value());
}

TEST_F(ListenerTest, LeavesAFileAloneThatIsNoSocket) {
  std::ofstream(path) << "precious";
  const auto opened = Listener::open_unix(runner.loop, {path}, keep());
  ASSERT_FALSE(opened.has_value());
  EXPECT_NE(opened.error().find("a file that is no socket"), std::string::npos) << opened.error();
  EXPECT_EQ(::access(path.c_str(), F_OK), 0);
}

TEST(PeerTold, IsNeverNear) {
  const std::string loopback("\x7f\0\0\1", 4);
  EXPECT_EQ(peer_told(loopback, 5).ip, "127.0.0.1");
  EXPECT_EQ(peer_told(loopback, 5).port, 5);
  EXPECT_EQ(peer_told(loopback, 5).kind, Peer::Kind::Network);
  const std::string mapped = std::string(10, '\0') + "\xff\xff\x0a\x01\x02\x03";
  EXPECT_EQ(peer_told(mapped, 1).ip, "10.1.2.3");
  EXPECT_EQ(peer_told(std::string(15, '\0') + "\1", 1).kind, Peer::Kind::Network);
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
