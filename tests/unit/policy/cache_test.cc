// SPDX-License-Identifier: Apache-2.0
#include "policy/cache.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "policy/facts.h"
#include "policy/keyed_hash.h"
#include "tests/unit/policy/questions.h"

namespace policy {
namespace {

constexpr std::uint64_t kKey = 42;

Question ask(std::string_view sql, const Profile& profile) {
  return {.sql = sql, .parameter_types = {}, .profile = profile};
}

TEST(VerdictCache, AnswersTheSameQuestionOnce) {
  VerdictCache cache(1 << 20, kKey);
  const Profile profile;
  const auto first = cache.judge(ask("SELECT 1", profile));
  EXPECT_EQ(cache.judge(ask(std::string("SELECT 1"), profile)), first);
  EXPECT_EQ(cache.counts().hits, 1u);
  EXPECT_EQ(cache.counts().misses, 1u);
}

TEST(VerdictCache, EveryPartOfTheQuestionCounts) {
  VerdictCache cache(1 << 20, kKey);
  const Profile profile;
  Profile newer = profile, writer = profile;
  newer.epoch = 2;
  writer.mode = Mode::Balanced;
  const std::array<std::uint32_t, 1> types = {23};
  const auto first = cache.judge(ask("DELETE FROM t", profile));
  EXPECT_NE(cache.judge(ask("DELETE FROM t ", profile)), first);
  EXPECT_NE(cache.judge(ask("delete FROM t", profile)), first);
  EXPECT_NE(cache.judge(ask("DELETE FROM t", newer)), first);
  EXPECT_TRUE(cache.judge(ask("DELETE FROM t", writer))->allowed());
  EXPECT_NE(cache.judge({.sql = "DELETE FROM t", .parameter_types = types, .profile = profile}),
            first);
  EXPECT_NE(
      cache.judge(
          {.sql = "DELETE FROM t", .parameter_types = {}, .profile = profile, .server_major = 17}),
      first);
  EXPECT_EQ(cache.counts().hits, 0u);
  EXPECT_EQ(cache.judge(ask("DELETE FROM t", profile)), first);
}

TEST(VerdictCache, AProfileElsewhereInMemoryIsTheSameProfile) {
  VerdictCache cache(1 << 20, kKey);
  const Profile here = profile_of(Mode::Balanced);
  const auto there = std::make_unique<Profile>(here);
  EXPECT_EQ(cache.judge(ask("SELECT 1", here)), cache.judge(ask("SELECT 1", *there)));
}

TEST(VerdictCache, StaysWithinItsBytes) {
  VerdictCache cache(64 << 10, kKey);
  const Profile profile;
  for (int i = 0; i < 2000; ++i) {
    (void)cache.judge(ask("SELECT " + std::to_string(i), profile));
    ASSERT_LE(cache.bytes(), 64u << 10);
  }
  EXPECT_GT(cache.bytes(), 16u << 10);
  EXPECT_GT(cache.counts().evictions, 1000u);
}

TEST(VerdictCache, CountsWhatStatementsDo) {
  VerdictCache cache(1 << 20, kKey);
  const Profile profile;
  Facts facts;
  facts.relations.resize(100);
  facts.relations[0].columns.resize(1000);
  facts.outputs.resize(100);
  Verdict verdict;
  // Not with a designated initializer: g++ 12 then takes its temporary for uninitialized at -O3.
  verdict.statements.emplace_back().facts = std::make_shared<const Facts>(std::move(facts));
  cache.keep(ask("SELECT 1", profile), std::make_shared<const Verdict>(std::move(verdict)));
  EXPECT_GE(cache.bytes(),
            100 * sizeof(RelationUse) + 1000 * sizeof(ColumnUse) + 100 * sizeof(OutputColumn));
}

TEST(VerdictCache, DropsWhatWasNotUsedForLongest) {
  VerdictCache cache(64 << 10, kKey);
  const Profile profile;
  const auto kept = cache.judge(ask("SELECT a", profile));
  const auto dropped = cache.judge(ask("SELECT b", profile));
  for (int i = 0; i < 500; ++i) {
    (void)cache.judge(ask("SELECT " + std::to_string(i), profile));
    ASSERT_EQ(cache.judge(ask("SELECT a", profile)), kept);
  }
  EXPECT_NE(cache.judge(ask("SELECT b", profile)), dropped);
}

TEST(VerdictCache, JudgesButDoesNotKeepWhatIsTooLarge) {
  VerdictCache cache(64 << 10, kKey);
  const Profile profile;
  const std::string sql = "SELECT '" + std::string(17 << 10, 'x') + "'";
  EXPECT_TRUE(cache.judge(ask(sql, profile))->allowed());
  EXPECT_EQ(cache.bytes(), 0u);
}

// With the key known, texts can be chosen that meet in one bucket; they push each other out, that
// is all.
TEST(VerdictCache, OneBucketStaysShort) {
  VerdictCache cache(1 << 20, kKey);  // 2048 buckets
  const Profile profile;
  int met = 0;
  for (int i = 0; met < 50; ++i) {
    const std::string sql = "SELECT 'x' || " + std::to_string(i);
    if ((keyed_hash(kKey, sql) & 2047) != 7) continue;
    ++met;
    EXPECT_TRUE(cache.judge(ask(sql, profile))->allowed());
  }
  EXPECT_EQ(cache.counts().evictions, 50u - VerdictCache::kWays);
}

// The forms are all that is kept of these texts.
TEST(VerdictCache, AnswersTextsThatDifferInInertLiteralsOnly) {
  VerdictCache cache(1 << 20, kKey);
  const Profile profile;
  const auto first = cache.judge(ask("SELECT a FROM t WHERE b = 12345", profile));
  const std::size_t bytes = cache.bytes();
  for (int i = 10000; i < 10100; ++i) {
    const std::string sql = "SELECT a FROM t WHERE b = " + std::to_string(i);
    EXPECT_EQ(cache.judge(ask(sql, profile)), first);
  }
  EXPECT_EQ(cache.counts().hits, 100u);
  EXPECT_EQ(cache.bytes(), bytes);
}

TEST(VerdictCache, AFormIsOfLiteralsOfEqualLengths) {
  VerdictCache cache(1 << 20, kKey);
  const Profile profile;
  const auto first = cache.judge(ask("SELECT a FROM t WHERE b IN (1, 22)", profile));
  EXPECT_EQ(cache.judge(ask("SELECT a FROM t WHERE b IN (7, 77)", profile)), first);
  EXPECT_NE(cache.judge(ask("SELECT a FROM t WHERE b IN (11, 2)", profile)), first);
  const auto longer = cache.judge(ask("SELECT a FROM t WHERE b IN (11, 222)", profile));
  EXPECT_EQ(longer->statements[0].bytes, first->statements[0].bytes + 2);
}

TEST(VerdictCache, EveryPartOfTheQuestionCountsForAForm) {
  VerdictCache cache(1 << 20, kKey);
  const Profile profile = profile_of(Mode::Balanced);
  Profile newer = profile;
  newer.epoch = 2;
  const std::array<std::uint32_t, 1> types = {23};
  const auto first = cache.judge(ask("DELETE FROM t WHERE a = 1", profile));
  EXPECT_EQ(cache.judge(ask("DELETE FROM t WHERE a = 2", profile)), first);
  EXPECT_NE(cache.judge(ask("DELETE FROM t WHERE a = 2 ", profile)), first);
  EXPECT_NE(cache.judge(ask("DELETE FROM t WHERE b = 2", profile)), first);
  EXPECT_NE(cache.judge(ask("DELETE FROM t WHERE a = 2", newer)), first);
  EXPECT_FALSE(
      cache.judge(ask("DELETE FROM t WHERE a = 2", profile_of(Mode::ReadOnly)))->allowed());
  EXPECT_NE(cache.judge(
                {.sql = "DELETE FROM t WHERE a = 2", .parameter_types = types, .profile = profile}),
            first);
  EXPECT_NE(cache.judge({.sql = "DELETE FROM t WHERE a = 2",
                         .parameter_types = {},
                         .profile = profile,
                         .server_major = 17}),
            first);
}

TEST(VerdictCache, KeepsOtherTextsAsTheyAre) {
  VerdictCache cache(1 << 20, kKey);
  const Profile profile;
  for (const std::string sql :
       {"SELECT a FROM t ORDER BY ", "SELECT a FROM t WHERE b = 1 ORDER BY ", "SELECT f(1 + 1), ",
        "SELECT a FROM t LIMIT 1; SELECT b FROM t LIMIT ", "PREPARE p AS SELECT a LIMIT ",
        "DECLARE c CURSOR FOR SELECT a LIMIT ", "EXPLAIN SELECT a LIMIT ",
        "DELETE FROM t WHERE a = ", "SELECT 'x' LIMIT ", "SELECT a FROM t FOR UPDATE LIMIT ",
        "UPDATE pg_settings SET setting = ", "FETCH ABSOLUTE "}) {
    const auto first = cache.judge(ask(sql + "1", profile));
    EXPECT_NE(cache.judge(ask(sql + "2", profile)), first) << sql;
    EXPECT_EQ(cache.judge(ask(sql + "1", profile)), first) << sql;
  }
}

TEST(VerdictCache, KeepsNoFormOfWhatIsOnlyWarnedOf) {
  VerdictCache cache(1 << 20, kKey);
  Profile profile;
  profile.enforcement = Enforcement::Warn;
  const auto first = cache.judge(ask("DELETE FROM t WHERE a = 1", profile));
  EXPECT_TRUE(first->allowed());
  EXPECT_NE(cache.judge(ask("DELETE FROM t WHERE a = 2", profile)), first);
}

// A text that is spelled like a form is not it, whichever comes first.
TEST(VerdictCache, ATextIsNeverTakenForAForm) {
  const std::string text = "SELECT a FROM t WHERE b = 1";
  std::string form = text;
  form.back() = '\xFF';
  const Profile profile;
  VerdictCache form_first(1 << 20, kKey), text_first(1 << 20, kKey);
  EXPECT_TRUE(form_first.judge(ask(text, profile))->allowed());
  EXPECT_FALSE(form_first.judge(ask(form, profile))->allowed());
  EXPECT_FALSE(text_first.judge(ask(form, profile))->allowed());
  EXPECT_TRUE(text_first.judge(ask(text, profile))->allowed());
}

TEST(KeyedHash, DependsOnKeyAndEveryByte) {
  const std::string text = "SELECT abalance FROM pgbench_accounts";
  const auto base = keyed_hash(1, text);
  EXPECT_NE(keyed_hash(2, text), base);
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string other = text;
    other[i] ^= 1;
    EXPECT_NE(keyed_hash(1, other), base) << i;
    EXPECT_NE(keyed_hash(1, text.substr(0, i)), base) << i;
  }
}

}  // namespace
}  // namespace policy
