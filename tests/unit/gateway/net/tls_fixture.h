// SPDX-License-Identifier: Apache-2.0
// A Stream that accepts TLS at one end of a socket pair, and OpenSSL as its client at the other.
#pragma once

#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <vector>

#include "gateway/net/stream.h"
#include "gateway/net/tls_acceptor.h"
#include "tests/support/loop_runner.h"
#include "tests/support/made_certificates.h"
#include "tests/unit/gateway/net/recorder.h"

namespace gateway::net {

// Steps when asked; knows no loop.
class TlsClient {
 public:
  explicit TlsClient(int fd);
  // Before the first step.
  SSL_CTX* context() { return context_.get(); }
  void offer(const std::string& protocol);  // by ALPN
  void show(const tests::Made& certificate);

  void step();  // goes on with the handshake, or reads
  bool is_established() { return session_ && SSL_is_init_finished(session_.get()) == 1; }
  SSL* session();
  std::string received;
  bool ended = false;  // the peer said so
  std::string error;   // of OpenSSL
  int largest_record = 0;

 private:
  int fd_;
  std::unique_ptr<SSL_CTX, tests::Freer<SSL_CTX_free>> context_{SSL_CTX_new(TLS_client_method())};
  std::unique_ptr<SSL, tests::Freer<SSL_free>> session_;
};

class TlsFixture : public ::testing::Test {
 protected:
  TlsFixture();
  ~TlsFixture() override;

  // A new pair of sockets, and the stream on it, that reads.
  void connect();
  void start_tls(TlsStart start = TlsStart::Requested, std::string_view already_read = {});
  bool run_until(std::move_only_function<bool()> condition);  // the client steps with the loop
  bool establish();

  tests::LoopRunner runner;
  tests::Folder folder;
  const tests::Made ca = tests::make_certificate("authority");
  const tests::Made own = tests::make_certificate("gateway");
  TlsFiles files{folder.write_certificate("crt", own), folder.write_key("key", own), ""};
  Recorder events;
  std::unique_ptr<Stream> stream;
  std::unique_ptr<TlsClient> client;
  int client_fd = -1;
};

}  // namespace gateway::net
