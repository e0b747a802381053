// SPDX-License-Identifier: Apache-2.0
// The BIO alone, between OpenSSL's calls and a socket. What a handshake makes of it is in
// stream_start_tls_test.cc.
#include "gateway/net/tls_socket.h"

#include <gtest/gtest.h>
#include <openssl/bio.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <utility>

#include "tests/support/made_certificates.h"
#include "tests/unit/gateway/net/recorder.h"

namespace gateway::net {
namespace {

constexpr int kReadsPerTurn = 32;

class TlsSocketTest : public ::testing::Test {
 protected:
  ~TlsSocketTest() override {
    ::close(pair_[0]);
    if (pair_[1] >= 0) ::close(pair_[1]);
  }

  std::string read(std::size_t most) {
    std::string bytes(most, '\0');
    const int count = BIO_read(bio_.get(), bytes.data(), static_cast<int>(most));
    bytes.resize(static_cast<std::size_t>(std::max(count, 0)));
    return bytes;
  }
  void send(std::string_view bytes) { ::send(pair_[1], bytes.data(), bytes.size(), 0); }
  bool write(std::string_view bytes) {
    return BIO_write(bio_.get(), bytes.data(), static_cast<int>(bytes.size())) ==
           static_cast<int>(bytes.size());
  }
  // Writes until no more is kept; answers what was taken.
  std::string fill() {
    std::string taken;
    for (char c = 'a'; taken.size() < (64u << 20); c = c == 'z' ? 'a' : static_cast<char>(c + 1)) {
      const std::string record(16'000, c);
      if (!write(record)) break;
      taken += record;
    }
    return taken;
  }
  void close_far_end() { ::close(std::exchange(pair_[1], -1)); }

  std::array<int, 2> pair_ = socket_pair();
  std::unique_ptr<BIO, tests::Freer<BIO_free>> bio_{open_tls_socket(pair_[0], "")};
};

TEST_F(TlsSocketTest, SaysThatItHoldsWhatNoPollSees) {
  send("a head and a body");
  EXPECT_EQ(read(6), "a head");
  EXPECT_EQ(read_available(pair_[0]), "");
  EXPECT_TRUE(holds_read_ahead(bio_.get()));
  EXPECT_EQ(read(100), " and a body");
  EXPECT_FALSE(holds_read_ahead(bio_.get()));
  EXPECT_EQ(read(100), "");
  EXPECT_TRUE(BIO_should_read(bio_.get()));
}

TEST_F(TlsSocketTest, SeemsEmptyAfterATurnOfReads) {
  send(std::string(100, 'x'));
  for (int i = 0; i < kReadsPerTurn; ++i) {
    EXPECT_FALSE(were_reads_cut(bio_.get()));
    EXPECT_EQ(read(1), "x");
  }
  EXPECT_EQ(read(1), "");
  EXPECT_TRUE(BIO_should_read(bio_.get()));
  EXPECT_TRUE(were_reads_cut(bio_.get()));
  renew_reads(bio_.get());
  EXPECT_FALSE(were_reads_cut(bio_.get()));
  EXPECT_EQ(read(100), std::string(100 - kReadsPerTurn, 'x'));
}

TEST_F(TlsSocketTest, KeepsWhatTheSocketDoesNotTakeUpToALimit) {
  const std::string taken = fill();
  EXPECT_TRUE(BIO_should_write(bio_.get()));
  EXPECT_EQ(flush_tls_socket(bio_.get()), EAGAIN);
  const std::string in_socket = read_available(pair_[1]);
  EXPECT_GE(taken.size() - in_socket.size(), 64u * 1024);
  EXPECT_LT(taken.size() - in_socket.size(), 80u * 1024);
  std::string received = in_socket;
  while (flush_tls_socket(bio_.get()) == EAGAIN) received += read_available(pair_[1]);
  EXPECT_TRUE(received + read_available(pair_[1]) == taken);
  EXPECT_TRUE(write("more"));
}

TEST_F(TlsSocketTest, TellsABrokenSocketAndRaisesNoSignal) {
  close_far_end();
  EXPECT_FALSE(write("x"));
  EXPECT_EQ(errno, EPIPE);
  EXPECT_FALSE(BIO_should_retry(bio_.get()));
}

TEST_F(TlsSocketTest, TellsASocketThatBreaksWhileBytesAreKept) {
  fill();
  close_far_end();
  const int error = flush_tls_socket(bio_.get());
  EXPECT_TRUE(error == EPIPE || error == ECONNRESET) << error;
  EXPECT_FALSE(write("x"));
  EXPECT_FALSE(BIO_should_retry(bio_.get()));
}

}  // namespace
}  // namespace gateway::net
