// SPDX-License-Identifier: Apache-2.0
// What is believed, and what is waited for, is settled by the reply to it and by no other.
#include <gtest/gtest.h>

#include "tests/unit/gateway/session/talk.h"

namespace gateway::session {
namespace {

using namespace wire;

const std::string kParsed = frame('1', ""), kBound = frame('2', ""), kClosed = frame('3', "");
const std::string kCopyIn = frame('G', std::string(1, '\0') + be16(0));

// A session whose first message has been given a server.
Talk& start(Talk& talk, std::string_view bytes) {
  return talk.client(bytes).attach().client("").forget();
}

TEST(Replies, StartTheCopyOfALaterQuery) {
  Talk talk;
  start(talk, query("SELECT 1") + query("COPY t FROM STDIN"));
  talk.server(complete("SELECT 1") + ready('I') + kCopyIn);
  EXPECT_FALSE(talk.closed);
  talk.forget().client(copy_data("row") + wire::sync() + copy_done());
  EXPECT_EQ(talk.to_server, copy_data("row") + copy_done());
}

TEST(Replies, StartTheCopyBehindAnExecute) {
  Talk talk;
  start(talk, parse("", "SELECT 1") + wire::bind("", "") + execute("") +
                  parse("", "COPY t FROM STDIN") + wire::bind("", "") + execute(""));
  talk.server(kParsed + kBound + complete("SELECT 1") + kParsed + kBound + kCopyIn);
  EXPECT_FALSE(talk.closed);
  talk.client(copy_fail()).server(error("57014")).forget();
  talk.client(copy_data("late") + wire::sync());
  EXPECT_EQ(talk.to_server, wire::sync());
}

TEST(Replies, HoldTheClientUntilItsCopyStarts) {
  Talk talk;
  start(talk, query("COPY t FROM STDIN; COPY u FROM STDIN") + copy_data("early"));
  EXPECT_EQ(talk.session().hold(), Session::Hold::Replies);
  talk.server(kCopyIn);
  EXPECT_EQ(talk.to_server, copy_data("early"));
  talk.forget().client(copy_done() + query("SELECT 1"));
  EXPECT_EQ(talk.to_server, copy_done());
  talk.server(complete("COPY 1") + error("42P01") + ready('I'));
  EXPECT_EQ(talk.to_server, copy_done() + query("SELECT 1"));
}

TEST(Replies, PassErrorsThatLackFieldsOrHaveUnknownOnes) {
  const std::vector<std::string> bodies{
      std::string(1, '\0'), z("SERROR") + '\0', z("Mno code") + '\0',
      z("SERROR") + z("C42P01") + z("Mm") + z("Z1") + z("\x7f what") + '\0',
      z("C") + z("M") + '\0'};
  for (const std::string& body : bodies) {
    Talk talk;
    start(talk, query("SELECT 1"));
    talk.server(frame('E', body) + ready('I'));
    EXPECT_EQ(talk.to_client, frame('E', body) + ready('I'));
    EXPECT_FALSE(talk.closed);
    talk.forget().client(query("SELECT 2"));
    EXPECT_EQ(talk.to_server, query("SELECT 2"));
  }
}

TEST(Replies, AreAskedForWhereAStatementWaitsForOne) {
  Talk talk;
  start(talk, parse("a", "SELECT 1"));
  talk.client(query("EXECUTE a")).client("");
  EXPECT_EQ(talk.session().hold(), Session::Hold::Replies);
  EXPECT_EQ(talk.to_server, flush());  // once
  talk.server(kParsed);
  EXPECT_EQ(talk.to_server, flush() + query("EXECUTE a"));
}

// wire-pitfalls 75: a Close and a Parse that were skipped leave the old statement.
TEST(Replies, DecideWhatANameStandsFor) {
  Talk talk;
  start(talk, parse("a", "SELECT 1") + wire::sync());
  talk.server(kParsed + ready('I'));
  talk.client(wire::bind("", "missing") + close('S', "a") + parse("a", "SELECT 2") + wire::sync());
  talk.server(error("26000") + ready('I')).forget();
  talk.client(wire::bind("", "a") + execute("") + wire::sync());
  EXPECT_EQ(talk.ledger.allowed["SELECT 1"], 2);
  EXPECT_EQ(talk.ledger.allowed["SELECT 2"], 0);
}

TEST(Replies, EndTheParseWhoseExecuteCameInAnotherUnit) {
  Talk talk;
  start(talk, parse("a", "SELECT 1") + wire::sync());
  talk.server(kParsed);  // not its ReadyForQuery
  talk.client(wire::bind("", "a") + execute("") + wire::sync());
  talk.server(ready('I') + kBound + complete("SELECT 1") + ready('I'));
  EXPECT_TRUE(talk.ledger.open.empty());
  EXPECT_EQ(talk.ledger.fault, "");
}

TEST(Replies, LeaveTheUnnamedStatementToDeallocateAll) {
  Talk talk;
  start(talk, parse("", "SELECT 1") + parse("a", "DEALLOCATE ALL") + wire::bind("", "a") +
                  execute("") + wire::sync());
  talk.server(kParsed + kParsed + kBound + complete("DEALLOCATE ALL") + ready('I')).forget();
  talk.client(wire::bind("", ""));
  EXPECT_EQ(talk.to_server, wire::bind("", ""));
  talk.forget().client(wire::bind("", "a"));
  EXPECT_EQ(talk.to_server, wire::bind("", policy::kReservedName));
}

TEST(Replies, EndCursorsWithTheirTransaction) {
  struct Case {
    std::string last;
    bool stays;
  };
  for (const auto& [last, stays] : {Case{"COMMIT", true}, Case{"ROLLBACK", false}}) {
    Talk talk;
    talk.begin().client(query("DECLARE c CURSOR WITH HOLD FOR SELECT 1") + query(last));
    talk.server(complete("DECLARE CURSOR") + ready('T') + complete(last) + ready('I')).forget();
    talk.client(describe('P', "c"));
    EXPECT_EQ(talk.to_server, describe('P', stays ? "c" : policy::kReservedName)) << last;
  }
}

TEST(Replies, EndOtherCursorsWithACommitThatChains) {
  Talk talk;
  talk.begin().client(query("DECLARE c CURSOR FOR SELECT 1") + query("COMMIT AND CHAIN"));
  talk.server(complete("DECLARE CURSOR") + ready('T') + complete("COMMIT") + ready('T')).forget();
  talk.client(execute("c"));
  EXPECT_EQ(talk.to_server, execute(policy::kReservedName));
}

TEST(Replies, CutNamesAsTheServerDoes) {
  const std::string name(63, 'n');
  Talk talk;
  start(talk, parse(name + "one", "SELECT 1") + wire::bind("", name + "two"));
  talk.client(execute("") + wire::sync());
  EXPECT_EQ(talk.ledger.allowed["SELECT 1"], 1);
  EXPECT_EQ(talk.to_server, execute("") + wire::sync());
}

TEST(Replies, KnowOneNameSpaceForSqlAndProtocol) {
  Talk talk;
  start(talk, query("PREPARE a AS SELECT 1; EXECUTE a"));
  talk.server(complete("PREPARE") + complete("SELECT 1") + ready('I')).forget();
  talk.client(wire::bind("", "a") + execute("") + close('S', "a") + wire::sync());
  EXPECT_EQ(talk.to_server, wire::bind("", "a") + execute("") + close('S', "a") + wire::sync());
  talk.server(kBound + complete("SELECT 1") + kClosed + ready('I')).forget();
  talk.client(query("EXECUTE a"));
  EXPECT_EQ(talk.to_server, query("EXECUTE _postern_absent_"));  // nothing prepared it again
}

TEST(Replies, PassNoticesButNotThoseOfOurOwnMessages) {
  const std::string notice = frame('N', z("SNOTICE") + '\0');
  Talk talk;
  talk.client(query("SELECT 1")).attach({{"application_name", "x"}}).client("").forget();
  talk.server(notice + complete("SET") + ready('I'));
  EXPECT_EQ(talk.to_client, "");
  talk.server(notice);
  EXPECT_EQ(talk.to_client, notice);
}

TEST(Replies, ThatAnswerNothingEndTheSession) {
  for (const std::string& reply :
       {kParsed, kCopyIn, complete("SELECT 1"), ready('I'), frame('D', be16(0)), frame('V', ""),
        error("22012"), frame('R', be32(0)), std::string("Z\0\0\0\3", 5), ready('X')}) {
    Talk talk;
    start(talk, query("BEGIN"));
    talk.server(complete("BEGIN") + ready('T')).forget();
    talk.server(reply);
    EXPECT_EQ(talk.closed, CloseReason::ServerProtocolViolation) << outline(reply);
    EXPECT_EQ(outline(talk.to_client), "E08P01");
  }
}

TEST(Replies, ThatChangeAPinnedSettingEndTheSession) {
  const std::vector<std::pair<std::string, std::string>> lost{
      {"client_encoding", "LATIN1"},
      {"standard_conforming_strings", "off"},
      {"default_transaction_read_only", "off"}};
  for (const auto& [name, value] : lost) {
    Talk talk(policy::Mode::ReadOnly);
    start(talk, query("SELECT 1"));
    talk.server(frame('S', z(name) + z(value)));
    EXPECT_EQ(talk.closed, CloseReason::ServerStateInDoubt) << name;
  }
}

TEST(Replies, EndWhatIsOutstandingWhenTheServerGoes) {
  Talk talk;
  start(talk, query("SELECT 1; SELECT 2") + parse("", "SELECT 3"));
  talk.server(complete("SELECT 1"));
  talk.session().on_server_end(talk.output());
  EXPECT_EQ(talk.output().close, CloseReason::ServerClosed);
  talk.session().abandon({});
  EXPECT_TRUE(talk.ledger.open.empty());
  EXPECT_EQ(talk.ledger.outcomes[1], Outcome::Ok);
  EXPECT_EQ(talk.ledger.outcomes[2], Outcome::Disconnected);
}

TEST(Replies, OfAFatalErrorAreToldOnce) {
  Talk talk;
  start(talk, query("SELECT 1"));
  talk.server(error("57P01", "FATAL"));
  talk.session().on_server_end(talk.output());
  talk.client("");
  EXPECT_EQ(outline(talk.to_client), "E57P01");
  EXPECT_EQ(talk.closed, CloseReason::ServerClosed);
}

TEST(Replies, OfTooManyMessagesAreWaitedFor) {
  Talk talk;
  start(talk, parse("", "SELECT 1"));
  std::string many;
  for (std::size_t i = 0; i < kRepliesMax + 10; ++i) many += describe('S', "");
  talk.client(many);
  EXPECT_EQ(talk.session().hold(), Session::Hold::Replies);
  EXPECT_EQ(talk.to_server.size(), describe('S', "").size() * (kRepliesMax - 1));
  std::string replies = kParsed;
  for (std::size_t i = 0; i < 20; ++i) replies += frame('t', be16(0)) + frame('n', "");
  talk.server(replies);
  EXPECT_EQ(talk.session().hold(), Session::Hold::None);
}

TEST(Replies, BoundTheNamesOfASession) {
  Talk talk;
  start(talk, query("SELECT 1"));
  talk.server(complete("SELECT 1") + ready('I'));
  for (std::size_t i = 0; i < kPreparedMax; ++i) {
    talk.client(parse("p" + std::to_string(i), "SELECT 1") + wire::sync());
    talk.server(kParsed + ready('I'));
  }
  talk.forget().client(query("PREPARE q AS SELECT 1") + parse("q", "SELECT 1") + wire::sync());
  EXPECT_EQ(outline(talk.to_client), "E54000 ZI E54000 ZI");
  EXPECT_EQ(talk.to_server, "");
}

TEST(Replies, TellWhatACancelReaches) {
  using Target = Session::CancelTarget;
  Talk talk;
  EXPECT_EQ(talk.session().cancel(), Target::Nothing);
  talk.client(query("SELECT 1"));
  EXPECT_EQ(talk.session().cancel(), Target::WaitingHere);
  talk.attach({{"application_name", "x"}}).client("");
  EXPECT_EQ(talk.session().cancel(), Target::Later);
  talk.server(complete("SET") + ready('I'));
  EXPECT_TRUE(talk.cancels);
  EXPECT_EQ(talk.session().cancel(), Target::Server);
  talk.server(error("57014") + ready('I'));
  EXPECT_EQ(talk.ledger.outcomes[1], Outcome::Cancelled);
  EXPECT_EQ(talk.session().cancel(), Target::Nothing);
}

TEST(Replies, FollowTheSettingsThatAnAttachSends) {
  Talk talk;
  talk.client(query("SELECT 1")).attach({{"application_name", "other"}}).client("");
  EXPECT_EQ(talk.to_server, query("/* postern */ SET application_name TO ''") + query("SELECT 1"));
  talk.server(complete("SET") + ready('I') + complete("SELECT 1") + ready('I'));
  EXPECT_EQ(outline(talk.to_client), "C ZI");
}

// The Query with the settings drops the unnamed statement, and that is known.
TEST(Replies, ForgetTheUnnamedStatementWhereSettingsAreSentAgain) {
  Talk talk;
  talk.client(parse("", "RESET ALL")).attach({{"application_name", "other"}}).client("");
  talk.server(complete("SET") + ready('I') + kParsed);
  talk.client(wire::bind("", "") + execute("") + wire::sync());
  talk.server(kBound + complete("RESET") + ready('I') + complete("SELECT 1") + ready('I')).forget();
  talk.client(wire::bind("", ""));
  EXPECT_EQ(talk.to_server, close('S', "") + wire::bind("", ""));
}

std::string status(const std::string& name, const std::string& value) {
  return frame('S', name + '\0' + value + '\0');
}

// A session whose client asked for a time zone, on a server in another.
class Restoring : public testing::Test {
 protected:
  Restoring() {
    talk_.session().greet(
        {.user = "user", .database = "shop", .settings = {{"TimeZone", "Asia/Tokyo"}}},
        {{"TimeZone", "GMT"}}, {1, "abcd"}, talk_.output());
    talk_.output().clear();
    talk_.client(query("SELECT 1")).attach({{"TimeZone", "GMT"}, {"application_name", ""}});
    talk_.client("");
    talk_.server(complete("SET") + status("TimeZone", "Asia/Tokyo") + ready('I'));
    talk_.server(complete("SELECT 1") + ready('I')).forget();
  }

  const std::string reset_ =
      complete("RESET") + status("TimeZone", "GMT") + status("IntervalStyle", "postgres");
  const std::string restored_ = status("TimeZone", "Asia/Tokyo") + complete("SELECT 1");
  Talk talk_;
};

// The server's default lasts until our Query behind the RESET only.
TEST_F(Restoring, TellsWhatHoldsBehindIt) {
  talk_.client(query("RESET ALL")).server(reset_ + ready('I'));
  EXPECT_EQ(talk_.to_client, complete("RESET") + status("IntervalStyle", "postgres") + ready('I'));
  talk_.forget().server(restored_ + ready('I'));
  EXPECT_EQ(talk_.to_client, "");
  talk_.client(query("SELECT 1")).server(status("TimeZone", "UTC") + ready('I'));
  EXPECT_EQ(talk_.to_client, status("TimeZone", "UTC") + ready('I'));
}

TEST_F(Restoring, TellsTheSameWhereOneFollowsAnother) {
  talk_.client(query("RESET ALL")).server(reset_ + ready('I'));
  talk_.client(query("RESET TimeZone")).forget();
  talk_.server(restored_ + ready('I') + reset_ + ready('I') + restored_ + ready('I'));
  EXPECT_EQ(talk_.to_client, complete("RESET") + status("IntervalStyle", "postgres") + ready('I'));
}

// A query would take the snapshot that a transaction keeps.
TEST_F(Restoring, TakesNoSnapshotInATransaction) {
  talk_.client(query("BEGIN")).server(complete("BEGIN") + ready('T')).forget();
  talk_.client(query("RESET TimeZone"));
  EXPECT_EQ(talk_.to_server,
            query("RESET TimeZone") + query("/* postern */ SET timezone TO 'Asia/Tokyo'"));
}

TEST_F(Restoring, LeavesAloneWhatWasNotResetOrIsSetBehind) {
  talk_.client(query("BEGIN")).server(complete("BEGIN") + ready('T')).forget();
  const std::string both = query("RESET lock_timeout") + query("RESET ALL; SET TimeZone = 'UTC'");
  talk_.client(both);
  EXPECT_EQ(talk_.to_server, both);
}

TEST_F(Restoring, TriesAgainBeforeTheNextMessage) {
  talk_.client(query("RESET ALL")).server(reset_ + ready('I'));
  const std::string sent = talk_.to_server.substr(query("RESET ALL").size());
  talk_.forget().server(error("57014") + ready('I'));
  EXPECT_EQ(talk_.to_client, status("TimeZone", "GMT"));
  talk_.client(query("SELECT 1"));
  EXPECT_EQ(talk_.to_server, sent + query("SELECT 1"));
  EXPECT_FALSE(talk_.closed);
}

TEST_F(Restoring, DoesNotTryAgainInATransaction) {
  talk_.client(query("RESET ALL") + query("BEGIN")).server(reset_ + ready('I'));
  talk_.server(error("57014") + ready('I') + complete("BEGIN") + ready('T')).forget();
  talk_.client(query("SELECT 1"));
  EXPECT_EQ(talk_.to_server, query("SELECT 1"));
}

TEST(Replies, RefuseTheLoginWhoseSettingsTheServerRefuses) {
  Talk talk;
  talk.client(query("SELECT 1")).attach({{"application_name", "other"}});
  talk.server(error("22023"));
  EXPECT_EQ(talk.closed, CloseReason::LoginRefused);
  EXPECT_EQ(outline(talk.to_client), "E22023");
}

TEST(ClientMessages, ThatAreNoneEndTheSession) {
  for (const std::string& bytes :
       {std::string("?\0\0\0\4", 5), std::string("Q\0\0\0\3", 5), std::string("Q\377\0\0\0", 5),
        frame('S', "x"), frame('H', "x"), frame('p', "x")}) {
    Talk talk;
    talk.client(bytes);
    EXPECT_EQ(talk.closed, CloseReason::ClientProtocolViolation) << bytes[0];
    EXPECT_EQ(outline(talk.to_client), "E08P01");
  }
}

TEST(ClientMessages, OtherThanOfCopyAreTheLastDuringOne) {
  Talk talk;
  start(talk, query("COPY t FROM STDIN"));
  talk.server(kCopyIn).client(query("SELECT 1") + query("SELECT 2") + wire::sync());
  EXPECT_EQ(talk.to_server, frame('Q', ""));  // at which the server ends the connection
}

// However the bytes of both sides are cut, the same goes out.
TEST(Session, DoesNotDependOnHowItsBytesAreCut) {
  const std::string from_client =
      parse("a", "SELECT 1") + wire::bind("p", "a", "value") + describe('P', "p") + execute("p") +
      wire::sync() + query("LOAD 'x'") + parse("", "SELEC") + wire::sync() + close('S', "a") +
      flush() + wire::bind("", "a") + wire::sync() + frame('F', be32(1)) + query("BEGIN; COMMIT");
  const std::string from_server = kParsed + kBound + frame('T', be16(0)) +
                                  frame('N', z("SNOTICE") + '\0') + frame('D', be16(0)) +
                                  complete("SELECT 1") + ready('I') + kClosed + error("26000") +
                                  ready('I') + complete("BEGIN") + complete("COMMIT") + ready('I');
  const auto run = [&](std::size_t piece) {
    Talk talk;
    talk.client(query("SELECT 0")).attach().client("");
    talk.server(complete("SELECT 0") + ready('I'));
    for (std::size_t at = 0; at < from_client.size(); at += piece) {
      talk.client(std::string_view(from_client).substr(at, piece));
    }
    for (std::size_t at = 0; at < from_server.size(); at += piece) {
      talk.server(std::string_view(from_server).substr(at, piece));
    }
    EXPECT_FALSE(talk.closed) << piece;
    return talk.to_client + talk.to_server;
  };
  const std::string whole = run(10'000);
  for (std::size_t piece = 1; piece < 80; ++piece) EXPECT_EQ(run(piece), whole) << piece;
}

}  // namespace
}  // namespace gateway::session
