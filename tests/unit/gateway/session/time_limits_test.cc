// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/unit/gateway/session/talk.h"

namespace gateway::session {
namespace {

using std::chrono_literals::operator""ms;

Talk talk_with(std::chrono::milliseconds query, std::chrono::milliseconds transaction = 0ms) {
  return Talk({.mode = policy::Mode::Balanced,
               .query_time_max = query,
               .transaction_time_max = transaction});
}

const std::string kCancelled = wire::error("57014");  // "told"

TEST(QueryTimeout, CancelsWhatTakesTooLongAndKeepsTheSession) {
  Talk talk = talk_with(100ms);
  talk.client(wire::query("SELECT 1")).attach().client("").tick(100ms);
  EXPECT_FALSE(talk.cancels);
  talk.tick(101ms);
  EXPECT_TRUE(talk.cancels);
  talk.session().cancel_ended();
  talk.server(kCancelled + wire::ready('I'));
  EXPECT_EQ(outline(talk.to_client), "E57014 ZI");
  EXPECT_NE(talk.to_client.find("due to query timeout"), std::string::npos);
  talk.forget().client(wire::query("SELECT 2"));
  talk.server(wire::complete("SELECT 0") + wire::ready('I'));
  EXPECT_EQ(outline(talk.to_client), "C ZI");
  EXPECT_FALSE(talk.closed);
}

TEST(QueryTimeout, DoesNotFireWithNothingInFlight) {
  Talk talk = talk_with(100ms);
  talk.begin().tick(5000ms);
  talk.client(wire::parse("", "SELECT 1")).server(wire::frame('1', "")).tick(9000ms);
  EXPECT_FALSE(talk.cancels);
}

TEST(QueryTimeout, BeginsAnewWithEachUnitOfAPipeline) {
  Talk talk = talk_with(100ms);
  talk.client(wire::query("SELECT 1") + wire::query("SELECT 2")).attach().client("");
  talk.tick(90ms).server(wire::complete("SELECT 0") + wire::ready('I')).tick(180ms);
  EXPECT_FALSE(talk.cancels);
  EXPECT_TRUE(talk.tick(191ms).cancels);
}

TEST(QueryTimeout, CountsAllOfAUnit) {
  Talk talk = talk_with(100ms);
  talk.client(wire::parse("", "SELECT 1")).attach().client("").tick(60ms);
  talk.client(wire::bind("", "") + wire::sync()).server(wire::frame('1', "")).tick(101ms);
  EXPECT_TRUE(talk.cancels);
}

TEST(QueryTimeout, CancelsAgainWhatACancelDidNotEnd) {
  Talk talk = talk_with(100ms);
  talk.client(wire::query("SELECT 1")).attach().client("").tick(101ms);
  talk.cancels = false;
  talk.tick(5000ms);
  EXPECT_FALSE(talk.cancels) << "while one is under way";
  talk.session().cancel_ended();
  EXPECT_TRUE(talk.tick(5001ms).cancels);
}

TEST(QueryTimeout, LeavesACancelOfTheClientItsText) {
  Talk talk = talk_with(100ms);
  talk.client(wire::query("SELECT 1")).attach().client("").tick(50ms);
  talk.server(kCancelled + wire::ready('I'));
  EXPECT_NE(talk.to_client.find("told"), std::string::npos);
}

TEST(TransactionTimeout, EndsTheSessionAndWhatRuns) {
  Talk talk = talk_with(0ms, 100ms);
  talk.begin().client(wire::query("SELECT 1")).tick(100ms);
  EXPECT_FALSE(talk.closed);
  talk.tick(101ms);
  EXPECT_EQ(outline(talk.to_client), "E25P04");
  EXPECT_EQ(talk.closed, CloseReason::TransactionTimeout);
  EXPECT_TRUE(talk.cancels);
}

TEST(TransactionTimeout, CountsAnIdleTransactionButNoIdleSession) {
  Talk idle = talk_with(0ms, 100ms), open = talk_with(0ms, 100ms);
  idle.client(wire::query("SELECT 1")).attach().client("");
  idle.server(wire::complete("SELECT 0") + wire::ready('I')).tick(5000ms);
  EXPECT_FALSE(idle.closed);
  open.begin().tick(101ms);
  EXPECT_EQ(open.closed, CloseReason::TransactionTimeout);
  EXPECT_FALSE(open.cancels);
}

TEST(TransactionTimeout, CountsFromWhereTheTransactionBegan) {
  Talk talk = talk_with(0ms, 100ms);
  talk.client(wire::query("SELECT 1")).attach().client("").tick(90ms);
  talk.server(wire::complete("SELECT 0") + wire::ready('I'));
  talk.client(wire::query("BEGIN")).server(wire::complete("BEGIN") + wire::ready('T')).tick(180ms);
  EXPECT_FALSE(talk.closed);
  EXPECT_TRUE(talk.tick(191ms).closed);
}

}  // namespace
}  // namespace gateway::session
