// SPDX-License-Identifier: Apache-2.0
#include "gateway/demo/http_get.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <charconv>
#include <string_view>
#include <utility>

namespace gateway::demo {
namespace {

class Socket {
 public:
  explicit Socket(int fd) : fd_(fd) {}
  Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Socket& operator=(Socket&&) = delete;
  ~Socket() {
    if (fd_ >= 0) close(fd_);
  }
  int fd() const { return fd_; }

 private:
  int fd_;
};

Result<Socket> connect_to(std::uint16_t port, std::chrono::milliseconds at_most) {
  Socket made{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  if (made.fd() < 0) return fail_errno("cannot make a socket");
  const timeval limit{at_most.count() / 1000, (at_most.count() % 1000) * 1000};
  setsockopt(made.fd(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  setsockopt(made.fd(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(made.fd(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    return fail_errno(fmt::format("cannot connect to 127.0.0.1:{}", port));
  }
  return made;
}

Result<std::string> read_all(const Socket& from) {
  std::string text;
  char part[16'384];
  while (text.size() <= kHttpReplyBytesMax) {
    const ssize_t count = recv(from.fd(), part, sizeof part, 0);
    if (count < 0) return fail_errno("no HTTP reply");
    if (count == 0) return text;
    text.append(part, static_cast<std::size_t>(count));
  }
  return fail("the HTTP reply is too long");
}

Result<HttpReply> parse(std::string_view text) {
  constexpr std::string_view kVersion = "HTTP/1.1 ";
  const std::size_t head_end = text.find("\r\n\r\n");
  HttpReply reply;
  if (!text.starts_with(kVersion) || head_end == std::string_view::npos) {
    return fail("not an HTTP reply");
  }
  const char* digits = text.data() + kVersion.size();
  if (std::from_chars(digits, digits + 3, reply.status).ec != std::errc{}) {
    return fail("an HTTP reply without a status");
  }
  reply.body = text.substr(head_end + 4);
  return reply;
}

}  // namespace

Result<HttpReply> http_get(const HttpTarget& target, std::chrono::milliseconds at_most) {
  const auto connection = connect_to(target.port, at_most);
  if (!connection) return std::unexpected(connection.error());
  const std::string request =
      fmt::format("GET {} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n\r\n", target.path,
                  target.port);
  if (send(connection->fd(), request.data(), request.size(), MSG_NOSIGNAL) < 0) {
    return fail_errno("cannot send an HTTP request");
  }
  const auto text = read_all(*connection);
  if (!text) return std::unexpected(text.error());
  return parse(*text);
}

}  // namespace gateway::demo
