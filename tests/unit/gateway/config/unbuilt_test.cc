// SPDX-License-Identifier: Apache-2.0
#include "gateway/config/unbuilt.h"

#include <gtest/gtest.h>

#include "tests/unit/gateway/config/support.h"

namespace gateway::config {
namespace {

TEST(Unbuilt, KeysAreAcceptedWhileTheyTurnThePartOff) {
  for (const char* text : {
           "mcp: {enabled: false, port: 8080, tokens: [{name: a, sha256: b, scopes: [read]}]}",
           "mcp: {}",
           "mcp:",
           "openai: {api_key: \"${OPENAI_API_KEY:-}\"}",
           "rate_limit: {enabled: False}",
           "listen: {workers: 1}",
           "observability: {tracing: {enabled: false, exporter: otlp, sample_rate: 0.1}}",
           "observability: {logging: {slow_query_threshold: 0, include_trace_id: false}}",
           "audit: {key: \"\"}",
           "retry: {openai: {}}",
           "validation: {enabled: false, sample_rows: 10}",
       }) {
    EXPECT_EQ(test::said(test::with(text)), std::vector<std::string>{}) << text;
  }
}

TEST(Unbuilt, KeysAreErrorsThatSaySo) {
  struct Case {
    std::string text, line;
  };
  const Case cases[] = {
      {test::with("mcp:\n  enabled: true"),
       "f:2:3: error: mcp.enabled: is not built yet in this version; remove it or set it to false"},
      {test::with("mcp: {port: 8080}"), "f:1:7: error: mcp.port: is not built yet in this version"},
      {test::with("mcp: {tools: [{a: b}]}"), "mcp.tools: is not built yet in this version"},
      {test::with("mcp: 1"), "mcp: is not built yet in this version"},
      {test::with("listen: {workers: 2}"), "listen.workers: is not built yet"},
      {test::with("server: {query_timeout: 30.0}"), "server.query_timeout: is not built yet"},
      {test::with("circuit_breaker: {failure_threshold: 5}"), "is not built yet"},
      {test::with("retry: {database: {max_retries: 2}}"),
       "retry.database.max_retries: is not built"},
      {test::with("observability: {logging: {slow_query_threshold: 5.0}}"), "is not built yet"},
  };
  for (const Case& c : cases) {
    const auto lines = test::errors(c.text);
    ASSERT_EQ(lines.size(), 1u) << c.text;
    EXPECT_TRUE(lines[0].contains(c.line)) << lines[0];
  }
}

TEST(Unbuilt, KeysMustBeKnownEvenWhileThePartIsOff) {
  for (const char* text :
       {"mcp: {enabled: false, prot: 1}", "mcp: {prot: 1}",
        "mcp: {enabled: false, oauth: {isuer: a}}", "mcp: {enabled: false, tokens: [{nam: a}]}"}) {
    const auto lines = test::errors(test::with(text));
    ASSERT_EQ(lines.size(), 1u) << text;
    EXPECT_TRUE(lines[0].contains("unknown key; the nearest known one is")) << lines[0];
  }
}

}  // namespace
}  // namespace gateway::config
