// SPDX-License-Identifier: Apache-2.0
// A refusal behaves like an error of the server's.
#include <gtest/gtest.h>

#include "tests/unit/gateway/session/talk.h"

namespace gateway::session {
namespace {

using namespace wire;

const std::string kDenied = query("LOAD 'x'");
const std::string kPoison = query("'");

TEST(Refusing, AnswersAloneWhileIdle) {
  Talk talk;
  talk.client(kDenied + parse("a", "SELEC") + wire::bind("", "a") + execute("") + wire::sync());
  EXPECT_EQ(outline(talk.to_client), "E42501 ZI E42601 ZI");
  EXPECT_EQ(talk.to_server, "");
  EXPECT_EQ(talk.session().hold(), Session::Hold::None);  // no server is asked for
  EXPECT_EQ(talk.ledger.refused, 2u);
}

TEST(Refusing, AbortsAnOpenTransaction) {
  Talk talk;
  talk.begin().client(kDenied);
  EXPECT_EQ(talk.to_server, kPoison);
  EXPECT_EQ(talk.to_client, "");
  talk.server(error("42601") + ready('E'));
  EXPECT_EQ(outline(talk.to_client), "E42501 ZE");
}

TEST(Refusing, SaysWhatTheServerWouldInAFailedTransaction) {
  Talk talk;
  talk.begin().client(query("SELECT 1")).server(error("22012") + ready('E')).forget();
  talk.client(kDenied + parse("a", "LOAD 'x'") + wire::sync());
  EXPECT_EQ(outline(talk.to_client), "E25P02 ZE E25P02 ZE");
  EXPECT_EQ(talk.to_server, "");
}

TEST(Refusing, KeepsTheServersOwnErrorInAFailedTransaction) {
  Talk talk;
  talk.begin().client(query("SELECT 1") + kDenied);
  talk.server(error("22012") + ready('E') + error("25P02") + ready('E'));
  EXPECT_EQ(outline(talk.to_client), "E22012 ZE E25P02 ZE");
}

TEST(Refusing, WaitsBehindWhatIsOutstanding) {
  Talk talk;
  talk.client(query("SELECT 1")).attach().client("").forget();
  talk.client(kDenied);
  EXPECT_EQ(talk.to_client + talk.to_server, "");
  talk.server(complete("SELECT 1") + ready('I'));
  EXPECT_EQ(outline(talk.to_client), "C ZI E42501 ZI");
}

TEST(Refusing, AbortsTheTransactionOfAnUnansweredBegin) {
  Talk talk;
  talk.client(query("BEGIN")).attach().client("").forget();
  talk.client(kDenied);
  EXPECT_EQ(talk.to_server, kPoison);
}

// The CommandComplete of a BEGIN does not settle it: only the ReadyForQuery tells of it.
TEST(Refusing, AbortsTheTransactionOfABeginWithoutItsReadyForQuery) {
  Talk talk;
  const std::string unit = parse("", "BEGIN") + wire::bind("", "") + execute("") + flush();
  talk.client(unit).attach().client("");
  talk.server(frame('1', "") + frame('2', "") + complete("BEGIN")).forget();
  talk.client(wire::sync() + kDenied);
  EXPECT_EQ(talk.to_server, wire::sync() + kPoison);
  EXPECT_EQ(talk.to_client, "");
}

TEST(Refusing, PoisonsTheUnitThatItStandsIn) {
  struct Case {
    std::string refused, poison;
  };
  const std::string reserved(policy::kReservedName);
  const std::vector<Case> cases{
      {parse("b", "LOAD 'x'"), parse(reserved, "'")},
      {parse("", "LOAD 'x'"), parse("", "'")},
      {wire::bind(reserved, "a"), wire::bind("", reserved)},
      {frame('D', "S"), wire::bind("", reserved)},
      {frame('F', ""), frame('F', be32(0) + be16(0) + be16(0) + be16(0))},
  };
  for (const auto& each : cases) {
    Talk talk;
    talk.client(parse("a", "SELECT 1")).attach().client("").forget();
    talk.client(each.refused);
    EXPECT_EQ(talk.to_server, each.poison);
  }
}

TEST(Refusing, DiscardsTheRestOfItsUnit) {
  Talk talk;
  talk.client(parse("a", "SELECT 1")).attach().client("").forget();
  talk.client(parse("b", "LOAD 'x'") + wire::bind("", "b") + query("SELECT 2") + flush() +
              wire::sync());
  EXPECT_EQ(talk.to_server, parse(std::string(policy::kReservedName), "'") + wire::sync());
  talk.server(frame('1', "") + error("42601") + ready('I'));
  EXPECT_EQ(outline(talk.to_client), "1 E42501 ZI");
}

TEST(Refusing, TreatsAPoisonThatSucceedsAsABrokenServer) {
  Talk talk;
  talk.begin().client(kDenied).server(complete("LOAD"));
  EXPECT_EQ(talk.closed, CloseReason::ServerProtocolViolation);
}

TEST(Refusing, TellsAnUnknownNameUnderTheClientsOwn) {
  const std::string absent(policy::kReservedName), long_name(80, 'n');
  Talk talk;
  talk.client(describe('S', long_name)).attach().client("");
  EXPECT_EQ(talk.to_server, describe('S', absent));
  talk.server(frame('E', z("SERROR") + z("C26000") + z("Mno \"" + absent + "\"") + '\0'));
  EXPECT_EQ(talk.to_client,
            frame('E', z("SERROR") + z("C26000") + z("Mno \"" + long_name + "\"") + '\0'));
}

TEST(Refusing, ClosesTheUnnamedStatementThatNobodyJudged) {
  Talk talk;
  talk.client(wire::bind("", "")).attach().client("");
  EXPECT_EQ(talk.to_server, close('S', "") + wire::bind("", ""));
  talk.server(frame('3', "") + error("26000"));
  EXPECT_EQ(outline(talk.to_client), "E26000");
}

TEST(Refusing, SurvivesAServerThatFailsTheCloseOfOurs) {
  Talk talk;
  talk.client(wire::bind("", "") + wire::sync()).attach().client("");
  talk.server(error("57014") + ready('I'));
  EXPECT_EQ(outline(talk.to_client), "E57014 ZI");
  EXPECT_FALSE(talk.closed);
}

TEST(Refusing, RefusesTheMessageThatNoServerWasFoundFor) {
  Talk talk;
  talk.client(query("SELECT 1"));
  EXPECT_EQ(talk.session().hold(), Session::Hold::Server);
  Refusal refusal = make_refusal(policy::ErrorCode::TooManyConnections, "none is free");
  talk.session().unavailable(std::move(refusal));
  talk.client("");
  EXPECT_EQ(outline(talk.to_client), "E53300 ZI");
  EXPECT_EQ(talk.session().hold(), Session::Hold::None);
}

TEST(Refusing, RefusesEverythingWithoutAnAudit) {
  Talk talk;
  talk.client(parse("a", "SELECT 1") + wire::bind("", "a") + flush()).attach().client("");
  talk.server(frame('1', "") + frame('2', "")).forget();
  talk.audited = false;
  talk.client(execute("") + wire::sync() + query("SELECT 2"));
  EXPECT_EQ(talk.to_server, wire::bind("", policy::kReservedName) + wire::sync());
  talk.server(error("26000") + ready('I'));
  EXPECT_EQ(outline(talk.to_client), "E58030 ZI E58030 ZI");
}

TEST(Refusing, DecidesOnALengthByTheHeaderAlone) {
  const std::string long_text(5000, ' ');
  const std::string messages = query("SELECT 1" + long_text) +
                               parse("", "SELECT 1" + std::string(400 * 1024, ' ')) + wire::sync();
  Talk whole, cut;
  whole.client(messages);
  for (const char byte : messages) cut.client({&byte, 1});
  EXPECT_EQ(outline(whole.to_client), "E54001 ZI E54001 ZI");
  EXPECT_EQ(cut.to_client, whole.to_client);
}

TEST(Refusing, NeverWritesIntoTheMiddleOfAMessage) {
  const std::string notice =
      frame('N', z("SNOTICE") + z("M" + std::string(kWholeMessageBytes, 'x')) + '\0');
  Talk talk;
  talk.client(query("SELECT 1")).attach().client("");
  talk.server(complete("SELECT 1") + ready('I')).forget();
  talk.server(notice.substr(0, 10)).client(kDenied);
  EXPECT_EQ(talk.to_client, notice.substr(0, 10));
  talk.server(notice.substr(10));
  EXPECT_EQ(outline(talk.to_client), "N E42501 ZI");
  talk.forget().server(notice.substr(0, 10)).end(CloseReason::Drained);
  EXPECT_EQ(talk.to_client, notice.substr(0, 10));
}

}  // namespace
}  // namespace gateway::session
