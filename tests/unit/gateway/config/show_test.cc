// SPDX-License-Identifier: Apache-2.0
#include "gateway/config/show.h"

#include <gtest/gtest.h>

#include "gateway/config/keys.h"
#include "tests/unit/gateway/config/support.h"

namespace gateway::config {
namespace {

std::string with_verifiers(std::string text) {
  const std::string hidden = "verifier: \"***\"";
  for (auto at = text.find(hidden); at != std::string::npos; at = text.find(hidden, at)) {
    text.replace(at, hidden.size(), "verifier: \"" + std::string(test::kVerifier) + '"');
  }
  return text;
}

TEST(Show, ParsesAgainToTheSame) {
  const std::string documents[] = {
      test::document({}),
      test::with_user("password: file:/secret"),
      test::with_user("auth: trust"),
      test::with_database("host: [a, \"b c\"], port: [1, 2], password: \"x'\\\"y\""),
      test::with_database(
          "dbname: \"$${X} \\n\\t\\\\ é # : {\", safe_search_path: [\"a, b\", \"true\"]"),
      test::with_database(
          "statement_timeout: 1500ms, server_lifetime: 90m, gucs: {allowed: [work_mem]}"),
      test::with("listen: {max_statement_bytes: 1025, client_idle_timeout: 0.5}"),
      test::with(
          "observability: {logging: {level: error, format: console}}\naudit: {storage: stdout}"),
  };
  for (const std::string& text : documents) {
    const std::string shown = show(test::valid(text));
    EXPECT_EQ(show(test::valid(with_verifiers(shown))), shown) << shown;
  }
}

TEST(Show, HidesSecrets) {
  const std::string shown = show(test::valid(test::document(
      {.users = "users:\n  - {name: a, password: hunter2}\n  - {name: b, verifier: \"" +
                std::string(test::kVerifier) + "\"}\n",
       .databases = "databases: [{name: d, pool_mode: session, url: "
                    "\"postgresql://u:hunter2@h/d\"}]\n"})));
  EXPECT_FALSE(shown.contains("hunter2")) << shown;
  EXPECT_FALSE(shown.contains("SCRAM")) << shown;
  EXPECT_TRUE(shown.contains("password: \"***\"")) << shown;
  EXPECT_TRUE(shown.contains("verifier: \"***\"")) << shown;
}

TEST(Show, NamesEveryBuiltKeyButEmptySecretsAndUrl) {
  const std::string shown =
      show(test::valid(test::with_database("principals: [{match: {users: [a]}, mode: balanced}]")));
  for (const Key& key : all_keys()) {
    if (key.built == Built::No || key.type == Type::Secret) continue;
    EXPECT_TRUE(shown.contains(std::string(last_of(key.path)) + ":")) << key.path;
  }
  EXPECT_FALSE(shown.contains("password")) << shown;
}

}  // namespace
}  // namespace gateway::config
