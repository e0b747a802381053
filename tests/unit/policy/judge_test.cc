// SPDX-License-Identifier: Apache-2.0
#include "policy/judge.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/unit/policy/questions.h"

namespace policy {
namespace {

TEST(Judge, NamesClassModeAndWayOut) {
  const Verdict verdict = judge_as(Mode::ReadOnly, "INSERT INTO t VALUES (1)");
  ASSERT_NE(verdict.refusal(), nullptr);
  EXPECT_EQ(verdict.refusal()->message, "INSERT is not allowed in read_only mode");
  EXPECT_EQ(verdict.refusal()->code, ErrorCode::UnsafeSql);
  EXPECT_EQ(verdict.refusal()->resource, "INSERT");
  EXPECT_EQ(verdict.refusal()->rule, "mode");
  EXPECT_EQ(verdict.refusal()->position, 1u);
}

TEST(Judge, PlacesRefusalsInCharacters) {
  const Verdict verdict =
      judge_as(Mode::ReadOnly, "SELECT 'äöü'; DELETE FROM t; SELECT 'ä'; TRUNCATE t");
  ASSERT_EQ(verdict.statements.size(), 4u);
  EXPECT_EQ(verdict.statements[1].violations.at(0).position, 15u);
  EXPECT_EQ(verdict.statements[3].violations.at(0).position, 42u);
  const Verdict cte =
      judge_as(Mode::ReadOnly, "WITH ä AS (SELECT 1), b AS (DELETE FROM t) SELECT 1");
  EXPECT_EQ(cte.refusal()->position, 23u);
}

TEST(Judge, GoesOnBehindARefusedStatement) {
  const Verdict verdict = judge_as(Mode::ReadOnly, "DROP TABLE t; SELECT 1; GRANT a TO b");
  ASSERT_EQ(verdict.statements.size(), 3u);
  EXPECT_FALSE(verdict.statements[0].allowed());
  EXPECT_TRUE(verdict.statements[1].allowed());
  EXPECT_FALSE(verdict.statements[2].allowed());
  EXPECT_EQ(verdict.refusal(), &verdict.statements[0].violations[0]);
}

TEST(Judge, SyntaxErrorsSpeakAsPostgresDoes) {
  const Verdict verdict = judge_as(Mode::Permissive, "SELECT 'ä' FORM t x");
  ASSERT_EQ(verdict.unreadable.size(), 1u);
  EXPECT_TRUE(verdict.statements.empty());
  EXPECT_EQ(verdict.refusal()->code, ErrorCode::SyntaxError);
  EXPECT_EQ(verdict.refusal()->message, "syntax error at or near \"t\"");
  EXPECT_EQ(verdict.refusal()->position, 17u);
}

TEST(Judge, TextsThatCannotBeReadAreRefused) {
  using namespace std::string_literals;
  for (const auto& [sql, code] : std::initializer_list<std::pair<std::string, ErrorCode>>{
           {"SELECT 1\0"s, ErrorCode::BadRequest},
           {"SELECT '\xC0\x80'", ErrorCode::BadRequest},
           {std::string(2'000'000, ' '), ErrorCode::StatementTooComplex},
           {std::string(501, '('), ErrorCode::StatementTooComplex},
           {"SELECT 'x", ErrorCode::SyntaxError},
           {"SELECT 0x1F", ErrorCode::SyntaxError}}) {
    const Verdict verdict = judge_as(Mode::Permissive, sql);
    ASSERT_EQ(verdict.unreadable.size(), 1u) << sql.substr(0, 20);
    EXPECT_EQ(verdict.refusal()->code, code) << sql.substr(0, 20);
    EXPECT_FALSE(verdict.refusal()->message.empty());
    EXPECT_GT(verdict.refusal()->position, 0u) << sql.substr(0, 20);
  }
}

// docs/operations.md has these limits.
TEST(Judge, TextsThatWouldCostTooMuchAreRefused) {
  const auto repeated = [](const std::string& text, int count) {
    std::string all;
    for (int i = 0; i < count; ++i) all += text;
    return all;
  };
  struct Case {
    std::string passes, refused, message;
  };
  const Case cases[] = {
      {repeated("SELECT 1;", 1000), repeated("SELECT 1;", 1001), "more than 1000 statements"},
      {"SELECT 1 IN (0" + repeated(",0", 19'999) + ")",
       "SELECT 1 IN (0" + repeated(",0", 20'000) + ")", "IN list of more than 20000 elements"},
      {"SELECT 'a'" + repeated("||'a'", 990), "SELECT 'a'" + repeated("||'a'", 1000),
       "nested more than 1000 levels"},
      {"SELECT 1" + repeated(" UNION ALL SELECT 1", 990),
       "SELECT 1" + repeated(" UNION ALL SELECT 1", 1000), "nested more than 1000 levels"},
      {"SELECT true" + repeated(" AND true", 5000), repeated("(", 501), "500"},
  };
  for (const auto& [passes, refused, message] : cases) {
    EXPECT_TRUE(judge_as(Mode::Permissive, passes).allowed()) << message;
    const Verdict verdict = judge_as(Mode::Permissive, refused);
    ASSERT_NE(verdict.refusal(), nullptr) << message;
    EXPECT_EQ(face(verdict.refusal()->code).sqlstate, "54001") << message;
    EXPECT_TRUE(verdict.refusal()->message.contains(message)) << verdict.refusal()->message;
  }
}

TEST(Judge, InvalidBytesAreNamedAsPostgresDoes) {
  EXPECT_EQ(judge_as(Mode::ReadOnly, "SELECT '\xE2\x82").refusal()->message,
            "invalid byte sequence for encoding \"UTF8\": 0xe2 0x82");
}

TEST(Judge, AnEmptyTextIsAllowedAndHasNoStatement) {
  for (const char* sql : {"", " ", ";;", "/* x */", "-- x"}) {
    const Verdict verdict = judge_as(Mode::ReadOnly, sql);
    EXPECT_TRUE(verdict.allowed()) << sql;
    EXPECT_TRUE(verdict.statements.empty()) << sql;
  }
}

TEST(Judge, CarriesTheEpochOfTheProfile) {
  Profile profile;
  profile.epoch = 42;
  EXPECT_EQ(judge({.sql = "SELECT 1", .parameter_types = {}, .profile = profile}).epoch, 42u);
  EXPECT_EQ(judge({.sql = "(", .parameter_types = {}, .profile = profile}).epoch, 42u);
}

TEST(Judge, TheReservedNameIsNobodys) {
  for (const char* sql :
       {"PREPARE _postern_absent_ AS SELECT 1", "EXECUTE _postern_absent_",
        "DEALLOCATE _POSTERN_absent_", "DECLARE \"_postern_absent_\" CURSOR FOR SELECT 1",
        "FETCH _postern_absent_", "CLOSE _postern_absent_", "EXPLAIN EXECUTE _postern_absent_",
        "CREATE TABLE x AS EXECUTE _postern_absent_"}) {
    const Verdict verdict = judge_as(Mode::Permissive, sql);
    ASSERT_NE(verdict.refusal(), nullptr) << sql;
    EXPECT_EQ(verdict.refusal()->code, ErrorCode::BadRequest) << sql;
  }
}

TEST(Judge, OneStatementGivesABoundedNumberOfViolations) {
  std::string sql = "SELECT 1";
  for (int i = 0; i < 5000; ++i) sql += ", set_config('app.x" + std::to_string(i) + "', '', false)";
  const Verdict verdict = judge_as(Mode::ReadOnly, sql);
  EXPECT_EQ(verdict.statements.at(0).violations.size(), 20u);
}

}  // namespace
}  // namespace policy
