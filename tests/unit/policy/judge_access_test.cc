// SPDX-License-Identifier: Apache-2.0
// judge() with an access policy, over the policy corpus's catalog: what it keeps, from whom.
#include <gtest/gtest.h>
#include <malloc.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "policy/judge.h"
#include "policy/rules/access.h"
#include "tests/unit/policy/resolver/world.h"

namespace policy {
namespace {

Profile profile_with(ColumnRules columns) {
  AccessPolicy policy{.allowed_schemas = {"public"}, .columns = std::move(columns)};
  return {.access = std::make_shared<const Access>(std::move(policy), corpus_snapshot(),
                                                   std::vector<std::string>{"public"})};
}

Verdict ask(const std::string& sql, const Profile& profile) {
  return judge({.sql = sql, .parameter_types = {}, .profile = profile});
}

// An allowed, a refused, a rewritten, an unreadable and an unresolved one.
void judge_each_kind(const Profile& profile, int i) {
  const std::string number = std::to_string(i);
  EXPECT_TRUE(
      ask("SELECT o.id, v.name FROM orders o JOIN vendors v USING (id) WHERE o.amount > " + number,
          profile)
          .allowed());
  EXPECT_FALSE(ask("SELECT count(ssn) FROM users WHERE id = " + number, profile).allowed());
  EXPECT_FALSE(ask("SELECT * FROM users LIMIT " + number, profile).rewritten.empty());
  EXPECT_FALSE(ask("SELECT FROM WHERE " + number, profile).allowed());
  EXPECT_FALSE(ask("SELECT column_" + number + " FROM users", profile).allowed());
}

TEST(JudgeAccess, KeepsNothingFromStatementToStatement) {
  const auto profile =
      profile_with({.denied = {"users.ssn"}, .select_star_policy = SelectStar::ExpandSafe});
  const auto many = [&] {
    for (int i = 0; i < 300; ++i) judge_each_kind(profile, i);
  };
  many();
  const std::size_t before = mallinfo2().uordblks;
  many();
  EXPECT_LE(mallinfo2().uordblks, before + 4096);
}

TEST(JudgeAccess, IsTheSameFromManyThreads) {
  const auto profile = profile_with({.denied = {"users.ssn"}});
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 500; ++i) {
        if (!ask("SELECT email FROM users", profile).allowed()) ++wrong;
        if (ask("SELECT u FROM users u", profile).allowed()) ++wrong;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace policy
