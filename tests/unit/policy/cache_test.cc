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
  verdict.statements.push_back({.facts = std::make_shared<const Facts>(std::move(facts))});
  cache.keep(ask("SELECT 1", profile), std::make_shared<const Verdict>(std::move(verdict)));
  EXPECT_GE(cache.bytes(), 100 * sizeof(RelationUse) + 1000 * sizeof(ColumnUse) +
                               100 * sizeof(OutputColumn));
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
