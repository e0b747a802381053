// SPDX-License-Identifier: Apache-2.0
#include "gateway/doctor/checks.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/unit/policy/rules/shop.h"

namespace gateway::doctor {
namespace {

using Checks = std::set<std::string>;
using policy::rules::Shop;

policy::rules::Rowset rows_with_definer() {
  auto set = policy::rules::shop_rows();
  set.function("secret.peek_as_owner", {}).is_security_definer = true;
  return set;
}

class DoctorChecks : public testing::Test {
 protected:
  DoctorChecks() {
    profile_.access =
        std::shared_ptr<const policy::Access>(std::shared_ptr<void>(), &shop.access());
    rights_.emplace(profile_);
    database.user = "app";
    survey.put(Topic::Session, {{"app", "poldb", "150018", "UTF8"}});
  }

  Findings run(void (*check)(const Patient&, Findings&)) const {
    Findings findings;
    const config::AccessRules access;
    check({.survey = survey,
           .session = session_facts(survey).value(),
           .rights = *rights_,
           .database = database,
           .access = access},
          findings);
    return findings;
  }
  Checks checks(void (*check)(const Patient&, Findings&)) const {
    Checks names;
    for (const Finding& finding : run(check)) names.insert(finding.check);
    return names;
  }
  std::string oid(std::string_view relation) const {
    return std::to_string(shop.relation(relation).oid);
  }
  // The one finding about `object`; empty where there is none.
  Finding about(void (*check)(const Patient&, Findings&), std::string_view object,
                std::string_view name) const {
    for (const Finding& finding : run(check)) {
      if (finding.object == object && finding.check == name) return finding;
    }
    return {};
  }

  Shop shop{policy::rules::shop_policy(), rows_with_definer()};
  Survey survey;
  config::Database database;

 private:
  policy::Profile profile_;
  std::optional<grants::Rights> rights_;
};

TEST_F(DoctorChecks, ASurveyWithoutItsSessionTellsNothing) {
  survey.put(Topic::Session, {});
  EXPECT_FALSE(session_facts(survey));
  survey.put(Topic::Session, {{"app", "poldb"}});
  EXPECT_FALSE(session_facts(survey));
}

TEST_F(DoctorChecks, EachAttributeOfARoleIsItsOwnFinding) {
  survey.put(Topic::Roles, {{"app", "t", "t", "t", "t", "t"}, {"reader", "f", "f", "f", "f", "f"}});
  EXPECT_EQ(checks(check_roles), (Checks{"role.superuser", "role.bypassrls", "role.createrole",
                                         "role.createdb", "role.replication"}));
}

TEST_F(DoctorChecks, TheRoleThatThePoolBecomesIsNoMembership) {
  survey.put(Topic::Memberships, {{"app", "reader"}, {"app", "pg_read_all_data"}, {"app", "team"}});
  EXPECT_EQ(run(check_roles).size(), 3);
  database.readonly_role = "reader";
  EXPECT_EQ(checks(check_roles), (Checks{"role.predefined", "role.member"}));
  EXPECT_EQ(run(check_roles).size(), 2);
}

TEST_F(DoctorChecks, AColumnThatIsReadableThoughItIsRefusedComesWithTheNarrowGrant) {
  survey.put(Topic::Relations, {{oid("public.users"), "", "1 2 3 5", "", ""}});
  const Finding finding = about(check_relations, "\"public\".\"users\"", "privilege.column");
  EXPECT_EQ(finding.severity, Severity::Critical);
  EXPECT_TRUE(finding.message.ends_with(": \"ssn\"")) << finding.message;
  EXPECT_TRUE(finding.fix.contains("GRANT SELECT (\"id\", \"email\", \"full_name\") ON TABLE"));
}

TEST_F(DoctorChecks, WhatThePolicyAllowsAndTheServerRefusesIsAWarning) {
  survey.put(Topic::Relations, {{oid("public.orders"), "", "1 2", "", ""}});
  const Finding finding = about(check_relations, "\"public\".\"orders\"", "privilege.missing");
  EXPECT_EQ(finding.severity, Severity::Warning);
  EXPECT_TRUE(finding.message.contains("\"amount\", \"note\""));
}

TEST_F(DoctorChecks, ARefusedTableOrForeignTableIsNamedAsSuch) {
  survey.put(Topic::Relations, {{oid("hr.salaries"), "SELECT", "1 2 3", "", ""},
                                {oid("analytics.remote"), "SELECT", "1", "", ""}});
  EXPECT_FALSE(about(check_relations, "\"hr\".\"salaries\"", "privilege.table").fix.empty());
  EXPECT_FALSE(
      about(check_relations, "\"analytics\".\"remote\"", "privilege.foreign_table").fix.empty());
}

TEST_F(DoctorChecks, WritesAreRefusedInAReadingMode) {
  survey.put(Topic::Relations,
             {{oid("public.orders"), "SELECT DELETE TRUNCATE", "1 2 3 4", "1", ""}});
  const Finding finding = about(check_relations, "\"public\".\"orders\"", "privilege.write");
  EXPECT_TRUE(finding.fix.starts_with("REVOKE INSERT, DELETE, TRUNCATE ON TABLE")) << finding.fix;
}

TEST_F(DoctorChecks, OfASuperuserPrivilegesAreNotListed) {
  survey.put(Topic::Roles, {{"app", "t", "f", "f", "f", "f"}});
  survey.put(Topic::Relations, {{oid("hr.salaries"), "SELECT", "1 2 3", "", ""}});
  EXPECT_EQ(checks(check_relations), Checks{});
}

TEST_F(DoctorChecks, ASchemaInTheSearchPathIsWorse) {
  const auto& snapshot = shop.snapshot();
  const std::string open = std::to_string(snapshot.schema("public")->oid);
  const std::string other = std::to_string(snapshot.schema("hr")->oid);
  survey.put(Topic::Schemas, {{open, "public"}, {other, "hr"}});
  EXPECT_EQ(checks(check_places), (Checks{"schema.create_in_path", "schema.create"}));
}

TEST_F(DoctorChecks, AFunctionThatRunsAsItsOwnerIsWorse) {
  survey.put(Topic::Routines, {{std::to_string(shop.function("secret.peek").oid)}});
  EXPECT_EQ(checks(check_routines), Checks{"function.executable"});
  survey.put(Topic::Routines, {{std::to_string(shop.function("secret.peek_as_owner").oid)}});
  EXPECT_EQ(checks(check_routines), Checks{"function.security_definer"});
}

TEST_F(DoctorChecks, OnlyWhatTheRoleCanCallShadows) {
  EXPECT_EQ(checks(check_shadows), Checks{});
  for (const auto* function : shop.snapshot().functions("reverse")) {
    survey.put(Topic::Routines, {{std::to_string(function->oid)}});
    if (function->decision == policy::catalog::Decision::NotBuiltIn) break;
  }
  EXPECT_EQ(checks(check_shadows), Checks{"shadow.function"});
}

TEST_F(DoctorChecks, WhatIsSetAsTheGatewayPinsItIsNoOverride) {
  database.safe_search_path = {"public"};
  survey.put(Topic::RoleSettings, {{"role in database", "app", "search_path", "public"}});
  EXPECT_EQ(checks(check_settings), Checks{});
  survey.put(Topic::RoleSettings, {{"role", "app", "search_path", "evil, public"},
                                   {"database", "", "seq_page_cost", "0"},
                                   {"database", "", "work_mem", "1GB"}});
  EXPECT_EQ(run(check_settings).size(), 2);
}

TEST_F(DoctorChecks, TheServersSettings) {
  survey.put(Topic::Settings, {{"max_prepared_transactions", "0"},
                               {"standard_conforming_strings", "on"},
                               {"temp_file_limit", "1048576"},
                               {"log_connections", "on"},
                               {"fsync", "on"}});
  EXPECT_EQ(checks(check_settings), Checks{});
  survey.put(Topic::Settings, {{"max_prepared_transactions", "5"},
                               {"standard_conforming_strings", "off"},
                               {"temp_file_limit", "-1"},
                               {"log_connections", "off"},
                               {"lo_compat_privileges", "on"},
                               {"session_replication_role", "replica"},
                               {"fsync", "off"}});
  EXPECT_EQ(
      checks(check_settings),
      (Checks{"setting.max_prepared_transactions", "setting.standard_conforming_strings",
              "setting.temp_file_limit", "setting.log_connections", "setting.lo_compat_privileges",
              "setting.session_replication_role", "setting.fsync"}));
}

TEST_F(DoctorChecks, AFarServerHasToBeVerified) {
  database.host = {"127.0.0.1", "/run/postgresql", "localhost", "::1"};
  EXPECT_EQ(checks(check_connection), Checks{});
  database.host.push_back("db.example.com");
  EXPECT_EQ(checks(check_connection), Checks{"connection.tls"});
  database.ssl_mode = "verify-full";
  EXPECT_EQ(checks(check_connection), Checks{});
}

TEST_F(DoctorChecks, VersionsAndEncodings) {
  survey.put(Topic::Session, {{"app", "poldb", "130020", "UTF8"}});
  EXPECT_EQ(checks(check_connection), Checks{"server.version"});
  survey.put(Topic::Session, {{"app", "poldb", "160001", "LATIN1"}});
  EXPECT_EQ(checks(check_connection), (Checks{"server.minor", "server.encoding"}));
}

TEST_F(DoctorChecks, AChildOfARefusedTableInAnOpenSchema) {
  const Finding finding = about(check_tables, "\"analytics\".\"uc_2024\"", "table.child_elsewhere");
  EXPECT_TRUE(finding.fix.contains("SET SCHEMA \"public\""));
}

}  // namespace
}  // namespace gateway::doctor
