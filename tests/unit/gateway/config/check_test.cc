// SPDX-License-Identifier: Apache-2.0
#include "gateway/config/check.h"

#include <gtest/gtest.h>

#include "tests/unit/gateway/config/support.h"

namespace gateway::config {
namespace {

struct Case {
  std::string text;
  std::string line;  // what one line must hold
};

const std::string kUser = "verifier: \"" + std::string(test::kVerifier) + "\"";

// Exactly one line, which holds `line`.
void expect_one(const Case& c, const std::vector<std::string>& lines) {
  ASSERT_EQ(lines.size(), 1u) << c.text << (lines.empty() ? "" : lines[0]);
  EXPECT_TRUE(lines[0].contains(c.line)) << lines[0];
}

TEST(Check, AcceptsTheMinimalDocumentWithoutAWord) {
  EXPECT_EQ(test::said(test::document({})), std::vector<std::string>{});
}

TEST(Check, FindsWhatIsMissing) {
  const Case cases[] = {
      {test::document({.users = ""}), "f: error: users: there are no users"},
      {test::document({.users = "users: []\n"}), "f:1:1: error: users: there are no users"},
      {test::document({.databases = ""}), "f: error: databases: there are no databases"},
      {test::document({.users = "users:\n  - {" + kUser + "}\n"}),
       "f:2:5: error: users[0].name: the user needs a name"},
      {test::with_user("auth: scram-sha-256"),
       "users[0]: scram-sha-256 needs a verifier or a password"},
      {test::with_user("password: \"\""), "users[0]: scram-sha-256 needs a verifier or a password"},
      {test::document(
           {.databases = "databases: [{user: u, readonly_role: r, pool_mode: session}]\n"}),
       "databases[0].name: the database needs a name"},
      {test::document(
           {.databases = "databases: [{name: d, readonly_role: r, pool_mode: session}]\n"}),
       "databases[0].user: is needed"},
      {test::document({.databases = "databases: [{name: d, user: u, readonly_role: r}]\n"}),
       "databases[0].pool_mode: is needed"},
      {test::with("audit: {file_path: \"\"}"), "audit.file_path: is empty"},
  };
  for (const Case& c : cases) expect_one(c, test::said(c.text));
}

TEST(Check, FindsWhatContradictsItself) {
  const std::string long_name(kNameBytesMax + 1, 'x');
  const Case cases[] = {
      {test::document(
           {.users = "users:\n  - {name: a, " + kUser + "}\n  - {name: a, " + kUser + "}\n"}),
       "f:3:6: error: users[1].name: 'a' is the name of users[0] already"},
      {test::document({.databases =
                           "databases:\n"
                           "  - {name: d, user: u, readonly_role: r, pool_mode: session}\n"
                           "  - {name: d, user: u, readonly_role: r, pool_mode: session}\n"}),
       "databases[1].name: 'd' is the name of databases[0] already"},
      {test::document({.users = "users:\n  - {name: postern, " + kUser + "}\n"}),
       "users[0].name: 'postern' is reserved"},
      {test::document({.users = "users:\n  - {name: " + long_name + ", " + kUser + "}\n"}),
       "users[0].name: is longer than 63 bytes"},
      {test::document({.databases = "databases: [{name: postern, user: u, readonly_role: r, "
                                    "pool_mode: session}]\n"}),
       "databases[0].name: 'postern' is reserved"},
      {test::with_user("auth: trust, " + kUser), "users[0].verifier: is given, but auth is trust"},
      {test::with_user("password: file:/secret, " + kUser),
       "users[0].password: is given besides verifier"},
      {test::with_database("min_pool_size: 11"),
       "databases[0].min_pool_size: min_pool_size is 11, more than max_pool_size, which is 10"},
      {test::with_database("max_pool_size: 1"),
       "databases[0].max_pool_size: min_pool_size is 2, more than max_pool_size, which is 1"},
      {test::with_database("host: [a, b], port: [1, 2, 3]"),
       "or one for each of the 2 hosts, has 3"},
      {test::with_database("host: \"\""), "databases[0].host: a host must not be empty"},
      {test::with_database("host: \"a,b\""), "databases[0].host: a host must not be empty or hold"},
      {test::with_database("ssl_cert: /c"),
       "databases[0].ssl_cert: ssl_cert and ssl_key go together"},
      {test::with_database("gucs: {allowed: [work_mem, ROLE]}"),
       "databases[0].gucs.allowed[1]: 'role' can never be left to clients"},
      {test::with_database("mode: balanced, limits: {max_result_rows: 5}"),
       "databases[0].limits.max_result_rows: limits what read_only principals get, and there are "
       "none"},
      {test::with_database("principals: [{match: {users: [etl]}, mode: balanced, "
                           "limits: {max_result_bytes: 5}}]"),
       "principals[0].limits.max_result_bytes: limits what read_only principals get"},
      {test::with_database("gucs: {allowed: [\"a b\"]}"), "'a b' is no name of a setting"},
      {test::with_database("safe_search_path: [\"\"]"),
       "databases[0].safe_search_path: a schema's name"},
      {test::with("observability: {metrics: {port: 6432}}"),
       "metrics.port: is the same as listen.port"},
      {test::with("observability: {metrics: {path: m}}"), "metrics.path: must start with '/'"},
      {test::with("observability: {metrics: {path: /healthz}}"),
       "metrics.path: /healthz has its own answer"},
      {test::with("observability: {metrics: {address: example.org}}"),
       "observability.metrics.address: must be a numeric IPv4 or IPv6 address or localhost"},
  };
  for (const Case& c : cases) expect_one(c, test::said(c.text));
}

TEST(Check, RefusesTheRoleNone) {
  expect_one(
      {"", "databases[0].readonly_role: 'none' means no role"},
      test::errors(test::document({.databases = "databases: [{name: d, user: u, readonly_role: "
                                                "None, pool_mode: session}]\n"})));
}

TEST(Check, AllowsTrustOnLoopbackOnly) {
  const std::string users = "users:\n  - {name: ann, auth: trust}\n";
  for (const char* address : {"127.0.0.1", "127.8.9.1", "::1", "localhost", "::ffff:127.0.0.1"}) {
    EXPECT_EQ(
        test::said(test::document(
            {.users = users, .rest = std::string("listen: {address: \"") + address + "\"}\n"})),
        std::vector<std::string>{})
        << address;
  }
  for (const char* address : {"0.0.0.0", "::", "10.0.0.1", "128.0.0.1", "::ffff:10.0.0.1"}) {
    const auto lines = test::errors(test::document(
        {.users = users, .rest = std::string("listen: {address: \"") + address + "\"}\n"}));
    expect_one({address, "users[0].auth: trust lets everybody in"}, lines);
  }
}

TEST(Check, WantsAPathThatASocketCanHave) {
  EXPECT_EQ(test::said(test::with("listen: {admin_socket: /run/postern/admin.sock}")),
            std::vector<std::string>{});
  const auto relative = test::said(test::with("listen: {admin_socket: admin.sock}"));
  ASSERT_EQ(relative.size(), 1u);
  EXPECT_TRUE(relative[0].contains("must begin with '/'")) << relative[0];
  const auto long_one =
      test::said(test::with("listen: {admin_socket: /" + std::string(107, 'x') + "}"));
  ASSERT_EQ(long_one.size(), 1u);
  EXPECT_TRUE(long_one[0].contains("longer than 107 bytes")) << long_one[0];
}

TEST(Check, WantsTheFilesThatTlsNeeds) {
  EXPECT_EQ(test::said(test::with("listen: {tls: {mode: require, cert: /c, key: /k}}")),
            std::vector<std::string>{});
  EXPECT_EQ(test::said(test::with("listen: {tls: {mode: disable, cert: /c}}")),
            std::vector<std::string>{});
  expect_one({"", "error: listen.tls.key: is needed where listen.tls.mode is allow"},
             test::errors(test::with("listen: {tls: {mode: allow, cert: /c}}")));
  expect_one({"", "error: listen.tls.cert: is needed where listen.tls.mode is require"},
             test::errors(test::with("listen: {tls: {mode: require, key: /k}}")));
  for (const char* key : {"cert", "key", "client_ca"}) {
    expect_one({key, "error: listen.tls: says no mode; write mode: require, or allow"},
               test::errors(test::with(std::string("listen: {tls: {") + key + ": /f}}")));
  }
  EXPECT_EQ(test::errors(test::with("listen: {tls: {mode: prefer}}")).size(), 1u);
}

TEST(Check, RefusesAnAddressThatIsNoAddress) {
  for (const char* address : {"", "example.org", "[::1]", "127.1", "1.2.3.4:6432", "LOCALHOST"}) {
    EXPECT_FALSE(
        test::errors(test::with(std::string("listen: {address: \"") + address + "\"}")).empty())
        << address;
  }
}

TEST(Check, TakesSeveralAddressesAndAUnixSocket) {
  for (const char* listen : {"address: [127.0.0.1, \"::1\"]", "address: localhost",
                             "address: [], unix_socket_dir: /run/postern",
                             "unix_socket_dir: /run/postern, unix_socket_permissions: 0770"}) {
    EXPECT_EQ(test::said(test::with(std::string("listen: {") + listen + "}")),
              std::vector<std::string>{})
        << listen;
  }
  EXPECT_EQ(test::valid(test::with("listen: {address: [\"::1\", 127.0.0.1]}")).listen.address,
            (std::vector<std::string>{"::1", "127.0.0.1"}));
}

TEST(Check, RefusesListenersThatNobodyCouldUse) {
  const std::pair<std::string, const char*> cases[] = {
      {"address: []", "is empty: nobody could connect"},
      {"address: [], port: 0, unix_socket_dir: /run", "is 0, which needs a listen.address"},
      {"address: [127.0.0.1, \"::1\", 127.0.0.1]", "names 127.0.0.1 twice"},
      {"unix_socket_dir: run", "must begin with '/'"},
      {"unix_socket_dir: /" + std::string(100, 'x'), "would have 115 bytes"},
      {"unix_socket_permissions: 0778", "must be an octal mode"},
      {"unix_socket_permissions: 4777", "must be an octal mode"},
      {"unix_socket_permissions: \"-77\"", "must be an octal mode"},
      {"proxy_protocol: {networks: [10.0.0.0/33]}", "'10.0.0.0/33' must end with /0 to /32"},
      {"proxy_protocol: {networks: [balancer]}", "'balancer' is no numeric address"},
  };
  for (const auto& [listen, why] : cases) {
    const auto errors = test::errors(test::with("listen: {" + listen + "}"));
    ASSERT_EQ(errors.size(), 1u) << listen;
    EXPECT_TRUE(errors[0].contains(why)) << errors[0];
  }
}

TEST(Check, TrustNeedsAWayInForThisHost) {
  const auto errors = [](const std::string& listen) {
    return test::errors(test::document(
        {.users = "users: [{name: ann, auth: trust}]\n", .rest = "listen: {" + listen + "}\n"}));
  };
  EXPECT_EQ(errors("address: [127.0.0.1, \"::1\"]").size(), 0u);
  EXPECT_EQ(errors("address: [127.0.0.1, 0.0.0.0]").size(), 1u);
  EXPECT_EQ(errors("address: 0.0.0.0, unix_socket_dir: /run").size(), 0u);
}

TEST(Check, WarnsOfTrustThatNobodyHasBehindProxies) {
  const auto said = [](const std::string& listen) {
    return test::said(test::document(
        {.users = "users: [{name: ann, auth: trust}]\n", .rest = "listen: {" + listen + "}\n"}));
  };
  for (const char* listen : {"proxy_protocol: {networks: [127.0.0.0/8]}",
                             "address: [127.0.0.1, \"::1\"], "
                             "proxy_protocol: {networks: [127.0.0.1, \"::1\"]}",
                             "address: localhost, "
                             "proxy_protocol: {networks: [127.0.0.0/8, \"::1\"]}"}) {
    expect_one({listen, "warning: users[0].auth: trust is for clients of this host"}, said(listen));
  }
  for (const char* listen : {"proxy_protocol: {networks: [10.0.0.0/8]}",
                             "address: [127.0.0.1, \"::1\"], "
                             "proxy_protocol: {networks: [127.0.0.0/8]}",
                             "address: localhost, proxy_protocol: {networks: [127.0.0.0/8]}",
                             "unix_socket_dir: /run, "
                             "proxy_protocol: {networks: [127.0.0.0/8]}"}) {
    EXPECT_EQ(said(listen), std::vector<std::string>{}) << listen;
  }
}

TEST(Check, WarnsOfWeakSettings) {
  const Case cases[] = {
      {test::with("listen: {address: 0.0.0.0}"),
       "f:1:10: warning: listen.address: clients from the network are not encrypted"},
      {test::with("listen: {address: 0.0.0.0, tls: {mode: allow, cert: /c, key: /k}}"),
       "warning: listen.tls.mode: 'allow' takes clients from the network that are not encrypted"},
      {test::with("listen: {proxy_protocol: {networks: [\"::/0\"]}}"),
       "warning: listen.proxy_protocol.networks: is everybody"},
      {test::with("audit: {on_failure: continue}"),
       "f:1:9: warning: audit.on_failure: statements run"},
      {test::with_user("password: hunter2"),
       "warning: users[0].password: is written in clear text"},
      {test::with_user("password: \"${NO:-hunter2}\""),
       "warning: users[0].password: is written in clear"},
      {test::with_database("password: hunter2"),
       "warning: databases[0].password: is written in clear"},
      {test::document({.databases = "databases: [{name: d, user: u, pool_mode: session}]\n"}),
       "warning: databases[0].readonly_role: is not given"},
      {test::document(
           {.databases = "databases: [{name: d, user: u, pool_mode: session, mode: balanced}]\n",
            .rest = "audit: {enabled: false}\n"}),
       "warning: databases[0].mode: clients may write here while audit.enabled is false"},
  };
  for (const Case& c : cases) {
    expect_one(c, test::said(c.text));
    EXPECT_TRUE(parse(c.text, test::sources()).has_value()) << "warnings alone are no error";
  }
}

TEST(Check, DoesNotWarnOfSecretsThatStandElsewhere) {
  const auto sources = test::sources({{"PASSWORD", "hunter2"}});
  for (const char* secret : {"file:/secret", "${PASSWORD}"}) {
    const auto text = test::with_user(std::string("password: \"") + secret + "\"");
    EXPECT_EQ(test::said(text, sources), std::vector<std::string>{}) << secret;
  }
}

TEST(Check, WantsAVerifierForAPasswordBeyondAscii) {
  expect_one({"", "users[0].password: holds characters beyond ASCII"},
             test::errors(test::with_user("password: café")));
  EXPECT_TRUE(test::errors(test::with_database("password: café")).empty())
      << "libpq prepares that one";
}

TEST(Check, SaysOnceThatASecretFileIsMissing) {
  expect_one({"", "users[0].password: file /none does not exist"},
             test::said(test::with_user("password: file:/none")));
}

}  // namespace
}  // namespace gateway::config
