// SPDX-License-Identifier: Apache-2.0
// Results that are larger than the profile allows: what the client, the server and the audit get.
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "tests/unit/gateway/session/talk.h"

namespace gateway::session {
namespace {

using namespace wire;

policy::Profile capped(std::uint64_t rows_max, std::uint64_t bytes_max = 0) {
  return {
      .mode = policy::Mode::ReadOnly, .result_rows_max = rows_max, .result_bytes_max = bytes_max};
}

const std::string kRun =
    parse("", "SELECT a FROM t") + bind("", "") + describe('P', "") + execute("");
const std::string kStarted = frame('1', "") + frame('2', "") + described({{}});

TEST(ResultCap, PassesWhatFits) {
  Talk talk(capped(2, 64));
  talk.attach().client(query("SELECT a FROM t; SELECT b FROM t"));
  for (int i = 0; i < 2; ++i) {
    talk.server(described({{}}) + row("1") + row("2") + complete("SELECT 2"));
  }
  talk.server(ready('I'));
  EXPECT_EQ(outline(talk.to_client), "T D D C T D D C ZI");
  EXPECT_FALSE(talk.cancels);
}

TEST(ResultCap, EndsAQueryAtTheRowTooMany) {
  Talk talk(capped(2));
  talk.attach().client(query("SELECT a FROM t"));
  talk.server(described({{}}) + row("1") + row("2") + row("3") + row("4"));
  EXPECT_EQ(outline(talk.to_client), "T D D E54000");
  EXPECT_TRUE(talk.to_client.contains("RESULT_TOO_LARGE: at most 2 rows (max_result_rows)"));
  EXPECT_TRUE(talk.cancels);
  talk.session().cancel_ended();
  talk.server(row("5") + error("57014") + ready('I'));
  EXPECT_EQ(outline(talk.to_client), "T D D E54000 ZI");
  EXPECT_EQ(talk.ledger.ended_by, "RESULT_TOO_LARGE");
  EXPECT_EQ(talk.ledger.truncated_rows, 2);
  EXPECT_EQ(talk.ledger.outcomes.begin()->second, Outcome::Error);
  EXPECT_TRUE(talk.ledger.open.empty());
  talk.forget().client(query("SELECT 1")).server(complete("SELECT 1") + ready('I'));
  EXPECT_EQ(outline(talk.to_client), "C ZI");
}

TEST(ResultCap, CancelsNothingWhereTheStatementIsOver) {
  Talk talk(capped(1));
  talk.attach().client(query("SELECT a FROM t"));
  talk.server(described({{}}) + row("1") + row("2") + complete("SELECT 2") + ready('I'));
  EXPECT_EQ(outline(talk.to_client), "T D E54000 ZI");
  EXPECT_FALSE(talk.cancels);
  EXPECT_EQ(talk.ledger.truncated_rows, 1);
}

TEST(ResultCap, ForwardsNoByteOfAMessageThatDoesNotFit) {
  Talk talk(capped(0, 1000));
  talk.attach().client(query("SELECT a FROM t"));
  const std::string large = row(std::string(100'000, 'x'));
  talk.server(described({{}}) + large.substr(0, 50));
  talk.server(std::string_view(large).substr(50, 9000));
  EXPECT_EQ(outline(talk.to_client), "T E54000");
  EXPECT_TRUE(talk.cancels);
  talk.server(large.substr(9050) + error("57014") + ready('I'));
  EXPECT_EQ(outline(talk.to_client), "T E54000 ZI");
  EXPECT_FALSE(talk.to_client.contains("xxx"));
}

TEST(ResultCap, HoldsTheClientUntilItsCancelHasArrived) {
  Talk talk(capped(1));
  talk.attach().client(query("SELECT a FROM t")).server(row("1") + row("2")).forget();
  talk.server(error("57014") + ready('I')).client(query("SELECT b FROM t"));
  EXPECT_EQ(talk.session().hold(), Session::Hold::Replies);
  EXPECT_EQ(talk.to_server, "");
  EXPECT_TRUE(talk.session().will_be_answered());
  talk.session().cancel_ended();
  talk.client("");
  EXPECT_EQ(talk.to_server, query("SELECT b FROM t"));
}

TEST(ResultCap, SkipsTheRestOfAQuery) {
  Talk talk(capped(1));
  talk.attach().client(query("SELECT a FROM t; SELECT b FROM t"));
  talk.server(row("1") + row("2") + complete("SELECT 2") + described({{}}) + row("1") +
              complete("SELECT 1") + ready('I'));
  EXPECT_EQ(outline(talk.to_client), "D E54000 ZI");
  EXPECT_TRUE(talk.ledger.open.empty());
}

TEST(ResultCap, EndsAnExecuteAsAnErrorDoes) {
  Talk talk(capped(1));
  talk.attach().client(kRun + bind("", "") + execute("") + wire::sync());
  talk.server(kStarted + row("1") + row("2"));
  EXPECT_TRUE(talk.cancels);
  talk.session().cancel_ended();
  talk.server(error("57014") + ready('I'));
  EXPECT_EQ(outline(talk.to_client), "1 2 T D E54000 ZI");
  EXPECT_EQ(talk.ledger.ended_by, "RESULT_TOO_LARGE");
  EXPECT_TRUE(talk.ledger.open.empty());
}

TEST(ResultCap, DropsWhatRanBehindIt) {
  Talk talk(capped(1));
  talk.attach().client(kRun + bind("", "") + execute("") + wire::sync() + query("SELECT 1"));
  talk.server(kStarted + row("1") + row("2") + complete("SELECT 2") + frame('2', "") + row("3") +
              complete("SELECT 1") + ready('I') + complete("SELECT 1") + ready('I'));
  EXPECT_EQ(outline(talk.to_client), "1 2 T D E54000 ZI C ZI");
  EXPECT_TRUE(talk.ledger.open.empty());
}

TEST(ResultCap, SkipsWhatTheClientSendsUpToSync) {
  Talk talk(capped(1));
  talk.attach().client(kRun + wire::flush());
  talk.server(kStarted + row("1") + row("2") + complete("SELECT 2")).forget();
  talk.client(parse("s", "SELECT b FROM t") + wire::sync());
  EXPECT_EQ(talk.to_server, wire::sync());
  talk.server(ready('I'));
  EXPECT_EQ(outline(talk.to_client), "ZI");
}

TEST(ResultCap, EndsACopy) {
  Talk talk(capped(1));
  talk.attach().client(query("COPY t TO STDOUT"));
  talk.server(frame('H', std::string(1, '\0') + be16(0)) + copy_data("1\n") + copy_data("2\n") +
              copy_done() + complete("COPY 2") + ready('I'));
  EXPECT_EQ(outline(talk.to_client), "H d E54000 ZI");
}

TEST(ResultCap, LeavesATransactionAborted) {
  Talk talk(capped(1));
  talk.begin().client(query("SELECT a FROM t"));
  talk.server(row("1") + row("2") + error("57014") + ready('E'));
  EXPECT_EQ(outline(talk.to_client), "D E54000 ZE");
  EXPECT_FALSE(talk.closed);
}

// The server finished before the cancel came: it is brought to where the client believes it is.
TEST(ResultCap, AbortsATransactionThatTheServerKeptOpen) {
  Talk talk(capped(1));
  talk.begin().client(query("SELECT a FROM t")).forget();
  talk.server(row("1") + row("2") + complete("SELECT 2") + ready('T'));
  EXPECT_EQ(outline(talk.to_client), "D E54000");
  EXPECT_EQ(talk.to_server, parse("_postern_absent_", "'") + wire::sync());
  talk.server(error("42601") + ready('E'));
  EXPECT_EQ(outline(talk.to_client), "D E54000 ZE");
  talk.forget().client(query("ROLLBACK")).server(complete("ROLLBACK") + ready('I'));
  EXPECT_EQ(outline(talk.to_client), "C ZI");
  EXPECT_EQ(talk.ledger.fault, "");
}

// What was sent behind it has run in a transaction that the client believes to be aborted.
TEST(ResultCap, EndsTheSessionWhoseTransactionWentOn) {
  Talk talk(capped(1));
  talk.begin().client(query("SELECT a FROM t") + query("COMMIT")).forget();
  talk.server(row("1") + row("2") + complete("SELECT 2") + ready('T'));
  EXPECT_EQ(outline(talk.to_client), "D E54000 E54000");
  EXPECT_EQ(talk.closed, CloseReason::ResultTooLarge);
}

TEST(ResultCap, DoesNotDependOnHowBytesAreCut) {
  const std::string said =
      described({{}}) + row("1") + row("2") + row("3") + complete("SELECT 3") + ready('I');
  for (std::size_t cut = 1; cut < said.size(); ++cut) {
    Talk talk(capped(2));
    talk.attach().client(query("SELECT a FROM t"));
    talk.server(said.substr(0, cut)).server(said.substr(cut));
    EXPECT_EQ(outline(talk.to_client), "T D D E54000 ZI") << cut;
  }
}

}  // namespace
}  // namespace gateway::session
