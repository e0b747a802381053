// SPDX-License-Identifier: Apache-2.0
// How many changes of keys a session bears. What it tells of itself is in tls_acceptor_test.cc.
#include "gateway/net/tls_session.h"

#include "gateway/net/tls_socket.h"
#include "tests/unit/gateway/net/tls_fixture.h"

namespace gateway::net {
namespace {

constexpr int kKeyUpdatesMax = 32;

class TlsSessionTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto acceptor = TlsAcceptor::load(
        {folder_.write_certificate("crt", own_), folder_.write_key("key", own_), ""});
    ASSERT_TRUE(acceptor.has_value()) << acceptor.error().message;
    session_ = (*acceptor)->accept(TlsStart::Requested);
    ASSERT_TRUE(session_->attach(pair_[0], ""));
    for (int i = 0; i < 10 && !session_->is_established(); ++i) {
      client_.step();
      read_turn();
    }
    ASSERT_TRUE(session_->is_established() && client_.is_established());
  }
  ~TlsSessionTest() override {
    ::close(pair_[0]);
    ::close(pair_[1]);
  }

  void change_keys() {
    SSL_key_update(client_.session(), SSL_KEY_UPDATE_NOT_REQUESTED);
    SSL_do_handshake(client_.session());
  }
  void send_data() { ASSERT_EQ(SSL_write(client_.session(), "x", 1), 1); }

  // How many bytes of data it brings.
  std::size_t read_turn() {
    renew_reads(SSL_get_rbio(session_->raw()));
    std::array<char, 100> bytes;
    std::size_t total = 0;
    for (int count; (count = SSL_read(session_->raw(), bytes.data(), bytes.size())) > 0;) {
      total += static_cast<std::size_t>(count);
    }
    return total;
  }
  bool does_nothing_but_rekey() { return session_->does_nothing_but_rekey(read_turn()); }

  tests::Folder folder_;
  const tests::Made own_ = tests::make_certificate("gateway");
  std::array<int, 2> pair_ = socket_pair();
  TlsClient client_{pair_[1]};
  std::unique_ptr<TlsSession> session_;
};

TEST_F(TlsSessionTest, BearsSomeChangesOfKeysWithoutData) {
  for (int i = 0; i < kKeyUpdatesMax; ++i) {
    change_keys();
    EXPECT_FALSE(does_nothing_but_rekey()) << i;
  }
  change_keys();
  EXPECT_TRUE(does_nothing_but_rekey());
}

TEST_F(TlsSessionTest, BearsAnyNumberOfThemBetweenData) {
  for (int i = 0; i < 3 * kKeyUpdatesMax; ++i) {
    change_keys();
    EXPECT_FALSE(does_nothing_but_rekey()) << i;
    if (i % kKeyUpdatesMax == 0) {
      send_data();
      EXPECT_FALSE(does_nothing_but_rekey()) << i;
    }
  }
}

}  // namespace
}  // namespace gateway::net
