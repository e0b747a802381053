// SPDX-License-Identifier: Apache-2.0
#include "policy/reader/reader.h"

#include <gtest/gtest.h>
#include <malloc.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace policy {
namespace {

std::vector<std::string> texts_of(std::string_view sql) {
  std::vector<std::string> texts;
  const auto all = read(sql).value();
  for (const auto& facts : all) {
    texts.emplace_back(sql.substr(facts.offset, facts.bytes));
  }
  return texts;
}

std::uint64_t fingerprint(std::string_view sql) { return read(sql).value().at(0).fingerprint; }

TEST(Reader, RangesLeaveOutWhiteSpaceAndSemicolons) {
  using Texts = std::vector<std::string>;
  EXPECT_EQ(texts_of(" \n SELECT 1 \t "), Texts{"SELECT 1"});
  EXPECT_EQ(texts_of("SELECT 1;"), Texts{"SELECT 1"});
  EXPECT_EQ(texts_of(";; SELECT 1 ;; SELECT ';' ;"), (Texts{"SELECT 1", "SELECT ';'"}));
  EXPECT_EQ(texts_of("/* a */ SELECT 1 -- b"), Texts{"/* a */ SELECT 1 -- b"});
  EXPECT_EQ(texts_of("SELECT 'ä'; SELECT 2"), (Texts{"SELECT 'ä'", "SELECT 2"}));
  EXPECT_EQ(
      texts_of("CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END; SELECT 3")
          .size(),
      2u);
}

TEST(Reader, FingerprintsIgnoreLiteralsSpaceAndComments) {
  const auto base = fingerprint("SELECT a FROM t WHERE b = 1 AND c IN (1, 2)");
  for (const char* same : {"select a from t where b = 'x' and c in (7)",
                           "SELECT a/* x */FROM t\nWHERE b = $1 AND c IN ($2,$3,$4) -- y",
                           "SELECT A FROM T WHERE \"b\" = 2.5 AND c IN (NULL)"}) {
    EXPECT_EQ(fingerprint(same), base) << same;
  }
  for (const char* other :
       {"SELECT b FROM t WHERE b = 1 AND c IN (1)", "SELECT a FROM u WHERE b = 1 AND c IN (1)",
        "SELECT a FROM s.t WHERE b = 1 AND c IN (1)", "SELECT a FROM t WHERE b < 1 AND c IN (1)",
        "SELECT a FROM t WHERE b = 1 OR c IN (1)", "SELECT a FROM t WHERE b = 1 AND c NOT IN (1)",
        "SELECT a FROM t WHERE b = c AND c IN (1)",
        "SELECT DISTINCT a FROM t WHERE b = 1 AND c IN (1)",
        "SELECT a FROM t WHERE b = 1 AND c IN (d)",
        "SELECT a, a FROM t WHERE b = 1 AND c IN (1)"}) {
    EXPECT_NE(fingerprint(other), base) << other;
  }
  EXPECT_EQ(fingerprint("INSERT INTO t VALUES (1,2)"),
            fingerprint("INSERT INTO t VALUES (1,2),(3,4)"));
  EXPECT_NE(fingerprint("INSERT INTO t VALUES (1,2)"), fingerprint("INSERT INTO t VALUES (1,2,3)"));
  EXPECT_NE(fingerprint("SELECT f(1)"), fingerprint("SELECT f(1, 2)"));
}

TEST(Reader, FingerprintsDoNotDependOnTheStatementsAround) {
  const auto facts = read("SELECT 1; SELECT a FROM t; SELECT 2").value();
  EXPECT_EQ(facts.at(0).fingerprint, facts.at(2).fingerprint);
  EXPECT_EQ(facts.at(1).fingerprint, fingerprint("SELECT a FROM t"));
}

TEST(Reader, CountsStatementsUpToItsLimit) {
  std::string sql;
  for (std::size_t i = 0; i < kStatementsMax; ++i) sql += "SELECT 1;";
  EXPECT_EQ(read(sql).value().size(), kStatementsMax);
  sql += "SELECT 1";
  ASSERT_FALSE(read(sql));
  EXPECT_EQ(read(sql).error().kind, ReadFailure::Kind::TooManyStatements);
}

TEST(Reader, BoundsInLists) {
  std::string sql = "SELECT a IN (0";
  for (std::size_t i = 1; i < kInListMax; ++i) sql += ",0";
  EXPECT_TRUE(read(sql + ")"));
  ASSERT_FALSE(read(sql + ",0)"));
  EXPECT_EQ(read(sql + ",0)").error().kind, ReadFailure::Kind::InListTooLong);
}

TEST(Reader, KeepsNothingFromStatementToStatement) {
  const auto read_many = [] {
    for (int i = 0; i < 10000; ++i) {
      (void)read("SELECT a, b FROM t JOIN u USING (id) WHERE t.x = " + std::to_string(i));
      (void)read("SELECT FROM WHERE " + std::to_string(i));
    }
  };
  read_many();
  const std::size_t before = mallinfo2().uordblks;
  read_many();
  EXPECT_LE(mallinfo2().uordblks, before + 4096);
}

TEST(Reader, ThreadsDoNotMeet) {
  std::vector<std::thread> threads;
  std::atomic<int> wrong = 0;
  const auto expected = fingerprint("SELECT a FROM t");
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&wrong, expected] {
      for (int i = 0; i < 2000; ++i) {
        if (fingerprint("SELECT a FROM t") != expected) ++wrong;
        if (read("SELECT )")) ++wrong;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

// The codes PostgreSQL itself would emit beside errors (WARNING) must not go to our output.
TEST(Reader, WarningsOfTheParserStaySilent) {
  testing::internal::CaptureStderr();
  EXPECT_TRUE(read("CREATE GLOBAL TEMP TABLE t (a int)"));
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace policy
