// SPDX-License-Identifier: Apache-2.0
// A stream that becomes TLS: what is read, written and held back before, in and behind the
// handshake.
#include "tests/unit/gateway/net/tls_fixture.h"

namespace gateway::net {
namespace {

class StartTlsTest : public TlsFixture {
 protected:
  ~StartTlsTest() override {
    ::close(pump_fd);
    ::close(far_fd);
  }

  // From now on the client's bytes reach the stream when pump() moves them.
  void connect_through_pump() {
    connect();
    ::close(pump_fd);
    ::close(far_fd);
    const auto pair = socket_pair();
    pump_fd = pair[0];
    far_fd = pair[1];
    client = std::make_unique<TlsClient>(far_fd);
  }
  void pump(std::size_t most) {
    std::string bytes(most, '\0');
    const ssize_t count = ::recv(pump_fd, bytes.data(), most, 0);
    if (count > 0) ::send(client_fd, bytes.data(), static_cast<std::size_t>(count), MSG_NOSIGNAL);
    const std::string back = read_available(client_fd);
    if (!back.empty()) ::send(pump_fd, back.data(), back.size(), MSG_NOSIGNAL);
  }
  bool establish_by(std::size_t most) {
    return run_until([&, most] {
             pump(most);
             return events.ends > 0 ||
                    (client->is_established() && stream->tls()->is_established());
           }) &&
           events.ends == 0;
  }
  void start_tls_with_what_is_read_first() {
    events.after_read = [this] {
      if (stream->tls() != nullptr) return;
      start_tls(TlsStart::Requested, std::exchange(events.received, {}));
    };
  }
  void send(std::string_view bytes) {
    ASSERT_EQ(SSL_write(client->session(), bytes.data(), static_cast<int>(bytes.size())),
              static_cast<int>(bytes.size()));
  }

  int pump_fd = -1, far_fd = -1;
};

TEST_F(StartTlsTest, MovesLargeMessagesBothWaysInRecordsOf16KiB) {
  start_tls();
  ASSERT_TRUE(establish()) << stream->error();
  std::string bytes(5'000'000, 'x');
  for (std::size_t i = 0; i < bytes.size(); i += 7) bytes[i] = static_cast<char>('a' + i % 26);
  stream->write(bytes);
  std::size_t sent = 0;
  ASSERT_TRUE(run_until([&] {
    const std::string_view rest = std::string_view(bytes).substr(sent, 16384);
    if (!rest.empty() &&
        SSL_write(client->session(), rest.data(), static_cast<int>(rest.size())) > 0) {
      sent += rest.size();
    }
    return client->received.size() == bytes.size() && events.received.size() == bytes.size();
  })) << stream->error();
  EXPECT_TRUE(client->received == bytes && events.received == bytes);
  EXPECT_LE(client->largest_record, 16 * 1024 + 256);
  EXPECT_EQ(stream->queued_bytes(), 0U);
}

TEST_F(StartTlsTest, LosesNothingWhenKeysChangeWhileTheSocketIsFull) {
  start_tls();
  ASSERT_TRUE(establish()) << stream->error();
  std::string expected(3'000'000, 'x');
  stream->write(expected);
  for (int i = 0; i < 20; ++i) {
    ASSERT_EQ(SSL_key_update(client->session(), SSL_KEY_UPDATE_REQUESTED), 1);
    send("?");
    runner.run_iterations(2);
    const std::string piece(1000, static_cast<char>('a' + i));
    stream->write(piece);
    expected += piece;
  }
  ASSERT_TRUE(run_until([&] { return client->received.size() == expected.size(); }))
      << client->received.size() << client->error << stream->error();
  EXPECT_TRUE(client->received == expected);
  EXPECT_EQ(events.received, std::string(20, '?'));
}

TEST_F(StartTlsTest, EndsAClientThatDoesNothingButChangeKeys) {
  start_tls();
  ASSERT_TRUE(establish()) << stream->error();
  for (int i = 0; i < 1000; ++i) {
    SSL_key_update(client->session(), SSL_KEY_UPDATE_NOT_REQUESTED);
    SSL_do_handshake(client->session());
  }
  ASSERT_TRUE(run_until([&] { return events.ends == 1; }));
  EXPECT_EQ(stream->error(), "TLS error: too many key updates");
}

TEST_F(StartTlsTest, TakesWhatWasReadBeforeItAtAnyCut) {
  for (const std::size_t most : {1U, 2U, 3U, 5U, 6U, 100U, 65536U}) {
    connect_through_pump();
    start_tls_with_what_is_read_first();
    client->step();
    ASSERT_TRUE(run_until([&] {
      pump(most);
      return stream->tls() != nullptr;
    }));
    ASSERT_TRUE(establish_by(most)) << most << stream->error();
    send("hello");
    ASSERT_TRUE(run_until([&] {
      pump(most);
      return events.received == "hello";
    })) << most;
    stream->write("welcome");
    EXPECT_TRUE(run_until([&] {
      pump(most);
      return client->received == "welcome";
    })) << most;
  }
}

TEST_F(StartTlsTest, WritesNothingBeforeTheHandshakeIsDone) {
  start_tls();
  stream->write("secret");
  stream->flush();
  EXPECT_EQ(stream->queued_bytes(), 0U);
  runner.run_iterations(3);
  EXPECT_EQ(read_available(client_fd), "");
  stream->finish();
  ASSERT_TRUE(runner.run_until([&] { return events.ends == 1; }));
  EXPECT_EQ(read_available(client_fd), "");
}

TEST_F(StartTlsTest, FailsWhereNoTlsComes) {
  start_tls();
  ::send(client_fd, "\0\0\0\x08\x04\xd2\x16\x2f", 8, 0);
  ASSERT_TRUE(runner.run_until([&] { return events.ends == 1; }));
  EXPECT_EQ(events.last_end, StreamEnd::Error);
  EXPECT_TRUE(stream->error().contains("TLS error")) << stream->error();
  EXPECT_EQ(events.received, "");
}

TEST_F(StartTlsTest, FailsWithoutASession) {
  stream->start_tls(nullptr, "");
  ASSERT_TRUE(runner.run_until([&] { return events.ends == 1; }));
  EXPECT_EQ(events.last_end, StreamEnd::Error);
}

TEST_F(StartTlsTest, HoldsQueuedBytesUntilTheyAreFlushed) {
  start_tls();
  ASSERT_TRUE(establish());
  const std::string_view held = "held";
  stream->queue(std::span(&held, 1));
  stream->write(" behind");
  for (int i = 0; i < 5; ++i) {
    runner.run_iterations(1);
    client->step();
  }
  EXPECT_EQ(client->received, "");
  stream->flush();
  ASSERT_TRUE(run_until([&] { return client->received == "held behind"; }));
}

// A poll that is ready at once for bytes that are no whole record would keep a core busy.
TEST_F(StartTlsTest, WaitsForTheRestOfARecord) {
  connect_through_pump();
  start_tls();
  ASSERT_TRUE(establish_by(65536)) << stream->error();
  send(std::string(1000, 'x'));
  pump(100);
  runner.run_iterations(5);
  int iterations = 0;
  bool is_over = false;
  Timer limit(runner.loop);
  limit.start(std::chrono::milliseconds(50), [&] { is_over = true; });
  ASSERT_TRUE(runner.run_until([&] {
    ++iterations;
    return is_over;
  }));
  EXPECT_LT(iterations, 20);
  EXPECT_EQ(events.received, "");
  pump(65536);
  ASSERT_TRUE(runner.run_until([&] { return events.received.size() == 1000; }));
}

TEST_F(StartTlsTest, AnswersAClientThatHasSaidAll) {
  start_tls();
  ASSERT_TRUE(establish());
  events.goes_on_after_input = true;
  send("ask");
  SSL_shutdown(client->session());
  ASSERT_TRUE(runner.run_until([&] { return events.input_ends == 1; }));
  EXPECT_EQ(events.received, "ask");
  stream->write("answer");
  stream->finish();
  ASSERT_TRUE(run_until([&] { return client->ended && events.ends == 1; }));
  EXPECT_EQ(client->received, "answer");
  EXPECT_EQ(events.last_end, StreamEnd::Eof);
}

TEST_F(StartTlsTest, TellsAConnectionThatIsCutAsAnError) {
  start_tls();
  ASSERT_TRUE(establish());
  ::shutdown(client_fd, SHUT_WR);
  ASSERT_TRUE(runner.run_until([&] { return events.ends == 1; }));
  EXPECT_EQ(events.last_end, StreamEnd::Error);
  EXPECT_EQ(events.input_ends, 0);
}

}  // namespace
}  // namespace gateway::net
