// SPDX-License-Identifier: Apache-2.0
// Handshakes: who is let in, and what is agreed on.
#include "tests/unit/gateway/net/tls_fixture.h"

namespace gateway::net {
namespace {

class TlsAcceptorTest : public TlsFixture {
 protected:
  // Clients must be signed by `ca`.
  void ask_for_certificates() { files.client_ca = folder.write_certificate("ca", ca); }

  void expect_failure(const std::string& our_words, const std::string& client_words) {
    ASSERT_TRUE(run_until([&] { return events.ends == 1 && !client->error.empty(); }));
    EXPECT_EQ(events.last_end, StreamEnd::Error);
    EXPECT_TRUE(stream->error().contains(our_words)) << stream->error();
    EXPECT_TRUE(client->error.contains(client_words)) << client->error;
    EXPECT_EQ(events.received, "");
  }
};

TEST_F(TlsAcceptorTest, AgreesOnTheNewestVersion) {
  start_tls();
  ASSERT_TRUE(establish()) << stream->error();
  EXPECT_EQ(stream->tls()->version(), "TLSv1.3");
  EXPECT_EQ(stream->tls()->cipher(), SSL_get_cipher_name(client->session()));
  EXPECT_EQ(stream->tls()->end_point().size(), 32U);
  EXPECT_EQ(stream->tls()->client_name(), "");
}

TEST_F(TlsAcceptorTest, TakesTls12AndNothingOlder) {
  SSL_CTX_set_max_proto_version(client->context(), TLS1_2_VERSION);
  start_tls();
  ASSERT_TRUE(establish()) << stream->error();
  EXPECT_EQ(stream->tls()->version(), "TLSv1.2");
  connect();
  SSL_CTX_set_security_level(client->context(), 0);
  SSL_CTX_set_min_proto_version(client->context(), TLS1_VERSION);
  SSL_CTX_set_max_proto_version(client->context(), TLS1_1_VERSION);
  start_tls();
  expect_failure("unsupported protocol", "protocol version");
}

TEST_F(TlsAcceptorTest, ResumesNothing) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    connect();
    SSL_CTX_set_max_proto_version(client->context(), version);
    start_tls();
    ASSERT_TRUE(establish());
    stream->write("x");  // a ticket would come before it
    ASSERT_TRUE(run_until([&] { return client->received == "x"; }));
    SSL_SESSION* first = SSL_get1_session(client->session());
    EXPECT_EQ(SSL_SESSION_has_ticket(first), 0);
    connect();
    SSL_CTX_set_max_proto_version(client->context(), version);
    SSL_set_session(client->session(), first);
    SSL_SESSION_free(first);
    start_tls();
    ASSERT_TRUE(establish());
    EXPECT_EQ(SSL_session_reused(client->session()), 0);
  }
}

TEST_F(TlsAcceptorTest, RenegotiatesNothing) {
  SSL_CTX_set_max_proto_version(client->context(), TLS1_2_VERSION);
  start_tls();
  ASSERT_TRUE(establish());
  SSL_renegotiate(client->session());
  ASSERT_TRUE(run_until([&] { return !client->error.empty(); }));
  EXPECT_EQ(client->error, "no renegotiation");
}

TEST_F(TlsAcceptorTest, AgreesOnAlpnWhereTheClientAsksForIt) {
  for (const TlsStart start : {TlsStart::Requested, TlsStart::Direct}) {
    connect();
    client->offer("postgresql");
    start_tls(start);
    ASSERT_TRUE(establish()) << stream->error();
    const unsigned char* chosen = nullptr;
    unsigned length = 0;
    SSL_get0_alpn_selected(client->session(), &chosen, &length);
    EXPECT_EQ(std::string(reinterpret_cast<const char*>(chosen), length), "postgresql");
  }
}

TEST_F(TlsAcceptorTest, RefusesAnotherProtocol) {
  for (const TlsStart start : {TlsStart::Requested, TlsStart::Direct}) {
    connect();
    client->offer("http/1.1");
    start_tls(start);
    expect_failure("no application protocol", "no application protocol");
  }
}

TEST_F(TlsAcceptorTest, RefusesDirectTlsThatNamesNoProtocol) {
  start_tls(TlsStart::Direct);
  expect_failure("no application protocol", "no application protocol");
}

TEST_F(TlsAcceptorTest, TellsTheNameInAClientsCertificate) {
  ask_for_certificates();
  client->show(tests::make_certificate("ann", &ca));
  start_tls();
  ASSERT_TRUE(establish()) << stream->error();
  EXPECT_EQ(stream->tls()->client_name(), "ann");
}

TEST_F(TlsAcceptorTest, AsksForACertificateButNeedsNone) {
  ask_for_certificates();
  start_tls();
  ASSERT_TRUE(establish()) << stream->error();
  EXPECT_EQ(stream->tls()->client_name(), "");
}

TEST_F(TlsAcceptorTest, BelievesNoCertificateWithoutAnAuthority) {
  client->show(tests::make_certificate("ann", &ca));
  start_tls();
  ASSERT_TRUE(establish()) << stream->error();
  EXPECT_EQ(stream->tls()->client_name(), "");
}

TEST_F(TlsAcceptorTest, RefusesACertificateOfAnotherAuthority) {
  ask_for_certificates();
  const tests::Made other = tests::make_certificate("authority");
  client->show(tests::make_certificate("ann", &other));
  start_tls();
  expect_failure("certificate verify failed: ", "alert");
}

TEST_F(TlsAcceptorTest, RefusesAnExpiredCertificate) {
  ask_for_certificates();
  tests::Made expired = tests::make_certificate("ann", &ca);
  X509_gmtime_adj(X509_getm_notBefore(expired.certificate.get()), -7200);
  X509_gmtime_adj(X509_getm_notAfter(expired.certificate.get()), -3600);
  X509_sign(expired.certificate.get(), ca.key.get(), EVP_sha256());
  client->show(expired);
  start_tls();
  expect_failure("certificate verify failed: certificate has expired", "alert");
}

TEST_F(TlsAcceptorTest, RefusesANameWithANulByte) {
  ask_for_certificates();
  client->show(tests::make_certificate(std::string("ann\0.evil", 9), &ca));
  start_tls();
  expect_failure("its common name holds a NUL byte", "alert");
}

TEST_F(TlsAcceptorTest, KeepsTheOldCertificateForSessionsThatBeganWithIt) {
  const auto acceptor = TlsAcceptor::load(files);
  ASSERT_TRUE(acceptor.has_value());
  auto session = (*acceptor)->accept(TlsStart::Requested);
  const std::string before = (*acceptor)->end_point();
  const tests::Made renewed = tests::make_certificate("gateway");
  folder.write_certificate("crt", renewed);
  folder.write_key("key", renewed);
  stream->start_tls(std::move(session), {});
  ASSERT_TRUE(establish()) << stream->error();
  EXPECT_EQ(stream->tls()->end_point(), before);
  connect();
  start_tls();
  ASSERT_TRUE(establish()) << stream->error();
  EXPECT_NE(stream->tls()->end_point(), before);
}

}  // namespace
}  // namespace gateway::net
