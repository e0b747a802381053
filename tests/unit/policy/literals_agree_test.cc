// SPDX-License-Identifier: Apache-2.0
// Property: other digits in the places of inert literals change no verdict, for every statement of
// the policy corpus; and the cache answers such a text as judge() does.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "policy/cache.h"
#include "policy/literal_mask.h"
#include "policy/rules/access.h"
#include "tests/support/verdict_text.h"
#include "tests/unit/policy/resolver/world.h"

namespace policy {
namespace {

using support::text_of;

// Inert literals beside ones that are not.
const std::vector<std::string> kMixed{
    "SELECT email, id FROM users WHERE id = 5 ORDER BY 1",
    "SELECT email, id FROM users WHERE id = 5 ORDER BY 2",
    "SELECT email, id FROM users WHERE id > 10 GROUP BY 1, 2",
    "SELECT DISTINCT ON (1) email, id FROM users LIMIT 3",
    "SELECT email::varchar(5) FROM users WHERE id IN (1, 2, 3)",
    "SELECT 5::regclass FROM users WHERE id = 6",
    "SELECT id FROM users WHERE id = 5::oid",
    "SELECT repeat(email, 3), repeat(email, 1 + 2) FROM users",
    "SELECT id + 1, id - 1, -id FROM users WHERE id BETWEEN -10 AND 20 LIMIT 5 OFFSET 6",
    "SELECT sum(id) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND 2 FOLLOWING) FROM users LIMIT 1",
    "SELECT id FROM users TABLESAMPLE SYSTEM (10) WHERE id < 7",
    "SELECT x.a FROM (VALUES (1, 2), (3, 4)) x (a, b) ORDER BY x.a + 1",
    "INSERT INTO orders (id) VALUES (1), (2), (-3)",
    "INSERT INTO orders (id) SELECT id + 100 FROM orders",
    "INSERT INTO orders (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET id = 2",
    "UPDATE orders SET id = 4, amount = amount * 5 WHERE id = 6",
    "DELETE FROM orders WHERE id = 7 RETURNING id + 8",
    "WITH w AS (DELETE FROM orders WHERE id = 7 RETURNING id) SELECT id FROM w WHERE id <> 9"};

std::vector<std::string> corpus_statements() {
  std::vector<std::string> statements = kMixed;
  for (const char* name : {"corpus.jsonl", "own.jsonl", "ordinary.jsonl"}) {
    std::ifstream file(std::string(POSTERN_CORPUS) + "/" + name);
    for (std::string line; std::getline(file, line);) {
      const auto entry = nlohmann::json::parse(line);
      if (entry.contains("sql")) statements.push_back(entry["sql"].get<std::string>());
    }
  }
  return statements;
}

// Class only; rules that refuse nothing; the corpus's.
std::vector<Profile> profiles() {
  const auto bound = [](AccessPolicy policy, Mode mode) {
    return Profile{.mode = mode,
                   .allow_explain = true,
                   .search_path = "public",
                   .access = std::make_shared<const Access>(std::move(policy), corpus_snapshot(),
                                                            std::vector<std::string>{"public"})};
  };
  AccessPolicy corpus{.allowed_schemas = {"public", "analytics"},
                      .tables = {.denied = {"public.user_credentials"}},
                      .columns = {.denied = {"users.password_hash", "users.ssn"},
                                  .denied_patterns = {"*.*secret*"}},
                      .views = Views::Strict,
                      .trusted_views = {"analytics.dept_headcount"}};
  return {{.mode = Mode::Permissive, .allow_explain = true, .search_path = "public"},
          bound({.system_catalogs = SystemCatalogs::All}, Mode::Permissive),
          bound(std::move(corpus), Mode::Balanced)};
}

Question ask(std::string_view sql, const Profile& profile) {
  return {.sql = sql, .parameter_types = {}, .profile = profile};
}

std::string with_other_digits(std::string sql, const LiteralOffsets& literals,
                              std::minstd_rand& random) {
  std::uniform_int_distribution<int> digit('0', '9');
  for (std::size_t at : literals.all()) {
    for (; at < sql.size() && sql[at] >= '0' && sql[at] <= '9'; ++at) {
      sql[at] = static_cast<char>(digit(random));
    }
  }
  return sql;
}

void expect_agreement(const std::string& sql, const Profile& profile, std::minstd_rand& random) {
  VerdictCache cache(1 << 20, 42);
  const auto first = cache.judge(ask(sql, profile));
  for (int i = 0; i < 3; ++i) {
    const std::string other = with_other_digits(sql, first->inert_literals, random);
    const std::string expected = text_of(judge(ask(other, profile)));
    ASSERT_EQ(text_of(*first), expected) << sql << "\n" << other;
    ASSERT_EQ(text_of(*cache.judge(ask(other, profile))), expected) << other;
  }
}

TEST(InertLiterals, ChangeNoVerdictOfTheCorpus) {
  std::minstd_rand random(1);
  std::size_t with_literals = 0;
  const auto statements = corpus_statements();
  for (const auto& profile : profiles()) {
    for (const auto& sql : statements) {
      if (judge(ask(sql, profile)).inert_literals.empty()) continue;
      ++with_literals;
      expect_agreement(sql, profile, random);
    }
  }
  EXPECT_GT(with_literals, 200u);
}

// The same by the cache alone, whatever it takes for inert: all digits are others.
TEST(InertLiterals, AreAllThatTheCacheLeavesOut) {
  std::minstd_rand random(1);
  std::size_t with_form = 0;
  for (const auto& profile : profiles()) {
    VerdictCache cache(64 << 20, 42);
    for (std::string sql : corpus_statements()) {
      if (!LiteralMask().form_of(sql)) continue;
      ++with_form;
      (void)cache.judge(ask(sql, profile));
      for (auto& c : sql) {
        if (c >= '0' && c <= '9') c = static_cast<char>('0' + random() % 10);
      }
      ASSERT_EQ(text_of(*cache.judge(ask(sql, profile))), text_of(judge(ask(sql, profile)))) << sql;
    }
  }
  EXPECT_GT(with_form, 100u);
}

TEST(InertLiterals, AreNotOfStatementsOverSystemRelations) {
  const auto all = profiles();
  const auto none_in = [&](const char* sql) {
    const auto verdict = judge(ask(sql, all[1]));
    return verdict.allowed() && verdict.inert_literals.empty();
  };
  EXPECT_TRUE(none_in("SELECT relname FROM pg_class WHERE oid = 1259"));
  EXPECT_TRUE(none_in("SELECT 1 FROM users, pg_catalog.pg_class WHERE users.id = 5"));
  EXPECT_TRUE(none_in("SELECT 'users'::regclass FROM users WHERE id = 5"));
  EXPECT_FALSE(none_in("SELECT id FROM users WHERE id = 5"));
}

TEST(InertLiterals, AreNotOfRefusedRewrittenOrWarnedOnes) {
  const auto access = [](ColumnRules columns) {
    return std::make_shared<const Access>(AccessPolicy{.columns = std::move(columns)},
                                          corpus_snapshot(), std::vector<std::string>{"public"});
  };
  Profile profile{
      .search_path = "public",
      .access = access({.denied = {"users.ssn"}, .select_star_policy = SelectStar::ExpandSafe})};
  const auto rewritten = judge(ask("SELECT * FROM users WHERE id = 5", profile));
  EXPECT_FALSE(rewritten.rewritten.empty());
  EXPECT_TRUE(rewritten.inert_literals.empty());
  EXPECT_TRUE(judge(ask("SELECT ssn FROM users WHERE id = 5", profile)).inert_literals.empty());
  profile.enforcement = Enforcement::Warn;
  const auto warned = judge(ask("SELECT ssn FROM users WHERE id = 5", profile));
  EXPECT_TRUE(warned.allowed());
  EXPECT_TRUE(warned.inert_literals.empty());
  EXPECT_FALSE(judge(ask("SELECT id FROM users WHERE id = 5", profile)).inert_literals.empty());
}

}  // namespace
}  // namespace policy
