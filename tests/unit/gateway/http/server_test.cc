// SPDX-License-Identifier: Apache-2.0
#include "gateway/http/server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <vector>

#include "tests/support/loop_runner.h"

namespace gateway::http {
namespace {

using namespace std::chrono_literals;

// A socket of its own, on the same loop's thread: it reads what has come after each iteration.
class Client {
 public:
  explicit Client(std::uint16_t port, int receive_buffer_bytes = 0) {
    fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (receive_buffer_bytes > 0) {
      ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes, sizeof receive_buffer_bytes);
    }
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    ::fcntl(fd_, F_SETFL, O_NONBLOCK);
  }
  ~Client() { ::close(fd_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void send(std::string_view bytes) {
    EXPECT_EQ(::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
  }
  // What has come so far.
  const std::string& received() {
    std::array<char, 4096> chunk;
    ssize_t count;
    while ((count = ::recv(fd_, chunk.data(), chunk.size(), 0)) > 0) {
      received_.append(chunk.data(), static_cast<std::size_t>(count));
    }
    closed_ = closed_ || count == 0 || (count < 0 && errno != EAGAIN);
    reset_ = reset_ || (count < 0 && errno == ECONNRESET);
    return received_;
  }
  bool closed() { return received(), closed_; }
  bool reset() const { return reset_; }

 private:
  int fd_;
  std::string received_;
  bool closed_ = false, reset_ = false;
};

constexpr std::string_view kGet = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";

class ServerTest : public ::testing::Test {
 protected:
  void open(ServerLimits limits = {}) {
    auto opened = Server::open(runner.loop, "127.0.0.1", 0, limits);
    ASSERT_TRUE(opened.has_value()) << opened.error();
    server = std::move(*opened);
    server->route("GET", "/hello", [this](const Request&) {
      ++answered;
      return Response{.body = "hello\n"};
    });
    server->route("POST", "/echo", [](const Request& request) {
      return Response{.body = request.body + "|" + request.query};
    });
  }

  // Sends and waits until the server has closed; what came back.
  std::string exchange(std::string_view bytes) {
    Client client(server->port());
    client.send(bytes);
    EXPECT_TRUE(runner.run_until([&] { return client.closed(); }));
    return client.received();
  }

  bool wait_for(Client& client, std::string_view text) {
    return runner.run_until([&] { return client.received().contains(text); });
  }

  bool wait_for_no_connection() {
    return runner.run_until([&] { return server->connection_count() == 0; });
  }

  tests::LoopRunner runner;
  std::unique_ptr<Server> server;
  int answered = 0;
};

TEST_F(ServerTest, AnswersRequestsOneAfterTheOtherOnOneConnection) {
  open();
  Client client(server->port());
  client.send(kGet);
  ASSERT_TRUE(wait_for(client, "\r\n\r\nhello\n"));
  EXPECT_TRUE(client.received().contains("Content-Length: 6\r\n"));
  EXPECT_TRUE(client.received().contains("Connection: keep-alive\r\n"));
  client.send("POST /echo?q=1 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
  ASSERT_TRUE(wait_for(client, "abc|q=1"));
  EXPECT_EQ(server->connection_count(), 1u);
}

TEST_F(ServerTest, ClosesWhenTheClientAsksForIt) {
  open();
  const std::string answer =
      exchange("GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(answer.contains("Connection: close\r\n"));
  EXPECT_TRUE(answer.ends_with("hello\n"));
  EXPECT_TRUE(wait_for_no_connection());
}

TEST_F(ServerTest, HeadGetsTheLengthWithoutTheBody) {
  open();
  const std::string answer =
      exchange("HEAD /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n"));
  EXPECT_TRUE(answer.contains("Content-Length: 6\r\n"));
  EXPECT_TRUE(answer.ends_with("\r\n\r\n"));
}

TEST_F(ServerTest, ErrorsHaveTheirStatus) {
  open({.connection = {.request = {.head_bytes_max = 200, .body_bytes_max = 10},
                       .linger_timeout = 20ms}});
  const std::pair<std::string, std::string> cases[] = {
      {"GET /missing HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
       "HTTP/1.1 404 Not Found\r\n"},
      {"GET /hello/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
       "HTTP/1.1 404 Not Found\r\n"},
      {"PUT /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
       "HTTP/1.1 405 Method Not Allowed\r\n"},
      {"rubbish\r\n\r\n", "HTTP/1.1 400 Bad Request\r\n"},
      {"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n",
       "HTTP/1.1 413 Content Too Large\r\n"},
      {"GET /" + std::string(300, 'x'), "HTTP/1.1 431 Request Header Fields Too Large\r\n"},
  };
  for (const auto& [request, status] : cases) {
    EXPECT_TRUE(exchange(request).starts_with(status)) << request;
  }
  EXPECT_TRUE(exchange("PUT /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                  .contains("\r\nAllow: GET, HEAD\r\n"));
  EXPECT_EQ(answered, 0);
}

TEST_F(ServerTest, AClientThatIsStillSendingReadsTheRefusal) {
  open({.connection = {.request = {.body_bytes_max = 10}}});
  Client client(server->port());
  client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n");
  ASSERT_TRUE(wait_for(client, "413 Content Too Large"));
  client.send(std::string(100'000, 'x'));
  runner.run_iterations(5);
  EXPECT_FALSE(client.closed());
  EXPECT_FALSE(client.reset());
}

TEST_F(ServerTest, TellsAWaitingClientToContinue) {
  open();
  Client client(server->port());
  client.send(
      "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  ASSERT_TRUE(wait_for(client, "HTTP/1.1 100 Continue\r\n\r\n"));
  client.send("ok");
  ASSERT_TRUE(wait_for(client, "ok|"));
}

TEST_F(ServerTest, ARequestThatTricklesInEndsAtItsDeadline) {
  open({.connection = {.request = {.head_bytes_max = 1u << 20},
                       .request_timeout = 50ms,
                       .linger_timeout = 10ms}});
  Client client(server->port());
  client.send("GET /");
  ASSERT_TRUE(runner.run_until([&] {
    runner.loop.wake();
    if (client.received().empty()) client.send("x");
    return !client.received().empty();
  }));
  EXPECT_TRUE(client.received().starts_with("HTTP/1.1 408 Request Timeout\r\n"));
  EXPECT_TRUE(runner.run_until([&] { return client.closed(); }));
  EXPECT_TRUE(wait_for_no_connection());
}

TEST_F(ServerTest, AnUnfinishedRequestTimesOutWith408) {
  open({.connection = {.request_timeout = 30ms, .linger_timeout = 10ms}});
  EXPECT_TRUE(exchange(kGet.substr(0, 20)).starts_with("HTTP/1.1 408 Request Timeout\r\n"));
}

TEST_F(ServerTest, SilentAndIdleClientsAreClosedWithoutAWord) {
  open({.connection = {.request_timeout = 30ms, .idle_timeout = 30ms}});
  EXPECT_EQ(exchange(""), "");
  EXPECT_TRUE(exchange(kGet).ends_with("hello\n"));
  EXPECT_TRUE(wait_for_no_connection());
}

TEST_F(ServerTest, OneConnectionMoreThanTheMaximumIsClosed) {
  open({.connections_max = 2});
  Client first(server->port()), second(server->port());
  ASSERT_TRUE(runner.run_until([&] { return server->connection_count() == 2; }));
  EXPECT_EQ(exchange(""), "");
  first.send(kGet);
  EXPECT_TRUE(wait_for(first, "hello\n")) << "the others are untouched";
  EXPECT_FALSE(second.closed());
}

// Without a bound, 64 KiB of small requests would queue gigabytes of answers.
TEST_F(ServerTest, PipelinedRequestsWaitUntilAnswersAreTaken) {
  constexpr int kRequests = 500;
  constexpr std::size_t kBody = 100'000;
  open({.connection = {.response_bytes_max = 2 * kBody}});
  server->route("GET", "/big", [&](const Request&) {
    ++answered;
    return Response{.body = std::string(kBody, '.')};
  });
  Client client(server->port(), 16 * 1024);
  std::string requests;
  for (int i = 0; i < kRequests; ++i) requests += "GET /big HTTP/1.1\r\nHost: a\r\n\r\n";
  client.send(requests);
  ASSERT_TRUE(runner.run_until([&] { return answered > 0; }));
  runner.run_iterations(20);
  EXPECT_LT(answered, kRequests / 2);
  EXPECT_TRUE(runner.run_until([&] {
    runner.loop.wake();
    return client.received().size() > kRequests * kBody;
  }));
  EXPECT_EQ(answered, kRequests);
}

TEST_F(ServerTest, ClientsThatGoAwayLeaveNothing) {
  open();
  for (const std::string_view bytes : {std::string_view(), kGet.substr(0, 10), kGet}) {
    {
      Client client(server->port());
      client.send(bytes);
      ASSERT_TRUE(runner.run_until([&] { return server->connection_count() == 1; }));
    }
    EXPECT_TRUE(wait_for_no_connection());
  }
}

TEST_F(ServerTest, SaysWhyItCannotListen) {
  open();
  const auto second = Server::open(runner.loop, "127.0.0.1", server->port());
  ASSERT_FALSE(second.has_value());
  EXPECT_TRUE(second.error().contains("127.0.0.1")) << second.error();
}

}  // namespace
}  // namespace gateway::http
