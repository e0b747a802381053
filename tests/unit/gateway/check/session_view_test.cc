// SPDX-License-Identifier: Apache-2.0
#include "gateway/check/session_view.h"

#include <gtest/gtest.h>

#include <memory>

#include "gateway/check/input.h"
#include "policy/rules/access.h"

namespace gateway::check {
namespace {

const policy::Profile kReadOnly{.search_path = "public"};

// One letter a step: A(llowed) or D(enied).
std::string run(const std::string& steps, const policy::Profile& profile = kReadOnly) {
  const auto read = read_case(R"({"steps": )" + steps + "}");
  EXPECT_TRUE(read) << steps;
  SessionView session(profile, 15);
  std::string letters;
  for (const Step& step : read->steps) letters += session.run(step).allowed() ? 'A' : 'D';
  return letters;
}

TEST(SessionView, JudgesEachStep) {
  EXPECT_EQ(run(R"(["SELECT 1", "DELETE FROM t", "SHOW search_path"])"), "ADA");
}

TEST(SessionView, FollowsPreparedStatements) {
  EXPECT_EQ(run(R"(["PREPARE p AS SELECT 1", "EXECUTE p", "DEALLOCATE p", "EXECUTE p"])"), "AAAD");
  EXPECT_EQ(run(R"(["PREPARE p AS SELECT 1", "DEALLOCATE ALL", "EXECUTE p"])"), "AAD");
  EXPECT_EQ(run(R"(["PREPARE p AS SELECT 1", "DISCARD ALL", "EXECUTE p"])"), "AAD");
}

TEST(SessionView, RefusesToExecuteWhatWasRefused) {
  EXPECT_EQ(run(R"(["PREPARE p AS DELETE FROM t", "EXECUTE p"])"), "DD");
  EXPECT_EQ(run(R"(["PREPARE \"P\" AS DELETE FROM t", "EXECUTE \"P\"", "EXECUTE p"])"), "DDD");
}

TEST(SessionView, KeepsWhatANameStoodForWhenItsNewTextIsRefused) {
  EXPECT_EQ(run(R"(["PREPARE p AS SELECT 1", "PREPARE p AS DELETE FROM t", "EXECUTE p"])"), "ADA");
  EXPECT_EQ(run(R"(["PREPARE p AS DELETE FROM t", "PREPARE p AS SELECT 1", "EXECUTE p"])"), "DAA");
}

TEST(SessionView, ARefusedTextDropsNoNames) {
  EXPECT_EQ(run(R"(["PREPARE p AS SELECT 1", "DEALLOCATE p; DELETE FROM t", "EXECUTE p"])"), "ADA");
}

TEST(SessionView, SaysWhyTheTextBehindANameWasRefused) {
  SessionView session(kReadOnly, 15);
  const Outcome prepared = session.run({.sql = "PREPARE p AS DELETE FROM t"});
  const Outcome executed = session.run({.sql = "EXECUTE p"});
  ASSERT_EQ(executed.refusals.size(), 1U);
  EXPECT_EQ(executed.refusals[0].message, prepared.verdict->statements[0].violations[0].message);
  EXPECT_EQ(executed.refusals[0].position, 0U);
}

TEST(SessionView, RefusesNamesThatItDoesNotKnow) {
  EXPECT_EQ(run(R"(["EXECUTE p"])"), "D");
  EXPECT_EQ(run(R"([{"msg": "bind", "stmt": "s"}, {"msg": "execute"}])"), "DD");
}

TEST(SessionView, ReadsNothingInATransactionThatChangedTheSchema) {
  policy::catalog::Rows rows{.server_major = 15};
  rows.schemas.push_back({.oid = 2200, .name = rows.keep("public")});
  rows.types.push_back({.oid = 25, .schema = 2200, .name = rows.keep("text"), .category = 'S'});
  policy::catalog::Relation users{.oid = 16500, .schema = 2200, .name = rows.keep("users")};
  users.columns.push_back({.name = rows.keep("id"), .type = 25, .number = 1});
  rows.relations.push_back(std::move(users));
  const policy::Profile profile{
      .mode = policy::Mode::Permissive,
      .access = std::make_shared<const policy::Access>(
          policy::AccessPolicy{},
          std::make_shared<const policy::catalog::Snapshot>(std::move(rows)),
          std::vector<std::string>{"public"})};
  EXPECT_EQ(run(R"x(["SELECT id FROM users", "CREATE TABLE t (id text)", "SELECT id FROM users"])x",
                profile),
            "AAA");
  EXPECT_EQ(run(R"x(["BEGIN", "CREATE TABLE t (id text)", "SELECT id FROM users", "COMMIT",
                    "SELECT id FROM users"])x",
                profile),
            "AADAA");
  EXPECT_EQ(run(R"x(["CREATE TABLE t (id text); SELECT id FROM users"])x", profile), "D");
}

TEST(SessionView, FollowsCursors) {
  EXPECT_EQ(run(R"(["BEGIN", "DECLARE c CURSOR FOR SELECT 1", "FETCH c", "CLOSE c", "COMMIT"])"),
            "AAAAA");
  EXPECT_EQ(run(R"(["DECLARE c CURSOR FOR SELECT 1 FROM t FOR UPDATE", "FETCH c", "MOVE c"])"),
            "DDD");
}

TEST(SessionView, LetsFetchFromACursorThatAFunctionMayHaveOpened) {
  EXPECT_EQ(run(R"(["FETCH ALL FROM c"])"), "A");
}

TEST(SessionView, FollowsTheExtendedProtocol) {
  EXPECT_EQ(run(R"([{"msg": "parse", "sql": "SELECT 1"}, {"msg": "bind"}, {"msg": "execute"},
                    {"msg": "sync"}])"),
            "AAAA");
  EXPECT_EQ(run(R"([{"msg": "parse", "sql": "DELETE FROM t"}, {"msg": "bind"},
                    {"msg": "execute"}])"),
            "DDD");
  EXPECT_EQ(run(R"([{"msg": "parse", "stmt": "s", "sql": "SELECT 1"},
                    {"msg": "close", "kind": "S", "name": "s"}, {"msg": "bind", "stmt": "s"}])"),
            "AAD");
}

TEST(SessionView, SqlAndProtocolShareNames) {
  EXPECT_EQ(run(R"(["PREPARE p AS SELECT 1", {"msg": "bind", "stmt": "p"}, {"msg": "execute"}])"),
            "AAA");
  EXPECT_EQ(run(R"([{"msg": "parse", "stmt": "s", "sql": "DELETE FROM t"}, "EXECUTE s"])"), "DD");
  EXPECT_EQ(run(R"([{"msg": "parse", "sql": "PREPARE p AS SELECT 1"}, {"msg": "bind"},
                    {"msg": "execute"}, "EXECUTE p"])"),
            "AAAA");
}

TEST(SessionView, CutsNamesAsTheServerDoes) {
  const std::string name(70, 'n');
  EXPECT_EQ(
      run(R"(["PREPARE )" + name + R"( AS SELECT 1", {"msg": "bind", "stmt": ")" + name + R"("}])"),
      "AA");
}

TEST(SessionView, JudgesStartupParameters) {
  EXPECT_EQ(run(R"([{"msg": "startup", "params": {"user": "u", "database": "d",
                    "application_name": "x", "client_encoding": "UTF8"}}])"),
            "A");
  EXPECT_EQ(run(R"([{"msg": "startup", "params": {"client_encoding": "GB18030"}}])"), "D");
  EXPECT_EQ(run(R"([{"msg": "startup", "params": {"options": "-c role=admin"}}])"), "D");
  EXPECT_EQ(run(R"([{"msg": "startup", "params": {"options": "-d 5"}}])"), "D");
  EXPECT_EQ(run(R"([{"msg": "startup", "params": {"options": "-c datestyle=ISO"}}])"), "A");
  EXPECT_EQ(run(R"([{"msg": "startup", "replication": "database"}])"), "D");
  EXPECT_EQ(run(R"([{"msg": "startup", "replication": "false"}])"), "A");
}

TEST(SessionView, RefusesFunctionCalls) {
  EXPECT_EQ(run(R"([{"msg": "fcall", "func": "lo_get"}])"), "D");
}

}  // namespace
}  // namespace gateway::check
