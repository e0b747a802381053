// SPDX-License-Identifier: Apache-2.0
#include "gateway/config/url.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "gateway/config/libpq_url.h"
#include "tests/unit/gateway/config/support.h"

namespace gateway::config {
namespace {

std::string base(std::string_view keys) {
  return test::document(
      {.databases = "databases:\n  - {name: shop, pool_mode: session, readonly_role: "
                    "ro, " +
                    std::string(keys) + "}\n"});
}

Database database_of(std::string_view url) {
  const Config config =
      test::valid(base("url: \"${URL}\""), test::sources({{"URL", std::string(url)}}));
  return config.databases.empty() ? Database{} : config.databases[0];
}

TEST(Url, IsTakenApart) {
  const Database full = database_of(
      "postgresql://re%40der:p%3Aw%2F@h1:1,[::1]:2/my%20db?sslmode=verify-full&sslrootcert=/ca&"
      "target_session_attrs=read-write&connect_timeout=7");
  EXPECT_EQ(full.user, "re@der");
  EXPECT_EQ(full.password.reveal(), "p:w/");
  EXPECT_EQ(full.host, (std::vector<std::string>{"h1", "::1"}));
  EXPECT_EQ(full.port, (std::vector<std::uint16_t>{1, 2}));
  EXPECT_EQ(full.dbname, "my db");
  EXPECT_EQ(full.ssl_mode, "verify-full");
  EXPECT_EQ(full.ssl_root_cert, "/ca");
  EXPECT_EQ(full.target_session_attrs, "read-write");
  EXPECT_EQ(full.connect_timeout, std::chrono::seconds(7));

  const Database small = database_of("postgres://u@");
  EXPECT_EQ(small.host, std::vector<std::string>{"localhost"});
  EXPECT_EQ(small.port, std::vector<std::uint16_t>{5432});
  EXPECT_EQ(small.dbname, "shop");

  const Database some_ports = database_of("postgresql://u@a,b:6000");
  EXPECT_EQ(some_ports.port, (std::vector<std::uint16_t>{5432, 6000}));

  const Database socket = database_of("postgresql:///d?host=/run/pg&port=6000&user=u");
  EXPECT_EQ(socket.host, std::vector<std::string>{"/run/pg"});
  EXPECT_EQ(socket.port, std::vector<std::uint16_t>{6000});
}

TEST(Url, MayStandInAFile) {
  const Config config = test::valid(base("url: file:/url"));
  ASSERT_EQ(config.databases.size(), 1u);
  EXPECT_EQ(config.databases[0].port, std::vector<std::uint16_t>{5433});
  EXPECT_EQ(test::said(base("url: file:/url")), std::vector<std::string>{}) << "not in clear text";
}

TEST(Url, WithAPasswordInTheFileIsAWarning) {
  const auto lines = test::said(base("url: \"postgresql://u:pw@h/d\""));
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_TRUE(lines[0].contains("warning: databases[0].password: is written in clear text"));
}

TEST(Url, CannotBeReadOrMixed) {
  const std::pair<std::string, std::string> cases[] = {
      {"url: \"mysql://h/d\"", "databases[0].url: must start with postgresql://"},
      {"url: \"postgresql://u@h:x/d\"", "databases[0].url: has a port that is no number"},
      {"url: \"postgresql://u@[::1/d\"", "has a '[' without ']'"},
      {"url: \"postgresql://u%zz@h/d\"", "has an escape that cannot be read"},
      {"url: \"postgresql://u%00@h/d\"", "has an escape that cannot be read"},
      {"url: \"postgresql://u%4\"", "has a host that cannot be read"},
      {"url: \"postgresql://u@h/d?options=-crole%3Dx\"", "has a parameter that is not supported"},
      {"url: \"postgresql://u@h/d?sslmode\"", "has a parameter without '='"},
      {"url: \"postgresql://u@h/d?user=v\"", "gives user twice"},
      {"url: \"postgresql://u@h/d?host=i\"", "gives host or port twice"},
      {"url: \"postgresql://u@h:70000/d\"", "databases[0].port[0]: must be between 1 and 65535"},
      {"url: \"postgresql://u@h/d?sslmode=no\"",
       "databases[0].ssl_mode: is 'no' and must be one of"},
      {"url: \"postgresql://u@h/d\", host: h",
       "databases[0].host: cannot be used together with url"},
      {"url: \"postgresql://u@h/d\", port: 1",
       "databases[0].port: cannot be used together with url"},
      {"url: \"postgresql://u@h/d\", user: v", "databases[0].user: is also given by url"},
      {"url: \"postgresql://u@h/d?sslmode=require\", ssl_mode: disable",
       "databases[0].ssl_mode: is also given by url"},
      {"url: file:/none, user: u", "databases[0].url: file /none does not exist"},
      {"url: [a], user: u", "databases[0].url: must be a single value, is a list"},
  };
  for (const auto& [keys, line] : cases) {
    const auto lines = test::errors(base(keys));
    ASSERT_GE(lines.size(), 1u) << keys;
    const bool is_said =
        std::ranges::any_of(lines, [&](const auto& l) { return l.contains(line); });
    EXPECT_TRUE(is_said) << keys << " " << lines[0];
  }
}

}  // namespace
}  // namespace gateway::config
