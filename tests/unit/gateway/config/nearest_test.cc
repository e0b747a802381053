// SPDX-License-Identifier: Apache-2.0
#include "gateway/config/nearest.h"

#include <gtest/gtest.h>

#include "tests/unit/gateway/config/support.h"

namespace gateway::config {
namespace {

TEST(Nearest, CountsEdits) {
  EXPECT_EQ(edit_distance("mode", "mode"), 0u);
  EXPECT_EQ(edit_distance("mdoe", "mode"), 1u);
  EXPECT_EQ(edit_distance("mod", "mode"), 1u);
  EXPECT_EQ(edit_distance("", "mode"), 4u);
  EXPECT_EQ(edit_distance("port", "host"), 2u);
  EXPECT_EQ(edit_distance(std::string(1'000, 'a'), "a"), kCompareBytesMax - 1);
}

TEST(Nearest, UnknownKeysAreErrorsWithPlaceAndNearestKey) {
  struct Case {
    std::string text, line;
  };
  const Case cases[] = {
      {test::with("lisen: {}"),
       "f:1:1: error: lisen: unknown key; the nearest known one is 'listen'"},
      {test::with("listen:\n  prt: 1"),
       "f:2:3: error: listen.prt: unknown key; the nearest known one is 'port'"},
      {test::with("Listen: {}"),
       "f:1:1: error: Listen: unknown key; the nearest known one is 'listen'"},
      {test::with("port: 1"),
       "f:1:1: error: port: unknown key; the nearest known one is 'listen.port'"},
      {test::with("observability: {metrics: {prot: 1}}"),
       "f:1:27: error: observability.metrics.prot: unknown key; the nearest known one is 'port'"},
      {test::with("\"a\\nb\": 1"), "f:1:1: error: a\\x0ab: unknown key"},
      {test::with("listen.port: 1"),
       "f:1:1: error: listen.port: unknown key; keys are nested: write 'port' under 'listen'"},
      {test::with("databases[].port: 1"), "f:1:1: error: databases[].port: unknown key"},
      {test::with("databases[]: 1"), "f:1:1: error: databases[]: unknown key"},
      {test::with("mcp.enabled: false"), "f:1:1: error: mcp.enabled: unknown key"},
      {test::with("mcp: {enabled: false, \"tokens[].name\": a}"),
       "f:1:23: error: mcp.tokens[].name: "},
      {test::with("\"\": 1"), "f:1:1: error: unknown key"},
      {test::with("<<: {}"), "f:1:1: error: <<: unknown key"},
  };
  for (const Case& c : cases) {
    const auto lines = test::errors(c.text);
    ASSERT_EQ(lines.size(), 1u) << c.text;
    EXPECT_TRUE(lines[0].starts_with(c.line)) << lines[0];
  }
  const auto lines = test::errors(test::with_database("read_only: true, moed: balanced"));
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_TRUE(lines[0].contains("databases[0].read_only: unknown key")) << lines[0];
  EXPECT_TRUE(lines[1].contains("databases[0].moed: unknown key; the nearest known one is 'mode'"))
      << lines[1];
}

}  // namespace
}  // namespace gateway::config
