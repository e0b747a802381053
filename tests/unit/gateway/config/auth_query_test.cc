// SPDX-License-Identifier: Apache-2.0
// Who may connect, beyond users with a verifier: certificates, clear text, and users in no file.
#include <gtest/gtest.h>

#include "tests/unit/gateway/config/support.h"

namespace gateway::config {
namespace {

struct Case {
  std::string text, line;
};

// Exactly one line, which holds `line`.
void expect_one(const Case& c) {
  const auto lines = test::said(c.text);
  ASSERT_EQ(lines.size(), 1u) << c.text << (lines.empty() ? "" : lines[0]);
  EXPECT_TRUE(lines[0].contains(c.line)) << lines[0];
}

constexpr std::string_view kTls =
    "listen: {tls: {mode: allow, cert: /c, key: /k, client_ca: /ca}}\n";

std::string with_tls_and_user(std::string_view keys) {
  return std::string(kTls) + test::with_user(keys);
}

constexpr std::string_view kOnlySocket =
    "address: [], unix_socket_dir: /run, "
    "tls: {mode: require, cert: /c, key: /k, client_ca: /ca}";

std::string with_user_and_listen(std::string_view keys, std::string_view listen) {
  return "listen: {" + std::string(listen) + "}\n" + test::with_user(keys);
}

std::string with_query(std::string_view keys) {
  return test::with("auth_query: {" + std::string(keys) + "}");
}

TEST(AuthQuery, IsTakenWithAUserOfItsOwn) {
  for (const char* text :
       {"", "database: \"\", query: \"\", user: \"\", cache_ttl: 0", "database: shop, user: looker",
        "database: shop, user: looker, password: \"file:/secret\"",
        "database: shop, user: looker, query: \"SELECT * FROM lookup($1)\", cache_ttl: 5s"}) {
    EXPECT_EQ(test::said(with_query(text)), std::vector<std::string>{}) << text;
  }
  const auto config = test::valid(with_query("database: shop, user: looker, cache_ttl: 5s"));
  EXPECT_EQ(config.auth_query.database, "shop");
  EXPECT_EQ(config.auth_query.cache_ttl, std::chrono::seconds(5));
}

TEST(AuthQuery, MayBeAllThereIsOfUsers) {
  EXPECT_EQ(test::said(test::document({.users = "auth_query: {database: shop, user: looker}\n"})),
            std::vector<std::string>{});
}

TEST(AuthQuery, SaysWhatIsWrong) {
  const Case cases[] = {
      {with_query("user: looker"), "auth_query.database: is needed"},
      {with_query("query: SELECT $1"), "auth_query.database: is needed"},
      {with_query("database: shops, user: looker"),
       "auth_query.database: 'shops' is none of databases[]"},
      {with_query("database: shop, user: looker, query: SELECT 1"),
       "auth_query.query: must hold $1"},
      {with_query("database: shop, user: looker, cache_ttl: 2m"), "auth_query.cache_ttl"},
      {with_query("database: shop"),
       "warning: auth_query.user: clients' statements run as 'reader', too"},
      {with_query("database: shop, user: reader"),
       "warning: auth_query.user: clients' statements run as 'reader', too"},
      {with_query("database: shop, user: looker, password: clear"),
       "warning: auth_query.password: is written in clear text"},
      {with_query("database: shop, user: looker, query: \"SELECT rolname, rolpassword FROM "
                  "pg_authid WHERE rolname = $1\""),
       "warning: auth_query.query: lets passwords in whose VALID UNTIL is over"},
      {with_query("database: shop, user: looker, query: \"SELECT usename, passwd FROM PG_SHADOW "
                  "WHERE usename = $1\""),
       "warning: auth_query.query: lets passwords in"},
  };
  for (const Case& c : cases) expect_one(c);
  EXPECT_EQ(test::errors(with_query("database: shop, password: \"file:/secret\"")).size(), 1u);
  EXPECT_EQ(
      test::said(with_query("database: shop, user: looker, query: \"SELECT usename, CASE WHEN "
                            "valuntil < now() THEN NULL ELSE passwd END FROM pg_shadow WHERE "
                            "usename = $1\"")),
      std::vector<std::string>{});
}

TEST(UserAuth, OfClearTextAndCertificatesNeedsTls) {
  const std::string verifier = "verifier: \"" + std::string(test::kVerifier) + "\"";
  const Case cases[] = {
      {test::with_user("auth: password, " + verifier),
       "users[0].auth: password sends it in clear text and needs TLS: write listen.tls.mode"},
      {with_user_and_listen("auth: password, " + verifier, kOnlySocket),
       "users[0].auth: password sends it in clear text and needs TLS, which a Unix socket never "
       "has"},
      {with_user_and_listen("auth: cert", kOnlySocket),
       "users[0].auth: cert needs TLS, which a Unix socket never has: name a listen.address"},
      {with_user_and_listen("auth: cert", "tls: {mode: disable, client_ca: /ca}"),
       "users[0].auth: cert needs TLS: write listen.tls.mode"},
      {test::with_user("auth: cert"), "users[0].auth: cert needs listen.tls.client_ca"},
      {with_tls_and_user("auth: password"), "users[0]: password needs a verifier or a password"},
      {with_tls_and_user("auth: cert, " + verifier),
       "users[0].verifier: is given, but auth is cert"},
      {with_tls_and_user("auth: cert, password: \"file:/secret\""),
       "users[0].password: is given, but auth is cert"},
      {with_tls_and_user("certificate_name: ann.example, " + verifier),
       "users[0].certificate_name: is given, but auth is not cert"},
  };
  for (const Case& c : cases) expect_one(c);
  for (const std::string& keys : {"auth: password, " + verifier, std::string("auth: cert"),
                                  std::string("auth: cert, certificate_name: ann.example")}) {
    EXPECT_EQ(test::said(with_tls_and_user(keys)), std::vector<std::string>{}) << keys;
  }
}

}  // namespace
}  // namespace gateway::config
