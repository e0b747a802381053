// SPDX-License-Identifier: Apache-2.0
#include "gateway/demo/http_get.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string_view>
#include <thread>

#include "gateway/demo/ports.h"

namespace gateway::demo {
namespace {

using namespace std::chrono_literals;

// Answers one connection with fixed bytes.
class OneReply {
 public:
  explicit OneReply(std::string reply) : reply_(std::move(reply)) {
    socket_ = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(bind(socket_, generic, length), 0);
    EXPECT_EQ(listen(socket_, 1), 0);
    EXPECT_EQ(getsockname(socket_, generic, &length), 0);
    port = ntohs(address.sin_port);
    thread_ = std::thread([this] { answer(); });
  }
  ~OneReply() {
    thread_.join();
    close(socket_);
  }
  std::uint16_t port = 0;

 private:
  void answer() {
    const int peer = accept(socket_, nullptr, nullptr);
    char request[1024];
    EXPECT_GT(recv(peer, request, sizeof request, 0), 0);
    EXPECT_EQ(send(peer, reply_.data(), reply_.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(reply_.size()));
    close(peer);
  }
  std::string reply_;
  int socket_ = -1;
  std::thread thread_;
};

TEST(HttpGet, ReadsStatusAndBody) {
  OneReply server("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 4\r\n\r\ndown");
  const auto reply = http_get({server.port, "/readyz"}, 10s);
  ASSERT_TRUE(reply.has_value()) << reply.error().message;
  EXPECT_EQ(reply->status, 503);
  EXPECT_EQ(reply->body, "down");
}

TEST(HttpGet, RefusesWhatIsNotHttp) {
  for (const char* text :
       {"", "SSH-2.0-x\r\n\r\n", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 abc\r\n\r\n"}) {
    OneReply server(text);
    EXPECT_FALSE(http_get({server.port, "/"}, 10s).has_value()) << text;
  }
}

TEST(HttpGet, FailsWhereNobodyListens) {
  EXPECT_FALSE(http_get({*free_port(), "/"}, 10s).has_value());
}

TEST(Ports, KnowsATakenPort) {
  OneReply server("HTTP/1.1 200 OK\r\n\r\n");
  EXPECT_FALSE(is_port_free(server.port));
  EXPECT_TRUE(http_get({server.port, "/"}, 10s).has_value());
}

}  // namespace
}  // namespace gateway::demo
