// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include "gateway/net/stream.h"
#include "tests/support/loop_runner.h"
#include "tests/support/made_certificates.h"
#include "tests/unit/gateway/net/recorder.h"

namespace gateway::net {
namespace {

using Context = std::unique_ptr<SSL_CTX, tests::Freer<SSL_CTX_free>>;
using Session = std::unique_ptr<SSL, tests::Freer<SSL_free>>;

Context server_context() {
  Context context(SSL_CTX_new(TLS_server_method()));
  const tests::Made made = tests::make_certificate("server");
  SSL_CTX_use_certificate(context.get(), made.certificate.get());
  SSL_CTX_use_PrivateKey(context.get(), made.key.get());
  return context;
}

Session session_on(SSL_CTX* context, int fd) {
  Session session(SSL_new(context));
  SSL_set_fd(session.get(), fd);
  return session;
}

class TlsStreamTest : public ::testing::Test {
 protected:
  void SetUp() override {
    SSL_set_accept_state(server_tls.get());
    SSL_set_connect_state(client_tls.get());
    bool done = false;
    for (int i = 0; i < 100 && !done; ++i) {
      const int client_done = SSL_do_handshake(client_tls.get());
      const int server_done = SSL_do_handshake(server_tls.get());
      done = client_done == 1 && server_done == 1;
    }
    ASSERT_TRUE(done);
    server = std::make_unique<Stream>(runner.loop, pair[0], Stream::Ownership::Borrowed,
                                      server_tls.get());
    client = std::make_unique<Stream>(runner.loop, pair[1], Stream::Ownership::Borrowed,
                                      client_tls.get());
    server->set_events(&server_events);
    client->set_events(&client_events);
  }
  ~TlsStreamTest() override {
    server.reset();
    client.reset();
    ::close(pair[0]);
    ::close(pair[1]);
  }

  tests::LoopRunner runner;
  std::array<int, 2> pair = socket_pair();
  Context accepting = server_context();
  Context connecting{SSL_CTX_new(TLS_client_method())};
  Session server_tls = session_on(accepting.get(), pair[0]);
  Session client_tls = session_on(connecting.get(), pair[1]);
  Recorder server_events, client_events;
  std::unique_ptr<Stream> server, client;
};

TEST_F(TlsStreamTest, MovesLargeMessagesBothWaysAtOnce) {
  server->resume();
  client->resume();
  std::string bytes(5'000'000, 'x');
  for (std::size_t i = 0; i < bytes.size(); i += 7) bytes[i] = static_cast<char>('a' + i % 26);
  client->write(bytes);
  server->write(bytes);
  EXPECT_GT(client->queued_bytes(), 0U);
  ASSERT_TRUE(runner.run_until([&] {
    return client_events.received.size() == bytes.size() &&
           server_events.received.size() == bytes.size() && server_events.writables == 1 &&
           client_events.writables == 1;
  }));
  EXPECT_TRUE(client_events.received == bytes && server_events.received == bytes);
}

TEST_F(TlsStreamTest, GrowsTheQueueWhileAWriteIsBlocked) {
  std::string expected;
  for (int i = 0; i < 20'000; ++i) {
    const std::string piece(100, static_cast<char>('a' + i % 26));
    client->write(piece);
    expected += piece;
  }
  server->resume();
  ASSERT_TRUE(runner.run_until([&] { return server_events.received.size() == expected.size(); }));
  EXPECT_TRUE(server_events.received == expected);
}

TEST_F(TlsStreamTest, DeliversWhatTheSessionHoldsAfterAPause) {
  client->resume();
  server->write("hello");
  ASSERT_TRUE(runner.run_until([&] { return client_events.received == "hello"; }));
  client->pause();
  server->write(std::string(10'000, 'y'));
  char byte;
  ASSERT_EQ(SSL_peek(client_tls.get(), &byte, 1), 1);  // the record now is inside the session
  EXPECT_TRUE(client->has_pending_input());
  client->resume();
  ASSERT_TRUE(runner.run_until([&] { return client_events.received.size() == 10'005; }));
  EXPECT_FALSE(client->has_pending_input());
}

TEST_F(TlsStreamTest, TellsAnOrderlyClose) {
  client->resume();
  server->write("bye");
  server->finish();
  ASSERT_TRUE(runner.run_until([&] { return client_events.ends == 1; }));
  EXPECT_EQ(client_events.received, "bye");
  EXPECT_EQ(client_events.last_end, StreamEnd::Eof);
}

TEST_F(TlsStreamTest, TellsACloseInsideTlsAsAnError) {
  client->resume();
  ::shutdown(pair[0], SHUT_RDWR);
  ASSERT_TRUE(runner.run_until([&] { return client_events.ends == 1; }));
  EXPECT_EQ(client_events.last_end, StreamEnd::Error);
  EXPECT_NE(client->error(), "");
}

}  // namespace
}  // namespace gateway::net
