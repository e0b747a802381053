// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/unit/gateway/config/support.h"

namespace gateway::config {
namespace {

using namespace std::chrono_literals;

TEST(Parse, GivesDefaultsToWhatIsNotSaid) {
  const Config config = test::valid(test::document({}));
  EXPECT_EQ(config.listen.address, std::vector<std::string>{"127.0.0.1"});
  EXPECT_EQ(config.listen.port, 6432);
  ASSERT_EQ(config.databases.size(), 1u);
  const Database& database = config.databases[0];
  EXPECT_EQ(database.dbname, "shop");
  EXPECT_EQ(database.host, std::vector<std::string>{"localhost"});
  EXPECT_EQ(database.mode, Mode::ReadOnly);
  EXPECT_EQ(database.safe_search_path, std::vector<std::string>{"public"});
  EXPECT_EQ(config.audit.on_failure, OnFailure::Deny);
}

TEST(Parse, ReadsEveryType) {
  const Config config = test::valid(test::with(R"(listen:
  {address: "::1", port: 0, max_clients: 5, max_statement_bytes: 64KiB, client_idle_timeout: 10m}
audit: {storage: stdout, max_size_mb: 7, max_files: 3, redact_sql: true, durability: write}
observability:
  metrics: {enabled: false, path: /m}
  logging: {level: warn, format: console, log_sql: true})"));
  EXPECT_EQ(config.listen.address, std::vector<std::string>{"::1"});
  EXPECT_EQ(config.listen.port, 0);
  EXPECT_EQ(config.listen.max_statement_bytes, 65'536u);
  EXPECT_EQ(config.listen.client_idle_timeout, 10min);
  EXPECT_EQ(config.audit.storage, Storage::Stdout);
  EXPECT_EQ(config.audit.max_size_mb, 7u);
  EXPECT_TRUE(config.audit.redact_sql);
  EXPECT_FALSE(config.metrics.enabled);
  EXPECT_EQ(config.logging.level, LogLevel::Warn);
  EXPECT_EQ(config.logging.format, LogFormat::Console);
}

TEST(Parse, ReadsADatabase) {
  const Config config = test::valid(test::with_database(
      "host: [a, b], port: [1, 2], dbname: d, password: file:/secret, ssl_mode: verify-full, "
      "min_pool_size: 0, max_pool_size: 1, mode: balanced, gucs: {allowed: [Work_Mem]}, "
      "safe_search_path: [], statement_timeout: 0, access_policy: {allow_explain: true}"));
  ASSERT_EQ(config.databases.size(), 1u);
  const Database& database = config.databases[0];
  EXPECT_EQ(database.host, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(database.port, (std::vector<std::uint16_t>{1, 2}));
  EXPECT_EQ(database.password.reveal(), "s3cret");
  EXPECT_EQ(database.ssl_mode, "verify-full");
  EXPECT_EQ(database.mode, Mode::Balanced);
  EXPECT_EQ(database.allowed_gucs, std::vector<std::string>{"work_mem"});
  EXPECT_TRUE(database.safe_search_path.empty());
  EXPECT_EQ(database.statement_timeout, 0s);
  EXPECT_TRUE(database.access.allow_explain);
}

TEST(Parse, RefusesValuesOfTheWrongTypeOrRange) {
  struct Case {
    std::string text, line;
  };
  const Case cases[] = {
      {"listen: {port: 65536}",
       "f:1:16: error: listen.port: must be between 0 and 65535, is '65536'"},
      {"listen: {port: -1}", "must be between 0 and 65535, is '-1'"},
      {"listen: {port: ~}", "listen.port: has no value"},
      {"listen: {port:}", "listen.port: has no value"},
      {"listen: {port: [1]}", "listen.port: must be a single value, is a list"},
      {"listen: {address: {}}", "listen.address: must be a single value, is a mapping"},
      {"listen: {address: \"a\\0b\"}", "listen.address: holds a NUL byte"},
      {"listen: []", "listen: must be a mapping, is a list"},
      {"listen: {max_clients: 0}", "must be between 1 and 100000"},
      {"listen: {max_clients: 100001}", "must be between 1 and 100000"},
      {"listen: {max_statement_bytes: 1KB}", "must be a size such as 1MiB"},
      {"listen: {max_statement_bytes: 17MiB}", "must be between 1KiB and 16MiB, is '17MiB'"},
      {"listen: {client_login_timeout: 0}", "listen.client_login_timeout: must be between 1ms and"},
      {"audit: {enabled: yes}", "audit.enabled: must be true or false, is 'yes'"},
      {"audit: {storage: flie}", "is 'flie' and must be one of file, stdout; nearest is 'file'"},
      {"audit: {storage: database}",
       "'database' is not built yet in this version; write file or stdout"},
      {"audit: {durability: sync}", "'sync' and must be one of write, fsync; nearest is 'fsync'"},
      {"audit: {durability: fsync, storage: stdout}", "is fsync, which stdout cannot do"},
      {"audit: {key: short}", "audit.key: is shorter than 16 bytes and could be guessed"},
      {"audit: {rotate_every: 5s}", "audit.rotate_every: must be 0 or at least 1m"},
      {"audit: {on_failure: Deny}",
       "is 'Deny' and must be one of deny, continue; nearest is 'deny'"},
  };
  for (const Case& c : cases) {
    const auto lines = test::errors(test::with(c.text));
    ASSERT_GE(lines.size(), 1u) << c.text;
    EXPECT_TRUE(lines[0].contains(c.line)) << lines[0];
  }
}

TEST(Parse, RefusesValuesOfADatabase) {
  const std::pair<std::string, std::string> cases[] = {
      {"port: 0", "databases[0].port: must be between 1 and 65535, is '0'"},
      {"host: [a, b], port: [1, x]", "databases[0].port[1]: must be a whole number, is 'x'"},
      {"port: []", "databases[0].port: must be one port, or one for each"},
      {"host: [a, [b]]", "databases[0].host[1]: must be a single value, is a list"},
      {"mode: readonly",
       "is 'readonly' and must be one of read_only, balanced, permissive; nearest is 'read_only'"},
      {"mode: transaction", "databases[0].mode: is 'transaction' and must be one of"},
      {"ssl_mode: verify", "databases[0].ssl_mode: is 'verify' and must be one of disable"},
      {"safe_search_path: public",
       "databases[0].safe_search_path: must be a list, is a single value"},
      {"max_pool_size: 0", "must be between 1 and 10000"},
      {"statement_timeout: 9999h", "must be between 0 and 2147483647ms"},
      {"statement_timeout: 0.0001", "must be a whole number of milliseconds"},
  };
  for (const auto& [keys, line] : cases) {
    const auto lines = test::errors(test::with_database(keys));
    ASSERT_GE(lines.size(), 1u) << keys;
    EXPECT_TRUE(lines[0].contains(line)) << lines[0];
  }
}

TEST(Parse, SaysThatTransactionPoolingIsNotBuilt) {
  const auto lines = test::errors(test::document(
      {.databases =
           "databases: [{name: a, user: u, readonly_role: r, pool_mode: transaction}]\n"}));
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_TRUE(lines[0].contains("'transaction' is not built yet in this version; write session"));
}

TEST(Parse, CollectsEveryErrorInTheOrderOfTheFile) {
  const auto lines = test::errors(test::document({
      .users = "users:\n  - {nam: ann}\n",
      .databases = "databases:\n  - {name: shop}\n",
      .rest = "listen:\n  port: x\n  prt: 1\nmcp: {enabled: true}\n",
  }));
  std::vector<std::string> places;
  for (const auto& line : lines) places.push_back(line.substr(0, line.find(": error")));
  EXPECT_EQ(places, (std::vector<std::string>{"f:2:9", "f:3:3", "f:4:7", "f:6:5", "f:6:5", "f:6:6",
                                              "f:8:5", "f:8:5"}));
}

TEST(Parse, NeverShowsASecretInAMessage) {
  const std::string text =
      "listen: {address: 0.0.0.0}\nusers:\n"
      "  - {name: a, auth: trust, password: hunter2}\n"
      "  - {name: b, verifier: hunter2}\n"
      "  - {name: c, password: hunter2é}\n"
      "databases:\n"
      "  - {name: d, url: \"hunter2\"}\n"
      "  - {name: e, url: \"postgresql://u:hunter2/x@h/db\"}\n"
      "  - {name: f, url: \"postgresql://u:p@h/db?hunter2=1\"}\n"
      "  - {name: g, password: [hunter2]}\n";
  const auto lines = test::said(text);
  EXPECT_GT(lines.size(), 8u);
  for (const auto& line : lines) EXPECT_FALSE(line.contains("hunter2")) << line;
}

}  // namespace
}  // namespace gateway::config
