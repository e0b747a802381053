// SPDX-License-Identifier: Apache-2.0
// Which statements' errors and notices may quote what may not be read.
#include "policy/rules/hidden_quotes.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "policy/judge.h"
#include "tests/unit/policy/resolver/world.h"

namespace policy::rules {
namespace {

Profile permissive(AccessPolicy policy) {
  return {.mode = Mode::Permissive,
          .allow_explain = true,
          .access = std::make_shared<const Access>(std::move(policy), corpus_snapshot(),
                                                   std::vector<std::string>{"public"})};
}

const Profile& hiding() {
  static const Profile kProfile = permissive({.columns = {.denied = {"users.ssn"}}});
  return kProfile;
}

bool may_quote(std::string_view sql, const Profile& profile = hiding()) {
  const Verdict verdict = judge({.sql = sql, .parameter_types = {}, .profile = profile});
  EXPECT_EQ(verdict.statements.size(), 1u) << sql;
  return verdict.statements.at(0).may_quote_hidden;
}

constexpr std::string_view kQuoting[] = {
    "INSERT INTO feedback (msg) VALUES ('x')",
    "UPDATE users SET email = 'x' WHERE id = 1",
    "DELETE FROM orders WHERE id = 1",
    "WITH d AS (DELETE FROM orders WHERE id = 1 RETURNING id) SELECT id FROM d",
    "MERGE INTO orders o USING products p ON o.id = p.id WHEN MATCHED THEN DELETE",
    "COPY feedback (msg) FROM STDIN",
    "TRUNCATE orders",
    "SELECT id FROM v_users_safe",
    "SELECT order_total(1)",
    "SELECT 'a'::varchar || 'b'::varchar",
    "SELECT public.length('a')",
    "SELECT 'x'::public.leaky_dom",
    "PREPARE p AS UPDATE users SET email = 'x' WHERE id = 1",
    "DECLARE c CURSOR FOR SELECT id FROM v_users_safe",
    "EXPLAIN ANALYZE DELETE FROM orders WHERE id = 1",
    "EXECUTE p (order_total(1))",
    "CREATE TABLE t AS EXECUTE p",
    "COMMIT",
    "SET CONSTRAINTS ALL IMMEDIATE",
    "CREATE TABLE t (a int)",
    "VACUUM users",
    "ANALYZE users",
    "SELECT nothing_of_the_kind FROM users",
};

constexpr std::string_view kPlain[] = {
    "SELECT 1",
    "SELECT u.id, count(*) FROM users u JOIN orders o ON o.user_id = u.id GROUP BY 1",
    "SELECT upper(name) || 'x', 1/0, 'abc'::text::int FROM products",
    "SELECT id FROM orders FOR UPDATE",
    "SELECT relname FROM pg_class",
    "COPY orders TO STDOUT",
    "PREPARE p AS SELECT id FROM users WHERE id = $1",
    "EXPLAIN SELECT 1",
    "EXECUTE p (1)",
    "FETCH 1 FROM c",
    "BEGIN",
    "ROLLBACK",
    "SAVEPOINT s",
    "SHOW search_path",
    "SET application_name = 'x'",
    "CLOSE c",
    "DEALLOCATE p",
    "DISCARD ALL",
};

TEST(HiddenQuotes, MayBeInWhatWritesOrRunsOtherCode) {
  for (const auto sql : kQuoting) EXPECT_TRUE(may_quote(sql)) << sql;
}

TEST(HiddenQuotes, AreNotInWhatRunsOnlyWhatWasJudged) {
  for (const auto sql : kPlain) EXPECT_FALSE(may_quote(sql)) << sql;
}

TEST(HiddenQuotes, AreNowhereWhereNothingIsHidden) {
  catalog::Rows rows = corpus_rows();
  // Refused unless they are listed.
  std::erase_if(rows.relations, [](const catalog::Relation& relation) {
    return relation.kind == catalog::RelationKind::Foreign || !relation.extension.empty();
  });
  Profile open = hiding();
  open.access =
      std::make_shared<const Access>(AccessPolicy{.functions = {.denied = {"public.peek_pl"}}},
                                     std::make_shared<const catalog::Snapshot>(std::move(rows)),
                                     std::vector<std::string>{"public"});
  for (const auto sql : kQuoting) EXPECT_FALSE(may_quote(sql, open)) << sql;
}

TEST(HiddenQuotes, AreFearedForTablesAndSchemasToo) {
  EXPECT_TRUE(may_quote("COMMIT", permissive({.allowed_schemas = {"public", "analytics"}})));
  EXPECT_TRUE(may_quote("COMMIT", permissive({.tables = {.denied = {"user_credentials"}}})));
}

TEST(HiddenQuotes, MayComeFromRowSecurityAndForeignTables) {
  catalog::Rows rows = corpus_rows();
  for (auto& relation : rows.relations) {
    if (relation.name == "products") relation.has_row_security = true;
    if (relation.name == "events_2024") relation.kind = catalog::RelationKind::Foreign;
  }
  Profile profile = hiding();
  profile.access =
      std::make_shared<const Access>(AccessPolicy{.columns = {.denied = {"users.ssn"}}},
                                     std::make_shared<const catalog::Snapshot>(std::move(rows)),
                                     std::vector<std::string>{"public"});
  EXPECT_TRUE(may_quote("SELECT name FROM products", profile));
  EXPECT_TRUE(may_quote("SELECT kind FROM analytics.events", profile));
  EXPECT_FALSE(may_quote("SELECT id FROM orders", profile));
}

}  // namespace
}  // namespace policy::rules
