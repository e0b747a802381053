// SPDX-License-Identifier: Apache-2.0
// Who is offered TLS, who has to take it, and what may come before and behind it.
#include "tests/unit/gateway/session/handshaking.h"

namespace gateway::session {
namespace {

const std::string kSsl = wire::startup(80877103, ""), kGss = wire::startup(80877104, "");
const std::string kCancel = wire::startup(80877102, wire::be32(7) + "key!");
const std::string kStart = start("user|local");
const std::string kHello = "\x16\x03\x01 and so on";

class TlsHandshaking : public Handshaking {
 protected:
  Handshake handshake(Encryption encryption, Peer peer = Peer::Loopback) {
    return Handshake({users_, kNonce, {.peer = peer}, encryption});
  }
  static Channel encrypted() {
    Channel channel;
    channel.peer = Peer::Loopback;
    channel.is_encrypted = true;
    return channel;
  }
  static bool asks_for(const Handshake& handshake, TlsRequest request) {
    const auto* asked = result<TlsRequest>(handshake);
    return asked != nullptr && *asked == request && handshake.awaits_tls();
  }
};

TEST_F(TlsHandshaking, AsksForTlsAndGoesOnInsideIt) {
  for (const Encryption encryption : {Encryption::Allowed, Encryption::Required}) {
    Handshake handshake = this->handshake(encryption);
    EXPECT_EQ(give(handshake, kSsl), "S");
    EXPECT_TRUE(asks_for(handshake, TlsRequest::Asked));
    EXPECT_EQ(left_, "");
    handshake.take_result();
    handshake.on_tls(encrypted());
    EXPECT_EQ(give(handshake, kStart), "");
    EXPECT_NE(login(handshake), nullptr);
  }
}

TEST_F(TlsHandshaking, TakesNothingUntilTlsIsThere) {
  Handshake handshake = this->handshake(Encryption::Allowed);
  give(handshake, kSsl);
  handshake.take_result();
  EXPECT_EQ(give(handshake, kStart), "");
  EXPECT_EQ(left_, kStart);
  EXPECT_EQ(handshake.result(), std::nullopt);
}

TEST_F(TlsHandshaking, EndsOnBytesBehindTheRequest) {
  Handshake handshake = this->handshake(Encryption::Allowed);
  EXPECT_EQ(outline(give(handshake, kSsl + kStart)), "E08P01");
  EXPECT_NE(failure(handshake), nullptr);
  EXPECT_FALSE(handshake.awaits_tls());
}

TEST_F(TlsHandshaking, DeclinesGssAndThenGivesTls) {
  Handshake handshake = this->handshake(Encryption::Required);
  EXPECT_EQ(give(handshake, kGss), "N");
  EXPECT_EQ(give(handshake, kSsl), "S");
  EXPECT_TRUE(asks_for(handshake, TlsRequest::Asked));
}

TEST_F(TlsHandshaking, RefusesAnEncryptionRequestInsideTls) {
  for (const std::string& request : {kSsl, kGss}) {
    Handshake handshake = this->handshake(Encryption::Allowed);
    give(handshake, kSsl);
    handshake.take_result();
    handshake.on_tls(encrypted());
    EXPECT_EQ(outline(give(handshake, request)), "E0A000");
    EXPECT_EQ(failure(handshake)->reason, CloseReason::ClientProtocolViolation);
  }
}

TEST_F(TlsHandshaking, NoticesTlsThatBeginsAtOnce) {
  for (const std::string& bytes : {kHello, kHello.substr(0, 1)}) {
    Handshake handshake = this->handshake(Encryption::Allowed);
    EXPECT_EQ(give(handshake, bytes), "");
    EXPECT_EQ(left_, bytes);
    EXPECT_TRUE(asks_for(handshake, TlsRequest::Direct));
    handshake.take_result();
    handshake.on_tls(encrypted());
    give(handshake, kStart);
    EXPECT_NE(login(handshake), nullptr);
  }
}

TEST_F(TlsHandshaking, TakesDirectTlsForAPacketOfNoLegalLengthElsewhere) {
  Handshake disabled = handshake(Encryption::Disabled);
  EXPECT_EQ(outline(give(disabled, kHello)), "E08P01");
  Handshake local = handshake(Encryption::Required, Peer::UnixSocket);
  EXPECT_EQ(outline(give(local, kHello)), "E08P01");
  Handshake late = handshake(Encryption::Allowed);
  give(late, kGss);
  EXPECT_EQ(outline(give(late, kHello)), "E08P01");
  Handshake inside = handshake(Encryption::Allowed);
  give(inside, kSsl);
  inside.take_result();
  inside.on_tls(encrypted());
  EXPECT_EQ(outline(give(inside, kHello)), "E08P01");
}

TEST_F(TlsHandshaking, RefusesALoginInTheClearWhereTlsIsRequired) {
  for (const Peer peer : {Peer::Loopback, Peer::Network}) {
    Handshake handshake = this->handshake(Encryption::Required, peer);
    const std::string answer = give(handshake, kStart);
    EXPECT_EQ(outline(answer), "E28000");
    EXPECT_NE(answer.find("connect with sslmode=require"), std::string::npos);
    EXPECT_EQ(failure(handshake)->reason, CloseReason::LoginRefused);
    EXPECT_EQ(failure(handshake)->user, "local");
  }
}

TEST_F(TlsHandshaking, LetsACancelPassInTheClear) {
  Handshake handshake = this->handshake(Encryption::Required, Peer::Network);
  EXPECT_EQ(give(handshake, kCancel), "");
  EXPECT_NE(result<CancelKey>(handshake), nullptr);
}

TEST_F(TlsHandshaking, HasNoTlsOnAUnixSocketAndNeedsNone) {
  Handshake handshake = this->handshake(Encryption::Required, Peer::UnixSocket);
  EXPECT_EQ(give(handshake, kSsl), "N");
  give(handshake, kStart);
  EXPECT_NE(login(handshake), nullptr);
}

}  // namespace
}  // namespace gateway::session
