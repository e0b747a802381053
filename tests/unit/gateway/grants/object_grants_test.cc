// SPDX-License-Identifier: Apache-2.0
#include "gateway/grants/object_grants.h"

#include <gtest/gtest.h>

#include "tests/unit/policy/rules/shop.h"

namespace gateway::grants {
namespace {

using policy::rules::Rowset;
using policy::rules::Shop;
using policy::rules::shop_policy;
using policy::rules::shop_rows;

// A shop's policy as a profile of `mode`.
class Subject {
 public:
  explicit Subject(policy::Mode mode = policy::Mode::ReadOnly,
                   policy::AccessPolicy access = shop_policy())
      : shop(std::move(access)), rights(filled(mode)) {}

  const Rights& filled(policy::Mode mode) {
    profile.mode = mode;
    profile.access = std::shared_ptr<const policy::Access>(std::shared_ptr<void>(), &shop.access());
    made.emplace(profile);
    return *made;
  }
  ObjectGrants grants() const { return ObjectGrants(rights, facts, "\"r\""); }
  bool allows_public(std::string_view relation, std::int16_t column, const char* privilege) const {
    PublicGrant grant;
    grant.column = column;
    grant.privilege = privilege;
    return allows(rights, shop.relation(relation), grant);
  }

  Shop shop;
  policy::Profile profile{};
  std::optional<Rights> made{};
  const Rights& rights;
  ServerFacts facts{};
};

TEST(ObjectGrants, GiveOnlyTheColumnsThatMayBeRead) {
  const std::string sql = Subject().grants().relations();
  EXPECT_TRUE(
      sql.contains("GRANT SELECT (\"id\", \"email\", \"full_name\", tableoid, ctid, xmin, "
                   "xmax, cmin, cmax) ON TABLE \"public\".\"users\" TO \"r\";"));
  EXPECT_FALSE(sql.contains("\"hr\"."));
  EXPECT_FALSE(sql.contains("user_credentials"));
  EXPECT_FALSE(sql.contains("uc_2024"));
  EXPECT_FALSE(sql.contains("Client_SECRET"));
  EXPECT_FALSE(sql.contains("INSERT"));
}

TEST(ObjectGrants, GiveWholeTablesOnlyWhereNoRuleCanMeanAColumn) {
  const std::string by_column = Subject().grants().relations();
  EXPECT_TRUE(by_column.contains("GRANT SELECT (\"id\", \"user_id\", "));
  policy::AccessPolicy access = shop_policy();
  access.columns = {};
  const std::string whole = Subject(policy::Mode::ReadOnly, access).grants().relations();
  EXPECT_TRUE(whole.contains("GRANT SELECT ON TABLE \"public\".\"orders\" TO \"r\";"));
}

TEST(ObjectGrants, GiveWritesInAWritingModeAndNotOfRefusedColumns) {
  const std::string sql = Subject(policy::Mode::Balanced).grants().relations();
  EXPECT_TRUE(
      sql.contains("GRANT INSERT (\"id\", \"email\", \"full_name\"), UPDATE (\"id\", "
                   "\"email\", \"full_name\") ON TABLE \"public\".\"users\""));
  EXPECT_TRUE(sql.contains("GRANT DELETE ON TABLE \"public\".\"users\" TO \"r\";"));
}

TEST(ObjectGrants, TakeEverythingInEverySchemaFirst) {
  const std::string sql = Subject().grants().schemas();
  EXPECT_TRUE(sql.contains("REVOKE ALL ON ALL TABLES IN SCHEMA \"hr\" FROM \"r\";"));
  EXPECT_TRUE(sql.contains("REVOKE ALL ON ALL ROUTINES IN SCHEMA \"secret\" FROM \"r\";"));
  EXPECT_TRUE(sql.contains("GRANT USAGE ON SCHEMA \"analytics\" TO \"r\";"));
  EXPECT_FALSE(sql.contains("GRANT USAGE ON SCHEMA \"hr\""));
  EXPECT_FALSE(sql.contains("pg_catalog"));
}

TEST(ObjectGrants, TakeFromPublicWhatThePolicyRefuses) {
  const Subject subject;
  EXPECT_FALSE(subject.allows_public("public.users", 0, "SELECT"));
  EXPECT_TRUE(subject.allows_public("public.users", 1, "SELECT"));
  EXPECT_FALSE(subject.allows_public("public.users", 5, "SELECT"));
  EXPECT_TRUE(subject.allows_public("public.orders", 0, "SELECT"));
  EXPECT_FALSE(subject.allows_public("public.orders", 0, "INSERT"));
  EXPECT_FALSE(subject.allows_public("public.orders", 0, "TRUNCATE"));
  EXPECT_FALSE(subject.allows_public("hr.salaries", 1, "SELECT"));
  EXPECT_FALSE(subject.allows_public("public.orders_id_seq", 0, "USAGE"));
}

TEST(ObjectGrants, RevokeRefusedFunctionsAndGrantAllowedOnes) {
  policy::AccessPolicy access = shop_policy();
  access.functions.allowed = {"public.order_total"};
  const std::string sql = Subject(policy::Mode::ReadOnly, access).grants().functions();
  EXPECT_TRUE(sql.contains(
      "GRANT EXECUTE ON ROUTINE \"public\".\"order_total\"(\"pg_catalog\".\"int4\") TO \"r\";"));
  EXPECT_TRUE(
      sql.contains("REVOKE EXECUTE ON ROUTINE \"secret\".\"peek\"(\"pg_catalog\".\"int4\") "
                   "FROM PUBLIC, \"r\";"));
  EXPECT_FALSE(sql.contains("pg_sleep"));
}

TEST(ObjectGrants, AnInsertGetsTheSequenceOfItsDefault) {
  Subject subject(policy::Mode::Balanced);
  OwnedSequence owned;
  owned.sequence = subject.shop.relation("public.orders_id_seq").oid;
  owned.relation = subject.shop.relation("public.orders").oid;
  owned.column = 1;
  subject.facts.sequences.push_back(owned);
  EXPECT_TRUE(subject.grants().sequences().contains(
      "GRANT USAGE ON SEQUENCE \"public\".\"orders_id_seq\" TO \"r\";"));
}

}  // namespace
}  // namespace gateway::grants
