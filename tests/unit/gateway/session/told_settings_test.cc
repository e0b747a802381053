// SPDX-License-Identifier: Apache-2.0
// A greeting is made of what was known then; a server may have other settings.
#include <gtest/gtest.h>

#include "tests/unit/gateway/session/talk.h"

namespace gateway::session {
namespace {

using namespace wire;

std::string reported(std::string_view name, std::string_view value) {
  return frame('S', z(name) + z(value));
}

class ToldSettings : public ::testing::Test {
 protected:
  ToldSettings() { greet({}); }
  void greet(const Settings& asked) {
    talk.session().greet({.user = "user", .database = "shop", .settings = asked}, kKnown,
                         {1, "abcd"}, talk.output());
    talk.output().clear();
    talk.client(query("SELECT 1"));
  }
  // `changes` to what was known.
  static Parameters server(const Parameters& changes) {
    Parameters all = kKnown;
    for (const auto& [name, value] : changes) all.insert_or_assign(name, value);
    return all;
  }

  inline static const Parameters kKnown{{"application_name", ""},
                                        {"DateStyle", "ISO, MDY"},
                                        {"TimeZone", "UTC"},
                                        {"is_superuser", "off"},
                                        {"server_version", "16.3"}};
  Talk talk;
};

TEST_F(ToldSettings, AreCorrectedBeforeTheFirstAnswer) {
  talk.attach(server({{"DateStyle", "SQL, DMY"}})).client("");
  EXPECT_EQ(talk.to_client, reported("DateStyle", "SQL, DMY"));
  EXPECT_EQ(talk.to_server, query("SELECT 1"));
}

TEST_F(ToldSettings, StayWhereTheServerHasTheSame) {
  talk.attach(server({})).client("");
  EXPECT_EQ(talk.to_client, "");
}

TEST_F(ToldSettings, StayWhereTheyAreTheServersOwn) {
  talk.attach(server({{"server_version", "16.4"}, {"is_superuser", "on"}, {"new_one", "1"}}));
  EXPECT_EQ(talk.to_client, "");
}

TEST_F(ToldSettings, OfTheClientAreNotTakenBack) {
  greet({{"TimeZone", "Asia/Tokyo"}, {"datestyle", "iso"}});
  talk.attach(server({{"TimeZone", "Europe/Paris"}, {"DateStyle", "SQL, DMY"}})).client("");
  EXPECT_EQ(talk.to_client, reported("DateStyle", "ISO, DMY")) << "of its order nothing was asked";
  EXPECT_NE(talk.to_server.find("SET timezone TO 'Asia/Tokyo'; SET datestyle TO 'iso'"),
            std::string::npos)
      << talk.to_server;
}

// It had them when it was idle, and may have others by the time it gets a statement.
TEST_F(ToldSettings, OfAServerThatWaitedAreAskedForByASet) {
  greet({{"datestyle", "ISO, MDY"}});
  talk.session().attach(server({}), talk.output(), Session::Reported::Earlier);
  talk.client("");
  EXPECT_NE(talk.to_server.find("SET application_name TO ''; SET datestyle TO 'ISO, MDY'"),
            std::string::npos)
      << talk.to_server;
  EXPECT_EQ(talk.to_client, "");
  talk.server(complete("SET") + complete("SET") + reported("DateStyle", "ISO, MDY") +
              reported("TimeZone", "Asia/Tokyo") + ready('I'));
  EXPECT_EQ(talk.to_client, reported("TimeZone", "Asia/Tokyo"));
}

}  // namespace
}  // namespace gateway::session
