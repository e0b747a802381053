// SPDX-License-Identifier: Apache-2.0
#include "gateway/session/handshake.h"

#include "tests/unit/gateway/session/handshaking.h"

namespace gateway::session {
namespace {

constexpr std::uint32_t kSsl = 80877103, kGss = 80877104, kCancel = 80877102;

TEST_F(Handshaking, FollowsTheVectorOfRfc7677AtEveryCut) {
  const std::string bytes = start("user|user|database|shop|TimeZone|UTC") + initial_ + final_;
  const std::string expected =
      wire::frame('R', wire::be32(10) + wire::z("SCRAM-SHA-256") + '\0') +
      wire::frame('R', wire::be32(11) + "r=rOprNGfwEbeRWgbNEkqO" + kNonce +
                           ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096") +
      wire::frame('R', wire::be32(12) + "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
  for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
    Handshake handshake = this->handshake();
    EXPECT_EQ(give(handshake, bytes, piece), expected);
    ASSERT_NE(login(handshake), nullptr) << piece;
    EXPECT_EQ(login(handshake)->user, "user");
    EXPECT_EQ(login(handshake)->database, "shop");
    EXPECT_EQ(login(handshake)->settings, (Settings{{"TimeZone", "UTC"}}));
  }
}

TEST_F(Handshaking, TellsAWrongPasswordAndAnUnknownUserAlike) {
  std::string forged = final_;
  forged[forged.size() - 5] = 'A';
  Handshake wrong = handshake(), unknown = handshake();
  const std::string wrong_answer = give(wrong, start("user|user") + initial_ + forged);
  const std::string unknown_answer = give(unknown, start("user|nobody") + initial_ + forged);
  EXPECT_EQ(outline(wrong_answer), "R R E28P01");
  EXPECT_EQ(outline(unknown_answer), "R R E28P01");
  EXPECT_NE(unknown_answer.find(",i=4096"), std::string::npos);
  EXPECT_EQ(failure(unknown)->reason, CloseReason::AuthenticationFailed);
  Handshake again = handshake();
  EXPECT_EQ(give(again, start("user|nobody") + initial_ + forged), unknown_answer);
}

TEST_F(Handshaking, RefusesEncryptionOnceOfEachKind) {
  Handshake handshake = this->handshake();
  EXPECT_EQ(give(handshake, wire::startup(kGss, "")), "N");
  EXPECT_EQ(give(handshake, wire::startup(kSsl, "")), "N");
  EXPECT_EQ(outline(give(handshake, wire::startup(kSsl, ""))), "E0A000");
  EXPECT_EQ(failure(handshake)->reason, CloseReason::ClientProtocolViolation);
}

TEST_F(Handshaking, EndsOnBytesBehindAnEncryptionRequest) {
  for (const std::uint32_t code : {kSsl, kGss}) {
    Handshake handshake = this->handshake();
    EXPECT_EQ(outline(give(handshake, wire::startup(code, "") + start("user|local"))), "E08P01");
    EXPECT_NE(failure(handshake), nullptr);
  }
}

TEST_F(Handshaking, NegotiatesTheProtocolExactlyOnce) {
  struct Case {
    std::uint32_t asked, spoken;
    std::string option;  // unknown
    bool is_told;
  };
  const std::vector<Case> cases{
      {kV30, kV30, "", false},
      {kV30 + 2, kV30 + 2, "", false},
      {kV30 + 1, kV30, "", true},
      {kV30 + 3, kV30 + 2, "", true},
      {kV30 + 9999, kV30 + 2, "", true},
      {kV30, kV30, "_pq_.x", true},
      {kV30 + 2, kV30 + 2, "_pq_.x", true},
      {kV30 + 9999, kV30 + 2, "_pq_.x", true},
  };
  for (const auto& [asked, spoken, option, is_told] : cases) {
    Handshake handshake = this->handshake();
    const std::string pairs = option.empty() ? "user|local" : "user|local|" + option + "|1";
    const std::string options = option.empty() ? wire::be32(0) : wire::be32(1) + wire::z(option);
    EXPECT_EQ(give(handshake, start(pairs, asked), 1),
              is_told ? wire::frame('v', wire::be32(spoken) + options) : "");
    ASSERT_NE(login(handshake), nullptr);
    EXPECT_EQ(login(handshake)->protocol, spoken);
  }
}

TEST_F(Handshaking, TellsAClientOfProtocol2InItsForm) {
  Handshake handshake = this->handshake();
  EXPECT_EQ(give(handshake, start("user|local", 2 << 16)),
            wire::z("EFATAL:  unsupported frontend protocol 2.0: server supports 3.0 to 3.2\n"));
  EXPECT_EQ(failure(handshake)->reason, CloseReason::ClientProtocolViolation);
}

TEST_F(Handshaking, KnowsWhomItRefusesWhereverTheNameStands) {
  for (const char* pairs : {"user|ann|replication|true", "replication|true|user|ann",
                            "options|-d 3|database|shop|user|ann"}) {
    Handshake handshake = this->handshake();
    give(handshake, start(pairs));
    ASSERT_NE(failure(handshake), nullptr) << pairs;
    EXPECT_EQ(failure(handshake)->user, "ann") << pairs;
  }
}

TEST_F(Handshaking, RefusesWhatItDoesNotServe) {
  struct Case {
    std::string bytes, answer;
    CloseReason reason;
  };
  const std::vector<Case> cases{
      {start("user|local", 4 << 16), "E0A000", CloseReason::ClientProtocolViolation},
      {start("user|local|replication|true"), "E0A000", CloseReason::LoginRefused},
      {start("user|local|replication|database"), "E0A000", CloseReason::LoginRefused},
      {start("user|local|options|-d 3"), "E22023", CloseReason::LoginRefused},
      {start("database|shop"), "E28000", CloseReason::LoginRefused},
      {wire::startup(kV30, "user"), "E08P01", CloseReason::ClientProtocolViolation},
      {wire::be32(7) + wire::be32(kV30), "E08P01", CloseReason::ClientProtocolViolation},
      {wire::be32(0x7fffffff), "E08P01", CloseReason::ClientProtocolViolation},
      {wire::be32(10'005), "E08P01", CloseReason::ClientProtocolViolation},
      {wire::startup(kCancel, wire::be32(7)), "E08P01", CloseReason::ClientProtocolViolation},
      {start("user|user") + start("user|local"), "R E08P01", CloseReason::ClientProtocolViolation},
      {start("user|user") + initial_ + start("user|local"), "R R E08P01",
       CloseReason::ClientProtocolViolation},
      {start("user|user") + wire::frame('Q', wire::z("SELECT 1")), "R E08P01",
       CloseReason::ClientProtocolViolation},
      {start("user|user") + 'p' + wire::be32(1 << 20), "R E08P01",
       CloseReason::ClientProtocolViolation},
      {start("user|user") + wire::frame('p', wire::z("SCRAM-SHA-256-PLUS") + wire::be32(0)),
       "R E08P01", CloseReason::ClientProtocolViolation},
      {start("user|user") + wire::frame('p', "?"), "R E08P01",
       CloseReason::ClientProtocolViolation},
  };
  for (const auto& [bytes, answer, reason] : cases) {
    for (const std::size_t piece : {std::size_t{1}, bytes.size()}) {
      Handshake handshake = this->handshake();
      EXPECT_EQ(outline(give(handshake, bytes, piece)), answer);
      ASSERT_NE(failure(handshake), nullptr) << answer;
      EXPECT_EQ(failure(handshake)->reason, reason) << failure(handshake)->message;
    }
  }
}

TEST_F(Handshaking, TrustsOnlyThoseOfThisHost) {
  Handshake near = handshake(Peer::Loopback), far = handshake(Peer::Network);
  EXPECT_EQ(give(near, start("user|local|replication|off")), "");
  ASSERT_NE(login(near), nullptr);
  EXPECT_EQ(login(near)->database, "local");
  EXPECT_EQ(outline(give(far, start("user|local"))), "E28000");
}

TEST_F(Handshaking, HandsOverACancelKey) {
  Handshake handshake = this->handshake();
  EXPECT_EQ(give(handshake, wire::startup(kCancel, wire::be32(7) + "abcd"), 1), "");
  const auto* key = std::get_if<CancelKey>(&*handshake.result());
  ASSERT_NE(key, nullptr);
  EXPECT_EQ(key->process_id, 7);
  EXPECT_EQ(key->key, "abcd");
}

TEST_F(Handshaking, LetsParametersOfTheirOwnWinOverOptions) {
  Handshake handshake = this->handshake();
  give(handshake,
       start("user|user|TimeZone|UTC|options|-c TimeZone=Asia/Tokyo") + initial_ + final_);
  ASSERT_NE(login(handshake), nullptr);
  EXPECT_EQ(login(handshake)->settings,
            (Settings{{"TimeZone", "Asia/Tokyo"}, {"TimeZone", "UTC"}}));
}

TEST_F(Handshaking, TakesEachSpellingOfNoReplication) {
  for (const std::string no : {"false", "FALSE", "Off", "n", "0"}) {
    Handshake handshake = this->handshake();
    EXPECT_EQ(outline(give(handshake, start("user|user|replication|" + no))), "R") << no;
  }
  const std::vector<std::pair<std::string, std::string>> refused{
      {"true", "E0A000"}, {"database", "E0A000"}, {"1", "E0A000"}, {"o", "E22023"}, {"", "E22023"}};
  for (const auto& [value, code] : refused) {
    Handshake handshake = this->handshake();
    EXPECT_EQ(outline(give(handshake, start("user|user|replication|" + value))), code) << value;
  }
}

TEST(Options, AreReadAsPostgreSqlDoes) {
  struct Case {
    std::string text;
    std::optional<Settings> settings;
  };
  const std::vector<Case> cases{
      {"", Settings{}},
      {"  \t", Settings{}},
      {"-c a=b --c-d=e", Settings{{"a", "b"}, {"c_d", "e"}}},
      {"-ca=b", Settings{{"a", "b"}}},
      {"-c a=b\\ c\\\\d", Settings{{"a", "b c\\d"}}},
      {"-c a=", Settings{{"a", ""}}},
      {"-c a=b=c", Settings{{"a", "b=c"}}},
      {"-c a=b\\", Settings{{"a", "b"}}},
      {"-c=", std::nullopt},
      {"-c", std::nullopt},
      {"-c a", std::nullopt},
      {"--=x", std::nullopt},
      {"--", std::nullopt},
      {"-", std::nullopt},
      {"\\", std::nullopt},
      {"a=b", std::nullopt},
      {"-B 100", std::nullopt},
  };
  for (const auto& each : cases) EXPECT_EQ(read_options(each.text), each.settings) << each.text;
}

}  // namespace
}  // namespace gateway::session
