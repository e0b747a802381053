// SPDX-License-Identifier: Apache-2.0
// How each kind of user proves who it is, and what a handshake asks others.
#include "tests/unit/gateway/session/handshaking.h"

namespace gateway::session {
namespace {

// The password of all is "pencil".
class Authentication : public Handshaking {
 protected:
  Authentication() {
    users_.add("clear", {.method = auth::Method::Password, .verifier = pencil()});
    users_.add("carol", {.method = auth::Method::Certificate, .certificate_name = "carol.example"});
  }

  // Over TLS; `certificate_name` is that of the client.
  Handshake encrypted(const std::string& certificate_name = "") {
    Channel channel;
    channel.is_encrypted = true;
    channel.end_point = "a hash of the certificate";
    channel.certificate_name = certificate_name;
    return Handshake({users_, kNonce, channel});
  }
  Handshake asking() {
    HandshakeContext context{users_, kNonce, {}};
    context.other_users = HandshakeContext::OtherUsers::AskedAfter;
    return Handshake(context);
  }
};

TEST_F(Authentication, OffersChannelBindingUnderTlsOnly) {
  Handshake bound = encrypted(), plain = handshake();
  EXPECT_EQ(give(bound, start("user|user")),
            wire::frame('R', wire::be32(10) + wire::z("SCRAM-SHA-256-PLUS") +
                                 wire::z("SCRAM-SHA-256") + '\0'));
  EXPECT_EQ(give(plain, start("user|user")),
            wire::frame('R', wire::be32(10) + wire::z("SCRAM-SHA-256") + '\0'));
  EXPECT_EQ(outline(give(bound, initial_ + final_)), "R R") << "who does not bind is let in";
  EXPECT_NE(login(bound), nullptr);
}

TEST_F(Authentication, RefusesWhatSomebodyInTheMiddleWouldChange) {
  struct Case {
    std::string mechanism, first, answer, message;
    CloseReason reason;
  };
  const std::string bare = ",,n=user,r=rOprNGfwEbeRWgbNEkqO";
  const std::vector<Case> cases{
      {"SCRAM-SHA-256", "y" + bare, "E28000", "SCRAM channel binding negotiation error",
       CloseReason::AuthenticationFailed},
      {"SCRAM-SHA-256", "p=tls-server-end-point" + bare, "E08P01", "malformed SCRAM message",
       CloseReason::ClientProtocolViolation},
      {"SCRAM-SHA-256-PLUS", "n" + bare, "E08P01", "malformed SCRAM message",
       CloseReason::ClientProtocolViolation},
      {"SCRAM-SHA-256-PLUS", "y" + bare, "E08P01", "malformed SCRAM message",
       CloseReason::ClientProtocolViolation},
      {"SCRAM-SHA-256-PLUS", "p=tls-unique" + bare, "E08P01",
       "unsupported SCRAM channel-binding type", CloseReason::ClientProtocolViolation},
  };
  for (const auto& each : cases) {
    Handshake handshake = encrypted();
    give(handshake, start("user|user"));
    EXPECT_EQ(outline(give(handshake, initial(each.mechanism, each.first))), each.answer);
    ASSERT_NE(failure(handshake), nullptr) << each.first;
    EXPECT_EQ(failure(handshake)->message, each.message);
    EXPECT_EQ(failure(handshake)->reason, each.reason);
  }
}

TEST_F(Authentication, RefusesAProofBoundToAnotherCertificate) {
  Handshake handshake = encrypted();
  const std::string header = "p=tls-server-end-point,,";
  give(handshake, start("user|user") + initial("SCRAM-SHA-256-PLUS", header + first_.substr(3)));
  std::string forged = "c=" + auth::encode_base64(header + "another hash") + final_.substr(5 + 6);
  EXPECT_EQ(outline(give(handshake, wire::frame('p', forged))), "E28000");
  ASSERT_NE(failure(handshake), nullptr);
  EXPECT_EQ(failure(handshake)->message, "SCRAM channel binding check failed");
}

TEST_F(Authentication, AsksForAPasswordInClearTextUnderTlsOnly) {
  for (const Peer peer : {Peer::Network, Peer::Loopback, Peer::UnixSocket}) {
    Handshake plain = handshake(peer);
    EXPECT_EQ(outline(give(plain, start("user|clear"))), "E28000");
    EXPECT_EQ(failure(plain)->reason, CloseReason::LoginRefused);
    EXPECT_TRUE(failure(plain)->message.contains("TLS"));
  }
  const std::string bytes = start("user|clear") + wire::frame('p', wire::z("pencil"));
  for (const std::size_t piece : {std::size_t{1}, bytes.size()}) {
    Handshake handshake = encrypted();
    EXPECT_EQ(give(handshake, bytes, piece), wire::frame('R', wire::be32(3)));
    const auto question = handshake.take_question();
    ASSERT_TRUE(question);
    EXPECT_EQ(std::get<PasswordQuestion>(*question).password, "pencil");
    EXPECT_FALSE(handshake.take_question());
    EXPECT_EQ(give(handshake, wire::frame('p', wire::z("pencil"))), "") << "nothing until answered";
    std::string answer;
    handshake.on_password_checked(Handshake::PasswordCheck::Right, answer);
    EXPECT_EQ(answer, "");
    ASSERT_NE(login(handshake), nullptr);
    EXPECT_EQ(login(handshake)->method, auth::Method::Password);
  }
}

TEST_F(Authentication, RefusesWrongPasswordsAndPacketsThatAreNone) {
  Handshake wrong = encrypted();
  std::string answer = give(wrong, start("user|clear") + wire::frame('p', wire::z("x")));
  wrong.on_password_checked(Handshake::PasswordCheck::Wrong, answer);
  EXPECT_EQ(outline(answer), "R E28P01");
  EXPECT_EQ(failure(wrong)->reason, CloseReason::AuthenticationFailed);
  for (const std::string& packet :
       {wire::frame('p', ""), wire::frame('p', "no end"), wire::frame('p', wire::z("a") + "b"),
        wire::frame('p', wire::z("a") + wire::z("")), wire::frame('Q', wire::z("x")),
        'p' + wire::be32(1 << 20), start("user|clear")}) {
    Handshake handshake = encrypted();
    EXPECT_EQ(outline(give(handshake, start("user|clear") + packet)), "R E08P01");
    EXPECT_FALSE(handshake.take_question());
  }
}

// The hash is computed for them, too: that takes the time that tells.
TEST_F(Authentication, AsksStrangersInClearTextWhereMostUsersAre) {
  users_.add("other", {.method = auth::Method::Password, .verifier = pencil()});
  Handshake handshake = encrypted();
  std::string answer = give(handshake, start("user|nobody") + wire::frame('p', wire::z("pencil")));
  ASSERT_TRUE(handshake.take_question());
  handshake.on_password_checked(Handshake::PasswordCheck::Right, answer);
  EXPECT_EQ(outline(answer), "R E28P01");
}

TEST_F(Authentication, AdmitsByTheNameInTheCertificate) {
  Handshake right = encrypted("carol.example");
  EXPECT_EQ(give(right, start("user|carol")), "");
  ASSERT_NE(login(right), nullptr);
  EXPECT_EQ(login(right)->method, auth::Method::Certificate);
  const std::pair<std::string, std::string> cases[] = {
      {"", "connection requires a valid client certificate"},
      {"carol", "certificate authentication failed for user \"carol\""},
      {"carol.example.com", "certificate authentication failed for user \"carol\""},
      {"Carol.example", "certificate authentication failed for user \"carol\""}};
  for (const auto& [name, message] : cases) {
    Handshake handshake = encrypted(name);
    EXPECT_EQ(outline(give(handshake, start("user|carol"))), "E28000");
    EXPECT_EQ(failure(handshake)->message, message);
    EXPECT_EQ(failure(handshake)->reason, CloseReason::AuthenticationFailed);
  }
  Handshake other = encrypted("carol.example");
  EXPECT_EQ(outline(give(other, start("user|user"))), "R") << "a certificate is no password";
}

TEST_F(Authentication, AsksWhoSomebodyIsThatIsInNoFile) {
  const std::string bytes = start("user|ida|_pq_.x|1", kV30 + 2) + initial_;
  for (const std::size_t piece : {std::size_t{1}, bytes.size()}) {
    Handshake handshake = asking();
    EXPECT_EQ(outline(give(handshake, bytes, piece)), "v") << "once";
    EXPECT_EQ(left_, initial_) << "nothing is taken until it is answered";
    const auto question = handshake.take_question();
    ASSERT_TRUE(question);
    EXPECT_EQ(std::get<UserQuestion>(*question).user, "ida");
    std::string answer;
    handshake.on_user(pencil(), Handshake::Subject::Genuine, answer);
    EXPECT_EQ(outline(answer), "R");
    EXPECT_EQ(outline(give(handshake, initial_ + final_)), "R R");
    ASSERT_NE(login(handshake), nullptr);
    EXPECT_EQ(login(handshake)->user, "ida");
  }
}

TEST_F(Authentication, TellsNobodyWhetherTheDirectoryKnowsAUser) {
  Handshake handshake = asking();
  std::string answer = give(handshake, start("user|nobody"));
  ASSERT_TRUE(handshake.take_question());
  handshake.on_user(pencil(), Handshake::Subject::Fake, answer);
  EXPECT_EQ(outline(answer + give(handshake, initial_ + final_)), "R R E28P01");
  Handshake known = asking();
  EXPECT_EQ(outline(give(known, start("user|user"))), "R");
  EXPECT_FALSE(known.take_question()) << "who is in the file is not asked after";
}

TEST_F(Authentication, TakesNoAnswerThatItDidNotAskFor) {
  Handshake handshake = encrypted();
  std::string answer;
  handshake.on_user(pencil(), Handshake::Subject::Genuine, answer);
  handshake.on_password_checked(Handshake::PasswordCheck::Right, answer);
  give(handshake, start("user|user"));
  handshake.on_password_checked(Handshake::PasswordCheck::Right, answer);
  EXPECT_EQ(answer, "");
  EXPECT_FALSE(handshake.result());
}

}  // namespace
}  // namespace gateway::session
