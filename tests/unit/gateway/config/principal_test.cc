// SPDX-License-Identifier: Apache-2.0
#include "gateway/config/principal.h"

#include <gtest/gtest.h>

#include "gateway/config/profile.h"
#include "tests/unit/gateway/config/support.h"

namespace gateway::config {
namespace {

TEST(Principal, MatchesOneItemOfEachListGiven) {
  struct Case {
    Match match;
    Asker asker;
    bool matches;
  };
  const Match all{{"etl", "bob"}, {"airflow*"}, {}, {"10.0.0.0/8", "::1"}};
  const Case cases[] = {
      {{.users = {"etl"}}, {.user = "etl"}, true},
      {{.users = {"etl"}}, {.user = "ETL"}, false},
      {{.users = {"etl"}}, {.user = "etl2"}, false},
      {{.users = {"etl*"}}, {.user = "etl2"}, true},
      {{.users = {"etl?"}}, {.user = "etl"}, false},
      {{.users = {"*"}}, {}, false},
      {{.users = {"a", "b"}}, {.user = "b"}, true},
      {{.applications = {"psql"}}, {.user = "etl", .application = "psql"}, true},
      {{.applications = {"psql"}}, {.user = "psql"}, false},
      {{.tokens = {"agent"}}, {.user = "agent"}, false},
      {{.tokens = {"agent"}}, {.token = "agent"}, true},
      {{.networks = {"10.0.0.0/8"}}, {.address = "10.1.1.1"}, true},
      {{.networks = {"0.0.0.0/0", "::/0"}}, {.user = "local"}, false},
      {{}, {.user = "etl"}, false},
      {all, {.user = "bob", .application = "airflow-2", .address = "::1"}, true},
      {all, {.user = "ann", .application = "airflow-2", .address = "::1"}, false},
      {all, {.user = "bob", .application = "psql", .address = "::1"}, false},
      {all, {.user = "bob", .application = "airflow-2", .address = "11.0.0.1"}, false},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(matches(c.match, c.asker), c.matches)
        << c.asker.user << " " << c.asker.application << " " << c.asker.address;
  }
}

TEST(Principal, FirstMatchCounts) {
  Database database;
  database.mode = Mode::Balanced;
  database.access.policy.tables.denied = {"d"};
  database.principals.push_back({.match = {.users = {"b*"}}, .mode = Mode::ReadOnly});
  database.principals.push_back({.match = {.users = {"bob"}}, .mode = Mode::Permissive});
  database.principals.push_back({.match = {.users = {"etl"}}, .access = {.allow_explain = true}});
  const auto bob = profile_inputs(database, {.user = "bob"});
  EXPECT_EQ(bob.mode, Mode::ReadOnly);
  EXPECT_EQ(bob.principal, 0u);
  EXPECT_EQ(&bob.access, &database.principals[0].access);
  const auto etl = profile_inputs(database, {.user = "etl"});
  EXPECT_EQ(etl.mode, Mode::Balanced) << "the database's";
  EXPECT_TRUE(etl.access.allow_explain);
  const auto other = profile_inputs(database, {.user = "ann"});
  EXPECT_EQ(other.mode, Mode::Balanced);
  EXPECT_EQ(other.principal, std::nullopt);
  EXPECT_EQ(&other.access, &database.access);
}

TEST(Principal, KeysOfItsLimitsReplaceThoseOfTheDatabaseWhereverTheyStand) {
  const Config config = test::valid(test::with_database(
      "principals: [{match: {users: [ann]}, limits: {running_statements: 2}}, "
      "{match: {users: [bob]}}], "
      "limits: {statements_per_minute: 60, running_statements: 5, max_result_bytes: 1MiB}"));
  const Database& database = config.databases.at(0);
  const UsageLimits bob = profile_inputs(database, {.user = "bob"}).limits;
  EXPECT_EQ(bob, database.limits);
  const UsageLimits ann = profile_inputs(database, {.user = "ann"}).limits;
  EXPECT_EQ(
      ann, (UsageLimits{
               .statements_per_minute = 60, .running_statements = 2, .max_result_bytes = 1 << 20}));
  const policy::Profile profile =
      profile_of(database, profile_inputs(database, {.user = "ann"}), config.listen);
  EXPECT_EQ(profile.statements_per_minute_max, 60U);
  EXPECT_EQ(profile.running_max, 2U);
  EXPECT_EQ(profile.result_bytes_max, 1U << 20);
}

TEST(Principal, MayNotLoosenALimitByAnApplicationsOwnWord) {
  const auto said = test::said(test::with_database(
      "limits: {statements_per_minute: 60}, "
      "principals: [{match: {applications: [psql]}, limits: {statements_per_minute: 0}}]"));
  ASSERT_EQ(said.size(), 1U);
  EXPECT_TRUE(said[0].contains("principals[0].limits.statements_per_minute")) << said[0];
}

TEST(Principal, IsIdentifiedByMoreThanItsApplication) {
  EXPECT_FALSE(identifies({.applications = {"psql"}}));
  EXPECT_FALSE(identifies({.users = {"*"}}));
  EXPECT_FALSE(identifies({.users = {"etl", "?*"}}));
  EXPECT_FALSE(identifies({.networks = {"10.0.0.0/8", "::/0"}}));
  EXPECT_TRUE(identifies({.users = {"etl"}, .applications = {"psql"}}));
  EXPECT_TRUE(identifies({.tokens = {"agent*"}}));
  EXPECT_TRUE(identifies({.networks = {"10.0.0.0/8"}}));
}

TEST(PlanGate, GivesItsProfileTheLimitsAndACatalog) {
  const Config config = test::valid(test::with_database(
      "access_policy: {explain_policy: {max_estimated_rows: 5, max_estimated_cost: 6, "
      "on_cost_exceeded: deny, deny_seq_scan_on_large_tables: false, large_table_threshold: 7, "
      "timeout_seconds: 8, cache_ttl_seconds: 9, cache_max_size: 10, on_error: allow}}"));
  const Database& database = config.databases[0];
  const auto profile = profile_of(database, config.listen);
  ASSERT_TRUE(profile.plan.has_value());
  const policy::PlanLimits expected{.rows_max = 5,
                                    .cost_max = 6,
                                    .on_cost_exceeded = policy::OnCostExceeded::Deny,
                                    .denies_large_seq_scans = false,
                                    .large_table_rows = 7,
                                    .on_error = policy::OnPlanError::Allow,
                                    .timeout = std::chrono::seconds(8),
                                    .cache_ttl = std::chrono::seconds(9),
                                    .cache_entries_max = 10};
  EXPECT_EQ(*profile.plan, expected);
  EXPECT_TRUE(has_rules(database.access));
  const Config off = test::valid(test::with_database("access_policy: {}"));
  EXPECT_FALSE(profile_of(off.databases[0], off.listen).plan.has_value());
}

}  // namespace
}  // namespace gateway::config
