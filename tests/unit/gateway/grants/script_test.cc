// SPDX-License-Identifier: Apache-2.0
#include "gateway/grants/script.h"

#include <gtest/gtest.h>

#include "tests/unit/policy/rules/shop.h"

namespace gateway::grants {
namespace {

class Script : public testing::Test {
 protected:
  Script() {
    profile_.access =
        std::shared_ptr<const policy::Access>(std::shared_ptr<void>(), &shop_.access());
    facts.database = "pol\"db";
  }
  std::string run(BuiltIns built_ins = BuiltIns::Keep) const {
    const Rights rights(profile_);
    return script(
        {.rights = rights,
         .facts = facts,
         .role = "re$postern$ader",
         .login = login,
         .settings = {{"role", "x"}, {"search_path", "public, hr"}, {"statement_timeout", "5000"}},
         .subject = "database one\n; DROP DATABASE one;",
         .built_ins = built_ins});
  }

  ServerFacts facts;
  std::string login;

 private:
  policy::rules::Shop shop_;
  policy::Profile profile_;
};

TEST_F(Script, IsOneTransactionForOneDatabase) {
  const std::string sql = run();
  EXPECT_LT(sql.find("\nBEGIN;\n"), sql.find("current_database() <> 'pol\"db'"));
  EXPECT_TRUE(sql.ends_with("\nCOMMIT;\n"));
  EXPECT_FALSE(sql.contains("\n; DROP"));
}

TEST_F(Script, MakesTheRoleWhereItIsMissingAndTakesWhatItHas) {
  facts.role.attributes = {"BYPASSRLS", "CREATEROLE"};
  facts.role.member_of.emplace_back();
  facts.role.member_of.back().group = "pg_monitor";
  facts.role.member_of.back().grantor = "boss";
  const std::string sql = run();
  EXPECT_TRUE(sql.contains("DO $postern1$BEGIN IF NOT EXISTS"));
  EXPECT_TRUE(sql.contains("ALTER ROLE \"re$postern$ader\" NOBYPASSRLS NOCREATEROLE;"));
  EXPECT_TRUE(sql.contains("REVOKE \"pg_monitor\" FROM \"re$postern$ader\";"));
}

TEST_F(Script, PinsWhatTheGatewayPinsButNoRole) {
  const std::string sql = run();
  EXPECT_TRUE(sql.contains("SET search_path = public, hr;"));
  EXPECT_TRUE(sql.contains("SET statement_timeout = '5000';"));
  EXPECT_TRUE(sql.contains("RESET default_transaction_read_only;"));
  EXPECT_FALSE(sql.contains("SET role"));
}

TEST_F(Script, LetsThePoolsUserBecomeTheRole) {
  EXPECT_FALSE(run().contains("GRANT \"re$postern$ader\" TO"));
  login = "app";
  EXPECT_TRUE(run().contains("GRANT \"re$postern$ader\" TO \"app\";"));
}

TEST_F(Script, TakesBuiltInsOnlyWhenAsked) {
  EXPECT_FALSE(run().contains("pg_sleep"));
  const std::string sql = run(BuiltIns::Revoke);
  EXPECT_TRUE(sql.contains("WARNING"));
  EXPECT_TRUE(sql.contains("\"pg_sleep\"(\"pg_catalog\".\"float8\") FROM PUBLIC"));
  EXPECT_FALSE(sql.contains("\"reverse\"(\"pg_catalog\".\"text\")"));
}

}  // namespace
}  // namespace gateway::grants
