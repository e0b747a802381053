// SPDX-License-Identifier: Apache-2.0
#include "gateway/config/overrides.h"

#include <gtest/gtest.h>

#include "tests/unit/gateway/config/support.h"

namespace gateway::config {
namespace {

const std::string kValid = test::document({});

TEST(Overrides, ReplaceAndAddValues) {
  const Config config = test::valid(kValid, test::sources({
                                                {"POSTERN_LISTEN__PORT", "7000"},
                                                {"postern_ignored", "x"},
                                                {"POSTERN_databases__0__Host", "db"},
                                                {"POSTERN_DATABASES__0__GUCS__ALLOWED__0", "a"},
                                                {"POSTERN_DATABASES__0__GUCS__ALLOWED__1", "b"},
                                                {"POSTERN_DATABASES__0__PASSWORD", "file:/secret"},
                                                {"POSTERN_DATABASES__0__DBNAME", "${X}"},
                                                {"POSTERN_CONFIG", "/etc/postern.yaml"},
                                            }));
  EXPECT_EQ(config.listen.port, 7000);
  ASSERT_EQ(config.databases.size(), 1u);
  const Database& database = config.databases[0];
  EXPECT_EQ(database.host, std::vector<std::string>{"db"});
  EXPECT_EQ(database.allowed_gucs, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(database.password.reveal(), "s3cret");
  EXPECT_EQ(database.dbname, "${X}") << "an override is taken as it is";
}

TEST(Overrides, MakeAWholeConfigurationOfNothing) {
  const Config config = test::valid("", test::sources({
                                            {"POSTERN_USERS__0__NAME", "ann"},
                                            {"POSTERN_USERS__0__AUTH", "trust"},
                                            {"POSTERN_DATABASES__0__NAME", "shop"},
                                            {"POSTERN_DATABASES__0__USER", "reader"},
                                            {"POSTERN_DATABASES__0__POOL_MODE", "session"},
                                        }));
  ASSERT_EQ(config.users.size(), 1u);
  EXPECT_EQ(config.users[0].auth, Auth::Trust);
}

TEST(Overrides, TakeItemsInTheOrderOfTheirNumbers) {
  Environment environment;
  for (int i = 0; i < 12; ++i) {
    environment["POSTERN_DATABASES__0__SAFE_SEARCH_PATH__" + std::to_string(i)] =
        "s" + std::to_string(i);
  }
  const Config config = test::valid(kValid, test::sources(environment));
  ASSERT_EQ(config.databases[0].safe_search_path.size(), 12u);
  EXPECT_EQ(config.databases[0].safe_search_path[10], "s10");
}

TEST(Overrides, WinOverAnUnsetVariable) {
  const auto text = test::with("listen: {address: \"${NOWHERE}\"}");
  EXPECT_TRUE(test::errors(text, test::sources({{"POSTERN_LISTEN__ADDRESS", "::1"}})).empty());
}

TEST(Overrides, RefuseWhatNoKeyTakes) {
  struct Case {
    std::string name, value, line;
  };
  const Case cases[] = {
      {"POSTERN_LISTEN__PROT", "1", "listen.prot: unknown key; the nearest known one is 'port'"},
      {"POSTERN_LISTEN_PORT", "1", "listen_port: unknown key; the nearest known one is 'listen'"},
      {"POSTERN_DATABASES__0__MOD", "x",
       "databases[0].mod: unknown key; the nearest known one is 'mode'"},
      {"POSTERN_DATABASES__2__HOST", "x", "databases[2]: the list has 1 items; the next one is 1"},
      {"POSTERN_DATABASES__X__HOST", "x", "is a list: its items are named by a number"},
      {"POSTERN_DATABASES__99999999999999999999__HOST", "x", "is a list"},
      {"POSTERN_DATABASES", "x", "databases: must be a list, is a single value"},
      {"POSTERN_LISTEN", "x", "listen: must be a mapping, is a single value"},
      {"POSTERN_LISTEN__PORT__0", "x", "listen.port.0: unknown key"},
      {"POSTERN_LISTEN__PORT", "abc", "listen.port: must be a whole number, is 'abc'"},
      {"POSTERN_MCP__ENABLED", "true", "mcp.enabled: is not built yet in this version"},
  };
  for (const Case& c : cases) {
    const auto lines = test::errors(kValid, test::sources({{c.name, c.value}}));
    ASSERT_GE(lines.size(), 1u) << c.name;
    EXPECT_TRUE(lines.back().starts_with(c.name + ": error: ")) << lines.back();
    EXPECT_TRUE(lines.back().contains(c.line)) << lines.back();
  }
}

TEST(Overrides, DoNotDescendIntoASingleValueOfTheFile) {
  const auto lines = test::errors(test::with_database("host: a"),
                                  test::sources({{"POSTERN_DATABASES__0__HOST__0", "b"}}));
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_TRUE(lines[0].contains("the file has no list here")) << lines[0];
}

TEST(Overrides, LeaveTheVariablesOfAKubernetesServiceAlone) {
  EXPECT_TRUE(test::errors(kValid, test::sources({
                                       {"POSTERN_SERVICE_HOST", "10.0.0.1"},
                                       {"POSTERN_SERVICE_PORT", "6432"},
                                       {"POSTERN_SERVICE_PORT_METRICS", "9090"},
                                       {"POSTERN_PORT", "tcp://10.0.0.1:6432"},
                                       {"POSTERN_PORT_6432_TCP", "tcp://10.0.0.1:6432"},
                                       {"POSTERN_PORT_6432_TCP_ADDR", "10.0.0.1"},
                                       {"POSTERN_METRICS_SERVICE_HOST", "10.0.0.2"},
                                   }))
                  .empty());
}

}  // namespace
}  // namespace gateway::config
