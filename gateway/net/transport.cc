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
#include "gateway/net/tls_socket.h"

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

void allow_partial_writes(SSL* tls) {
  SSL_set_mode(tls, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
}

// Why the peer's certificate was not taken.
std::string verify_error_text(const SSL* tls) {
  const long result = SSL_get_verify_result(tls);
  if (result == X509_V_ERR_APPLICATION_VERIFICATION) return "its common name holds a NUL byte";
  return X509_verify_cert_error_string(result);
}

std::string tls_error_text() {
  const unsigned long code = ERR_get_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return reason == nullptr ? "TLS error" : std::string("TLS error: ") + reason;
}

}  // namespace

Transport::Transport(int fd, ssl_st* tls) : fd_(fd), tls_(tls) {
  if (tls_ != nullptr) allow_partial_writes(tls_);
}

void Transport::use_tls(ssl_st* tls) {
  tls_ = tls;
  kept_ = SSL_get_wbio(tls);
  is_established_ = false;
  allow_partial_writes(tls_);
}

// OpenSSL says so again in the middle of a key update: what is written then only waits.
bool Transport::is_shaking_hands() {
  if (!is_established_) is_established_ = SSL_is_init_finished(tls_) == 1;
  return !is_established_;
}

void Transport::begin_turn() {
  if (kept_ != nullptr) renew_reads(kept_);
}

bool Transport::was_turn_cut() const { return kept_ != nullptr && were_reads_cut(kept_); }

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
  if (auto flushed = flush(); flushed.status != IoStatus::Done) return flushed;
  ERR_clear_error();
  const auto length = static_cast<int>(std::min(bytes.size(), kTlsWriteBytes));
  return tls_result(SSL_write(tls_, bytes.data(), length));
}

IoResult Transport::flush() {
  const int error = kept_ == nullptr ? 0 : flush_tls_socket(kept_);
  if (error == 0) return {};
  if (error == EAGAIN) return {.status = IoStatus::WantWrite};
  return {.status = IoStatus::Error, .error = system_error_text(error)};
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
    default: return {.status = IoStatus::Error, .error = tls_error()};
  }
}

// OpenSSL's own reason may be the signature that did not fit, and not whose it was.
std::string Transport::tls_error() {
  const bool is_ours = kept_ != nullptr && is_shaking_hands();
  if (is_ours && SSL_get_verify_result(tls_) != X509_V_OK) {
    return "TLS error: certificate verify failed: " + verify_error_text(tls_);
  }
  return tls_error_text();
}

bool Transport::holds_bytes() const {
  return tls_ != nullptr &&
         (SSL_has_pending(tls_) != 0 || (kept_ != nullptr && holds_read_ahead(kept_)));
}

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
    ERR_clear_error();
  }
  ::shutdown(fd_, SHUT_WR);
}

}  // namespace gateway::net
