// SPDX-License-Identifier: Apache-2.0
#include "gateway/net/transport.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>

#include "gateway/net/socket.h"

namespace gateway::net {
namespace {

constexpr std::size_t kPiecesPerCall = 64;
// One record a call: more would only be cut by OpenSSL, under one retry of everything.
constexpr std::size_t kTlsWriteBytes = 16 * 1024;

IoResult system_result(ssize_t moved, IoStatus when_blocked) {
  if (moved >= 0) return {.status = IoStatus::Done, .bytes = static_cast<std::size_t>(moved)};
  if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return {.status = when_blocked};
  return {.status = IoStatus::Error, .error = system_error_text(errno)};
}

std::string tls_error_text() {
  const unsigned long code = ERR_get_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return reason == nullptr ? "TLS error" : std::string("TLS error: ") + reason;
}

}  // namespace

Transport::Transport(int fd, ssl_st* tls) : fd_(fd), tls_(tls) {
  if (tls_ != nullptr) {
    SSL_set_mode(tls_, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  }
}

IoResult Transport::read(std::span<char> into) {
  if (tls_ != nullptr) {
    ERR_clear_error();
    const auto length = static_cast<int>(std::min<std::size_t>(into.size(), INT_MAX));
    return tls_result(SSL_read(tls_, into.data(), length));
  }
  const ssize_t received = ::recv(fd_, into.data(), into.size(), MSG_DONTWAIT);
  if (received == 0) return {.status = IoStatus::Eof};
  return system_result(received, IoStatus::WantRead);
}

IoResult Transport::write(std::string_view bytes) {
  if (tls_ == nullptr) {
    return system_result(::send(fd_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL),
                         IoStatus::WantWrite);
  }
  ERR_clear_error();
  const auto length = static_cast<int>(std::min(bytes.size(), kTlsWriteBytes));
  return tls_result(SSL_write(tls_, bytes.data(), length));
}

IoResult Transport::write_pieces(std::span<const std::string_view> pieces) {
  if (pieces.size() == 1) return write(pieces.front());  // send() costs less than sendmsg()
  std::array<iovec, kPiecesPerCall> vectors;
  const std::size_t count = std::min(pieces.size(), vectors.size());
  for (std::size_t i = 0; i < count; ++i) {
    vectors[i] = {.iov_base = const_cast<char*>(pieces[i].data()), .iov_len = pieces[i].size()};
  }
  msghdr message{};
  message.msg_iov = vectors.data();
  message.msg_iovlen = count;
  return system_result(::sendmsg(fd_, &message, MSG_DONTWAIT | MSG_NOSIGNAL), IoStatus::WantWrite);
}

IoResult Transport::tls_result(int returned) {
  if (returned > 0) {
    return {.status = IoStatus::Done, .bytes = static_cast<std::size_t>(returned)};
  }
  const int system_error = errno;
  switch (SSL_get_error(tls_, returned)) {
    case SSL_ERROR_WANT_READ: return {.status = IoStatus::WantRead};
    case SSL_ERROR_WANT_WRITE: return {.status = IoStatus::WantWrite};
    case SSL_ERROR_ZERO_RETURN: return {.status = IoStatus::Eof};
    case SSL_ERROR_SYSCALL:
      return {.status = IoStatus::Error,
              .error = system_error == 0 ? "connection closed inside TLS"
                                         : system_error_text(system_error)};
    default: return {.status = IoStatus::Error, .error = tls_error_text()};
  }
}

bool Transport::holds_bytes() const { return tls_ != nullptr && SSL_has_pending(tls_) != 0; }

bool Transport::has_pending_input() const {
  char byte;
  if (tls_ == nullptr) {
    const ssize_t peeked = ::recv(fd_, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return peeked >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
  }
  ERR_clear_error();
  const int peeked = SSL_peek(tls_, &byte, 1);
  return peeked > 0 || SSL_get_error(tls_, peeked) != SSL_ERROR_WANT_READ;
}

void Transport::shut_down_writing() {
  if (tls_ != nullptr) {
    ERR_clear_error();
    SSL_shutdown(tls_);
  }
  ::shutdown(fd_, SHUT_WR);
}

}  // namespace gateway::net
