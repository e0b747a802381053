// SPDX-License-Identifier: Apache-2.0
#include "gateway/net/tls_session.h"

#include <openssl/ssl.h>

#include <utility>

#include "gateway/net/certificate.h"
#include "gateway/net/tls_acceptor.h"
#include "gateway/net/tls_socket.h"

namespace gateway::net {

namespace {

constexpr int kKeyUpdatesMax = 32;

// NOLINTNEXTLINE(readability-function-size): OpenSSL says what it is given
void count_key_updates(int is_sent, int, int type, const void* message, std::size_t length, SSL*,
                       void* count) {
  const bool is_key_update = is_sent == 0 && type == SSL3_RT_HANDSHAKE && length > 0 &&
                             *static_cast<const unsigned char*>(message) == SSL3_MT_KEY_UPDATE;
  if (is_key_update) ++*static_cast<int*>(count);
}

}  // namespace

TlsSession::TlsSession(std::shared_ptr<const TlsAcceptor> acceptor, ssl_st* session)
    : acceptor_(std::move(acceptor)), session_(session) {
  SSL_set_msg_callback(session_, count_key_updates);
  SSL_set_msg_callback_arg(session_, &key_updates_);
}

TlsSession::~TlsSession() { SSL_free(session_); }

bool TlsSession::attach(int fd, std::string_view already_read) {
  BIO* socket = open_tls_socket(fd, already_read);
  if (socket == nullptr) return false;
  SSL_set_bio(session_, socket, socket);
  return true;
}

bool TlsSession::is_established() const { return SSL_is_init_finished(session_) == 1; }

bool TlsSession::does_nothing_but_rekey(std::size_t bytes) {
  if (bytes > 0) key_updates_ = 0;
  return key_updates_ > kKeyUpdatesMax;
}

std::string_view TlsSession::version() const { return SSL_get_version(session_); }

std::string_view TlsSession::cipher() const { return SSL_get_cipher_name(session_); }

const std::string& TlsSession::end_point() const { return acceptor_->end_point(); }

bool TlsSession::refused_certificate() const {
  return SSL_get_verify_result(session_) != X509_V_OK;
}

std::string TlsSession::client_name() const {
  const X509* certificate = SSL_get0_peer_certificate(session_);
  if (certificate == nullptr || SSL_get_verify_result(session_) != X509_V_OK) return {};
  return common_name(certificate);
}

}  // namespace gateway::net
