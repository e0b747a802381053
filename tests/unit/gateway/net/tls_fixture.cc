// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/gateway/net/tls_fixture.h"

#include <openssl/err.h>

#include <algorithm>

namespace gateway::net {
namespace {

// Heads of the records that come in.
void note_record(int is_written, int, int type, const void* bytes, std::size_t length, SSL*,
                 void* largest) {
  if (is_written != 0 || type != SSL3_RT_HEADER || length < 5) return;
  const auto* head = static_cast<const unsigned char*>(bytes);
  int& most = *static_cast<int*>(largest);
  most = std::max(most, head[3] << 8 | head[4]);
}

}  // namespace

TlsClient::TlsClient(int fd) : fd_(fd) {
  SSL_CTX_set_options(context_.get(), SSL_OP_IGNORE_UNEXPECTED_EOF);
}

void TlsClient::offer(const std::string& protocol) {
  const std::string list = static_cast<char>(protocol.size()) + protocol;
  SSL_CTX_set_alpn_protos(context_.get(), reinterpret_cast<const unsigned char*>(list.data()),
                          static_cast<unsigned>(list.size()));
}

void TlsClient::show(const tests::Made& certificate) {
  SSL_CTX_use_certificate(context_.get(), certificate.certificate.get());
  SSL_CTX_use_PrivateKey(context_.get(), certificate.key.get());
}

SSL* TlsClient::session() {
  if (session_) return session_.get();
  session_.reset(SSL_new(context_.get()));
  SSL_set_fd(session_.get(), fd_);
  SSL_set_connect_state(session_.get());
  SSL_set_msg_callback(session_.get(), note_record);
  SSL_set_msg_callback_arg(session_.get(), &largest_record);
  return session_.get();
}

void TlsClient::step() {
  if (!error.empty() || ended) return;
  ERR_clear_error();
  char buffer[65536];
  int result = 1;
  while (result > 0) {
    result = SSL_read(session(), buffer, sizeof buffer);
    if (result > 0) received.append(buffer, static_cast<std::size_t>(result));
  }
  const int why = SSL_get_error(session(), result);
  if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE) return;
  if (why == SSL_ERROR_ZERO_RETURN) {
    ended = true;
    return;
  }
  const char* reason = ERR_reason_error_string(ERR_get_error());
  error = reason == nullptr ? "connection lost" : reason;
}

TlsFixture::TlsFixture() { connect(); }

TlsFixture::~TlsFixture() {
  stream.reset();
  client.reset();
  ::close(client_fd);
}

void TlsFixture::connect() {
  stream.reset();
  client.reset();
  if (client_fd >= 0) ::close(client_fd);
  const auto pair = socket_pair();
  client_fd = pair[1];
  events = Recorder();
  stream = std::make_unique<Stream>(runner.loop, pair[0], Stream::Ownership::Owned);
  client = std::make_unique<TlsClient>(client_fd);
  stream->set_events(&events);
  stream->resume();
}

void TlsFixture::start_tls(TlsStart start, std::string_view already_read) {
  const auto acceptor = TlsAcceptor::load(files);
  ASSERT_TRUE(acceptor.has_value()) << acceptor.error().message;
  stream->start_tls((*acceptor)->accept(start), already_read);
}

bool TlsFixture::run_until(std::move_only_function<bool()> condition) {
  return runner.run_until([this, condition = std::move(condition)]() mutable {
    client->step();
    runner.loop.wake();
    return condition();
  });
}

bool TlsFixture::establish() {
  return run_until([&] {
           return events.ends > 0 || (client->is_established() && stream->tls() != nullptr &&
                                      stream->tls()->is_established());
         }) &&
         events.ends == 0;
}

}  // namespace gateway::net
