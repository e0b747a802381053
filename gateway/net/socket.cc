// SPDX-License-Identifier: Apache-2.0
#include "gateway/net/socket.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace gateway::net {
namespace {

// A dead peer is noticed after kKeepIdleSeconds + kKeepCount * kKeepIntervalSeconds.
constexpr int kKeepIdleSeconds = 60;
constexpr int kKeepIntervalSeconds = 15;
constexpr int kKeepCount = 4;

void set_option(int fd, int level, int name, int value) {
  ::setsockopt(fd, level, name, &value, sizeof value);
}

struct Address {
  sockaddr_storage storage{};
  socklen_t length = 0;
};

std::expected<Address, std::string> parse_address(const std::string& text, std::uint16_t port) {
  const char* numeric = text == "localhost" ? "127.0.0.1" : text.c_str();
  Address address;
  auto* v4 = reinterpret_cast<sockaddr_in*>(&address.storage);
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&address.storage);
  if (::inet_pton(AF_INET, numeric, &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(port);
    address.length = sizeof *v4;
  } else if (::inet_pton(AF_INET6, numeric, &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(port);
    address.length = sizeof *v6;
  } else {
    return std::unexpected("not a numeric IPv4 or IPv6 address, nor \"localhost\"");
  }
  return address;
}

}  // namespace

std::string system_error_text(int error) { return std::generic_category().message(error); }

void tune_connection(int fd) {
  int domain = 0;
  socklen_t length = sizeof domain;
  if (::getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &length) != 0) return;
  if (domain != AF_INET && domain != AF_INET6) return;
  set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
  set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, kKeepIdleSeconds);
  set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, kKeepIntervalSeconds);
  set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, kKeepCount);
}

Peer peer_of(const sockaddr_storage& address) {
  Peer peer;
  std::array<char, INET6_ADDRSTRLEN> text{};
  in_addr v4{};
  if (address.ss_family == AF_INET) {
    const auto& in = reinterpret_cast<const sockaddr_in&>(address);
    v4 = in.sin_addr;
    peer.port = ntohs(in.sin_port);
  } else if (address.ss_family == AF_INET6) {
    const auto& in = reinterpret_cast<const sockaddr_in6&>(address);
    peer.port = ntohs(in.sin6_port);
    if (!IN6_IS_ADDR_V4MAPPED(&in.sin6_addr)) {
      peer.ip = ::inet_ntop(AF_INET6, &in.sin6_addr, text.data(), text.size());
      if (IN6_IS_ADDR_LOOPBACK(&in.sin6_addr)) peer.kind = Peer::Kind::Loopback;
      return peer;
    }
    std::memcpy(&v4, in.sin6_addr.s6_addr + 12, sizeof v4);
  } else {
    if (address.ss_family == AF_UNIX) peer.kind = Peer::Kind::UnixSocket;
    return peer;
  }
  peer.ip = ::inet_ntop(AF_INET, &v4, text.data(), text.size());
  if ((ntohl(v4.s_addr) >> 24) == 127) peer.kind = Peer::Kind::Loopback;
  return peer;
}

Peer peer_told(std::string_view bytes, std::uint16_t port) {
  sockaddr_storage address{};
  if (bytes.size() == sizeof(in_addr)) {
    auto& in = reinterpret_cast<sockaddr_in&>(address);
    in.sin_family = AF_INET;
    in.sin_port = htons(port);
    std::memcpy(&in.sin_addr, bytes.data(), bytes.size());
  } else if (bytes.size() == sizeof(in6_addr)) {
    auto& in = reinterpret_cast<sockaddr_in6&>(address);
    in.sin6_family = AF_INET6;
    in.sin6_port = htons(port);
    std::memcpy(&in.sin6_addr, bytes.data(), bytes.size());
  }
  Peer peer = peer_of(address);
  peer.kind = Peer::Kind::Network;
  return peer;
}

std::expected<int, std::string> open_listening_socket(const std::string& text, std::uint16_t port) {
  const auto address = parse_address(text, port);
  if (!address) return std::unexpected(address.error());
  const int fd =
      ::socket(address->storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return std::unexpected(system_error_text(errno));
  set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
  tune_connection(fd);  // what is accepted inherits it
  if (address->storage.ss_family == AF_INET6) set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&address->storage), address->length) != 0 ||
      ::listen(fd, kBacklog) != 0) {
    const int error = errno;
    ::close(fd);
    return std::unexpected(system_error_text(error));
  }
  return fd;
}

}  // namespace gateway::net
