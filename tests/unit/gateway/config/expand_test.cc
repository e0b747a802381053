// SPDX-License-Identifier: Apache-2.0
#include "gateway/config/expand.h"

#include <gtest/gtest.h>

#include "tests/unit/gateway/config/support.h"

namespace gateway::config {
namespace {

const Environment kEnvironment{{"A", "one"}, {"EMPTY", ""}, {"YAML", "x\nport: 1"}, {"N", "7000"}};

TEST(Expand, TakesVariablesAndDefaults) {
  const std::pair<std::string, std::string> cases[] = {
      {"plain", "plain"},
      {"${A}", "one"},
      {"<${A}${A}>", "<oneone>"},
      {"${B:-two}", "two"},
      {"${A:-two}", "one"},
      {"${B:-}", ""},
      {"${EMPTY}", ""},
      {"${EMPTY:-x}", "x"},
      {"$${A}", "${A}"},
      {"pa$$word$", "pa$$word$"},
      {"$4096:${A}", "$4096:one"},
      {"${B:-a:-b}", "a:-b"},
  };
  for (const auto& [text, expected] : cases) {
    const auto result = expand(text, kEnvironment);
    ASSERT_TRUE(result) << text;
    EXPECT_EQ(result->text, expected) << text;
  }
}

TEST(Expand, TellsWhetherAVariableGaveThePart) {
  EXPECT_TRUE(expand("${A}", kEnvironment)->from_environment);
  EXPECT_FALSE(expand("${B:-secret}", kEnvironment)->from_environment);
  EXPECT_FALSE(expand("$${A}", kEnvironment)->from_environment);
}

TEST(Expand, RefusesWhatItCannotRead) {
  for (const char* text : {"${", "${}", "${A", "${1A}", "${A B}", "${A-x}", "${:-x}", "${B}"}) {
    EXPECT_FALSE(expand(text, kEnvironment)) << text;
  }
}

TEST(Expand, NamesTheUnsetVariableAndItsPlace) {
  const auto lines = test::errors(test::with("listen:\n  address: \"${NOWHERE}\""));
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_TRUE(lines[0].starts_with("f:2:12: error: environment variable NOWHERE is not set"))
      << lines[0];
}

TEST(Expand, NeverMakesYamlOfAValue) {
  const Sources sources = test::sources(kEnvironment);
  const Config config = test::valid(
      test::with_database("dbname: \"${YAML}\", safe_search_path: [\"${LIST:-a}\"]"), sources);
  ASSERT_EQ(config.databases.size(), 1u);
  EXPECT_EQ(config.databases[0].dbname, "x\nport: 1");
  EXPECT_EQ(config.databases[0].port, std::vector<std::uint16_t>{5432});
  EXPECT_FALSE(test::errors(test::with_database("port: \"${YAML}\""), sources).empty());
}

TEST(Expand, GivesNumbersToo) {
  EXPECT_EQ(
      test::valid(test::with("listen: {port: \"${N}\"}"), test::sources(kEnvironment)).listen.port,
      7000);
}

TEST(Expand, StopsAtItsLimit) {
  const Environment big{{"X", std::string(kExpandedBytesMax, 'x')}};
  EXPECT_TRUE(expand("${X}", big));
  EXPECT_FALSE(expand("${X}y", big));
}

}  // namespace
}  // namespace gateway::config
