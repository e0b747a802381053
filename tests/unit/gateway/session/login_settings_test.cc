// SPDX-License-Identifier: Apache-2.0
#include "gateway/session/login_settings.h"

#include <gtest/gtest.h>

namespace gateway::session {
namespace {

TEST(LoginSettings, AreJudgedLikeSet) {
  const policy::Profile profile{.mode = policy::Mode::ReadOnly};
  EXPECT_FALSE(judge_login_settings({{"role", "postgres"}}, profile));
  EXPECT_FALSE(judge_login_settings({{"client_encoding", "LATIN1"}}, profile));
  EXPECT_FALSE(judge_login_settings({{"Default_Transaction_Read_Only", "off"}}, profile));
  EXPECT_FALSE(judge_login_settings({{"x'; DROP TABLE t; --", "1"}}, profile));
  EXPECT_EQ(judge_login_settings({{"TimeZone", "UTC"}, {"timezone", "GMT"}}, profile),
            (Settings{{"application_name", ""}, {"timezone", "GMT"}}));
}

TEST(LoginSettings, BringTheServerToWhatTheClientAsked) {
  const Settings client{{"application_name", "it's"}, {"timezone", "UTC"}, {"datestyle", "iso"}};
  EXPECT_EQ(settings_sql(client, {{"application_name", ""}, {"TimeZone", "GMT"}}),
            "/* postern */ SET application_name TO 'it''s'; SET timezone TO 'UTC'; SET datestyle "
            "TO 'iso'");
  EXPECT_EQ(
      settings_sql(client,
                   {{"application_name", "it's"}, {"TimeZone", "UTC"}, {"DateStyle", "ISO, MDY"}}),
      "");
}

TEST(LoginSettings, TellValuesAsPostgreSqlReportsThem) {
  struct Case {
    std::string name, asked, known, told;
  };
  const std::vector<Case> cases{
      {"DateStyle", "ISO", "ISO, MDY", "ISO, MDY"},
      {"DateStyle", " sql , DMY", "ISO, MDY", "SQL, DMY"},
      {"DateStyle", "postgresql, european", "ISO, MDY", "Postgres, DMY"},
      {"DateStyle", "german", "ISO, MDY", "German, DMY"},
      {"DateStyle", "mdy, german", "ISO, YMD", "German, MDY"},
      {"DateStyle", "german, ymd", "ISO, MDY", "German, YMD"},
      {"DateStyle", "NonEuropean", "SQL, DMY", "SQL, MDY"},
      {"DateStyle", "foo", "ISO, MDY", "foo"},
      {"DateStyle", "ISO MDY", "ISO, MDY", "ISO MDY"},
      {"DateStyle", "", "ISO, MDY", ""},
      {"IntervalStyle", "SQL_Standard", "postgres", "sql_standard"},
      {"default_transaction_read_only", "TRUE", "off", "on"},
      {"default_transaction_read_only", "1", "off", "on"},
      {"default_transaction_read_only", "n", "on", "off"},
      {"default_transaction_read_only", "o", "on", "o"},
      {"client_encoding", "utf-8", "UTF8", "UTF8"},
  };
  for (const auto& each : cases) {
    const Parameters told =
        parameters_to_tell({{each.name, each.known}}, {{each.name, each.asked}});
    EXPECT_EQ(told.at(each.name), each.told) << each.name << " = " << each.asked;
  }
}

// What PostgreSQL will refuse is sent, so that it does.
TEST(LoginSettings, LeaveWhatIsNoDateStyleToTheServer) {
  EXPECT_EQ(settings_sql({{"datestyle", "foo"}}, {{"DateStyle", "ISO, MDY"}}),
            "/* postern */ SET datestyle TO 'foo'");
}

// psql asks for it where the locale is C.
TEST(LoginSettings, TellSqlAsciiWhereTheServerIsInUtf8) {
  const policy::Profile profile{.mode = policy::Mode::ReadOnly};
  const auto settings = judge_login_settings({{"client_encoding", "sql-ascii"}}, profile);
  ASSERT_TRUE(settings);
  const Parameters utf8{{"client_encoding", "UTF8"}, {"server_encoding", "UTF8"}};
  EXPECT_EQ(parameters_to_tell(utf8, *settings).at("client_encoding"), "SQL_ASCII");
  const Parameters latin{{"client_encoding", "UTF8"}, {"server_encoding", "LATIN1"}};
  EXPECT_EQ(parameters_to_tell(latin, *settings).at("client_encoding"), "UTF8");
  EXPECT_EQ(settings_sql(*settings, {{"application_name", ""}, {"client_encoding", "UTF8"}}), "");
}

TEST(LoginSettings, NameTheApplicationInAnySpelling) {
  EXPECT_EQ(application_name({}), "");
  EXPECT_EQ(application_name({{"application_name", "a"}, {"APPLICATION_Name", "b"}}), "b");
}

TEST(LoginSettings, AreRestoredWhereTheServerHasOthers) {
  const Settings client{
      {"application_name", "it's"}, {"timezone", "UTC"}, {"client_encoding", "UTF8"}};
  EXPECT_EQ(restoring_sql(client, {{"application_name", "it's"}, {"TimeZone", "UTC"}}), "");
  const std::string sql = restoring_sql(client, {{"application_name", ""}, {"TimeZone", "UTC"}});
  EXPECT_NE(sql.find("VALUES ('application_name', 'it''s'))"), std::string::npos) << sql;
}

}  // namespace
}  // namespace gateway::session
