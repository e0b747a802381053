// SPDX-License-Identifier: Apache-2.0
// `access_policy` and `principals` as they are bound and checked.
#include <gtest/gtest.h>

#include "gateway/config/show.h"
#include "tests/unit/gateway/config/support.h"

namespace gateway::config {
namespace {

using Texts = std::vector<std::string>;

Database bound(std::string_view keys) {
  const Config config = test::valid(test::with_database(keys));
  EXPECT_EQ(config.databases.size(), 1u);
  return config.databases.empty() ? Database{} : config.databases[0];
}

TEST(AccessPolicy, BindsEveryKey) {
  const Database database = bound(
      "access_policy: {allowed_schemas: [public], tables: {allowed: [orders], denied: [s.t]}, "
      "columns: {denied: [users.ssn], denied_patterns: [\"*.*secret*\"], on_denied: null, "
      "select_star_policy: expand_safe}, functions: {allowed: [\"f(integer, text)\"], denied: "
      "[pg_sleep], extensions: [uuid-ossp]}, views: opaque, trusted_views: [v], system_catalogs: "
      "none, foreign_tables: [ft], allow_explain: true}");
  const AccessRules& access = database.access;
  const policy::AccessPolicy& policy = access.policy;
  EXPECT_EQ(policy.allowed_schemas, Texts{"public"});
  EXPECT_EQ(policy.tables, (policy::TableRules{{"orders"}, {"s.t"}}));
  EXPECT_EQ(
      policy.columns,
      (policy::ColumnRules{
          {"users.ssn"}, {"*.*secret*"}, policy::OnDenied::Null, policy::SelectStar::ExpandSafe}));
  EXPECT_EQ(policy.functions,
            (policy::FunctionRules{{"f(integer, text)"}, {"pg_sleep"}, {"uuid-ossp"}}));
  EXPECT_EQ(policy.views, policy::Views::Opaque);
  EXPECT_EQ(policy.trusted_views, Texts{"v"});
  EXPECT_EQ(policy.system_catalogs, policy::SystemCatalogs::None);
  EXPECT_EQ(policy.foreign_tables, Texts{"ft"});
  EXPECT_TRUE(access.allow_explain);
  EXPECT_EQ(access.explain, ExplainPolicy{});
}

TEST(AccessPolicy, TakesTheWordNullButNotAMissingValue) {
  const auto text = [](std::string_view value, std::string_view before) {
    return test::document(
        {.databases = "databases:\n  - name: \"" + std::string(before) +
                      "\"\n    user: u\n    pool_mode: session\n    readonly_role: ro\n"
                      "    access_policy:\n      columns:\n        on_denied:" +
                      std::string(value) + "\n        denied: [null.a]\n"});
  };
  for (const char* value : {" null", " \"null\"", " null   # masked", "\n          null"}) {
    for (const char* before : {"shop", "caf\xC3\xA9 \xF0\x9F\x98\x80"}) {
      const Config config = test::valid(text(value, before));
      ASSERT_EQ(config.databases.size(), 1u) << value;
      EXPECT_EQ(config.databases[0].access.policy.columns.on_denied, policy::OnDenied::Null);
    }
  }
  for (const char* value : {"", " ", " ~", "   # null"}) {
    const auto lines = test::errors(text(value, "shop"));
    ASSERT_EQ(lines.size(), 1u) << value;
    EXPECT_TRUE(lines[0].contains("on_denied: has no value")) << lines[0];
  }
}

TEST(AccessPolicy, DefaultsToNoRules) {
  const Database database = bound("port: 1");
  EXPECT_EQ(database.access.policy, policy::AccessPolicy{});
  EXPECT_EQ(database.access.policy.system_catalogs, policy::SystemCatalogs::Safe);
  EXPECT_FALSE(database.access.allow_explain);
  EXPECT_FALSE(database.access.explain.enabled);
  EXPECT_TRUE(database.principals.empty());
}

TEST(AccessPolicy, BindsThePlanGate) {
  const ExplainPolicy explain =
      bound(
          "access_policy: {explain_policy: {enabled: true, max_estimated_rows: 1, "
          "max_estimated_cost: 2, on_cost_exceeded: deny, deny_seq_scan_on_large_tables: false, "
          "large_table_threshold: 3, timeout_seconds: 4, cache_ttl_seconds: 0.5, "
          "cache_max_size: 6, on_error: allow}}")
          .access.explain;
  const ExplainPolicy expected{.enabled = true,
                               .max_estimated_rows = 1,
                               .max_estimated_cost = 2,
                               .on_cost_exceeded = OnCostExceeded::Deny,
                               .deny_seq_scan_on_large_tables = false,
                               .large_table_threshold = 3,
                               .timeout = std::chrono::seconds(4),
                               .cache_ttl = std::chrono::milliseconds(500),
                               .cache_max_size = 6,
                               .on_error = OnError::Allow};
  EXPECT_EQ(explain, expected);
}

TEST(AccessPolicy, HasThePlanGateOnWhereItIsWrittenAbout) {
  const auto enabled = [](std::string_view keys) { return bound(keys).access.explain.enabled; };
  EXPECT_TRUE(enabled("access_policy: {explain_policy: {max_estimated_rows: 5}}"));
  EXPECT_FALSE(enabled("access_policy: {explain_policy: {max_estimated_rows: 5, enabled: false}}"));
  EXPECT_FALSE(enabled("access_policy: {explain_policy: {}}"));
}

TEST(AccessPolicy, FindsNamesThatCannotBeRead) {
  struct Case {
    std::string keys, line;
  };
  const Case cases[] = {
      {"tables: {denied: [ok, a.b.c]}",
       "access_policy.tables.denied[1]: 'a.b.c' has too many parts: write table or schema.table"},
      {"tables: {allowed: [\"\"]}", "access_policy.tables.allowed[0]: '' is empty"},
      {"tables: {allowed: [\"a..b\"]}", "tables.allowed[0]: 'a..b' has an empty part"},
      {"columns: {denied: [ssn]}",
       "columns.denied[0]: 'ssn' has too few parts: write table.column"},
      {"columns: {denied_patterns: [\"a.b.c.d\"]}",
       "columns.denied_patterns[0]: 'a.b.c.d' has too"},
      {"allowed_schemas: [a.b]", "allowed_schemas[0]: 'a.b' has too many parts: write one name"},
      {"functions: {denied: [\"f(int\"]}", "functions.denied[0]: 'f(int' has a '('"},
      {"functions: {allowed: [\"a.b.f()\"]}", "functions.allowed[0]: 'a.b.f()' has too many parts"},
      {"functions: {extensions: [\"*\"]}", "functions.extensions[0]: '*' is no name of an ext"},
      {"trusted_views: [\"a b\"]", "trusted_views[0]: 'a b' holds a character"},
      {"foreign_tables: [\"a%\"]", "foreign_tables[0]: 'a%' holds a '%'"},
      {"views: open", "access_policy.views: is 'open' and must be one of transparent, strict"},
      {"tables: {alowed: [a]}", "tables.alowed: unknown key; the nearest known one is 'allowed'"},
      {"explain_policy: {cost: 1}", "explain_policy.cost: unknown key"},
  };
  for (const Case& c : cases) {
    const std::string prefix = "databases[0].access_policy.";
    auto lines = test::errors(test::with_database("access_policy: {" + c.keys + "}"));
    ASSERT_EQ(lines.size(), 1u) << c.keys;
    EXPECT_TRUE(lines[0].contains(c.line)) << lines[0];
    const std::string principal =
        "principals: [{match: {users: [u]}, access_policy: {" + c.keys + "}}]";
    lines = test::errors(test::with_database(principal));
    ASSERT_EQ(lines.size(), 1u) << c.keys;
    EXPECT_TRUE(lines[0].contains("databases[0].principals[0].access_policy.")) << lines[0];
  }
}

TEST(AccessPolicy, SaysTheLineOfAnItem) {
  const auto lines = test::errors(test::document(
      {.databases = "databases:\n  - name: shop\n    user: u\n    pool_mode: session\n"
                    "    readonly_role: ro\n    access_policy:\n      tables:\n        denied:\n"
                    "          - fine\n          - a.b.c\n"}));
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_TRUE(lines[0].starts_with("f:12:13: error: databases[0].access_policy.tables.denied[1]:"))
      << lines[0];
}

TEST(AccessPolicy, TakesOverridesFromVariables) {
  const auto sources = test::sources(
      {{"POSTERN_DATABASES__0__ACCESS_POLICY__TABLES__DENIED__0", "secrets"},
       {"POSTERN_DATABASES__0__PRINCIPALS__0__MATCH__USERS__0", "etl"},
       {"POSTERN_DATABASES__0__PRINCIPALS__0__ACCESS_POLICY__TABLES__DENIED__0", "other"}});
  const Config config = test::valid(test::with_database("port: 1"), sources);
  EXPECT_EQ(config.databases[0].access.policy.tables.denied, Texts{"secrets"});
  ASSERT_EQ(config.databases[0].principals.size(), 1u);
  EXPECT_EQ(config.databases[0].principals[0].access.policy.tables.denied, Texts{"other"});
}

TEST(Principals, StartFromTheDatabaseAndReplaceKeyByKey) {
  for (const char* keys : {
           "access_policy: {tables: {allowed: [a], denied: [b]}, views: strict}, principals: "
           "[{match: {users: [etl]}, mode: balanced, access_policy: {tables: {allowed: [c, d]}}}, "
           "{match: {users: [bob]}, access_policy: {tables: {denied: []}}}]",
           "principals: [{match: {users: [etl]}, mode: balanced, access_policy: {tables: {allowed: "
           "[c, d]}}}, {match: {users: [bob]}, access_policy: {tables: {denied: []}}}], "
           "access_policy: {tables: {allowed: [a], denied: [b]}, views: strict}",
       }) {
    const Database database = bound(keys);
    ASSERT_EQ(database.principals.size(), 2u);
    const Principal& etl = database.principals[0];
    EXPECT_EQ(etl.mode, Mode::Balanced);
    EXPECT_EQ(etl.match.users, Texts{"etl"});
    EXPECT_EQ(etl.access.policy.tables, (policy::TableRules{{"c", "d"}, {"b"}}));
    EXPECT_EQ(etl.access.policy.views, policy::Views::Strict);
    const Principal& bob = database.principals[1];
    EXPECT_EQ(bob.mode, std::nullopt);
    EXPECT_EQ(bob.access.policy.tables, (policy::TableRules{{"a"}, {}}));
    EXPECT_EQ(database.access.policy.tables, (policy::TableRules{{"a"}, {"b"}}));
  }
}

TEST(Principals, BelongToTheirOwnDatabase) {
  const Config config = test::valid(test::document(
      {.databases =
           "databases:\n"
           "  - {name: a, user: u, readonly_role: r, pool_mode: session, principals: "
           "[{match: {users: [x]}}, {match: {users: [y]}}], access_policy: {views: strict}}\n"
           "  - {name: b, user: u, readonly_role: r, pool_mode: session, principals: "
           "[{match: {users: [z]}}], access_policy: {views: opaque}}\n"}));
  ASSERT_EQ(config.databases.size(), 2u);
  EXPECT_EQ(config.databases[0].principals.size(), 2u);
  ASSERT_EQ(config.databases[1].principals.size(), 1u);
  EXPECT_EQ(config.databases[1].principals[0].access.policy.views, policy::Views::Opaque);
  EXPECT_EQ(config.databases[0].access.policy.views, policy::Views::Strict);
}

TEST(Principals, AreShownWithWhatIsInEffect) {
  const std::string text = test::with_database(
      "access_policy: {tables: {denied: [b]}}, principals: [{match: {users: [etl], networks: "
      "[10.0.0.0/8]}, mode: balanced, access_policy: {columns: {denied: [c.d]}}}, {match: {tokens: "
      "[t]}}]");
  const std::string shown = show(test::valid(text));
  const auto at = shown.find("    principals:\n      - match:\n          users: [\"etl\"]\n");
  ASSERT_NE(at, std::string::npos) << shown;
  EXPECT_TRUE(shown.find("denied: [\"b\"]", at) != std::string::npos) << shown;
  EXPECT_TRUE(shown.find("denied: [\"c.d\"]", at) != std::string::npos) << shown;
  std::string again = shown;
  const std::string hidden = "\"***\"";
  again.replace(again.find(hidden), hidden.size(), '"' + std::string(test::kVerifier) + '"');
  EXPECT_EQ(show(test::valid(again)), shown);
}

TEST(Principals, FindsWhatIsWrong) {
  struct Case {
    std::string keys, line;
  };
  std::string many;
  for (int i = 0; i < 101; ++i) many += "{match: {users: [u]}},";
  const Case cases[] = {
      {"principals: [{mode: balanced}]", "databases[0].principals[0].match: matches nobody"},
      {"principals: [{match: {}}]", "databases[0].principals[0].match: matches nobody"},
      {"principals: [{match: {users: [\"\"]}}]", "principals[0].match.users[0]: is empty"},
      {"principals: [{match: {networks: [10.0.0.1/8]}}]",
       "match.networks[0]: '10.0.0.1/8' has bits set behind the prefix: write 10.0.0.0/8"},
      {"principals: [{match: {users: [a], networks: [localhost]}}]",
       "match.networks[0]: 'localhost' is no numeric address"},
      {"principals: [{match: {user: [a], users: [a]}}]", "the nearest known one is 'users'"},
      {"principals: [{match: {users: [a]}, mode: writable}]", "is 'writable' and must be one of"},
      {"principals: {match: {users: [a]}}", "principals: must be a list"},
      {"principals: [" + many + "]", "principals: has more than 100 items"},
  };
  for (const Case& c : cases) {
    const auto lines = test::errors(test::with_database(c.keys));
    ASSERT_EQ(lines.size(), 1u) << c.keys;
    EXPECT_TRUE(lines[0].contains(c.line)) << lines[0];
  }
}

TEST(Principals, MayNotWidenByWhatAClientSaysOfItself) {
  struct Case {
    std::string keys, key;  // "": allowed
  };
  const std::string app = "match: {applications: [psql]}";
  const std::string anybody = "match: {applications: [psql], users: [\"*\"]}";
  const std::string everywhere = "match: {applications: [psql], networks: [0.0.0.0/0, \"::/0\"]}";
  const std::string known = "match: {applications: [psql], users: [etl]}";
  const std::string rules = "access_policy: {tables: {allowed: [a, b]}}, ";
  const Case cases[] = {
      {"principals: [{" + app + ", mode: balanced}]", "principals[0].mode"},
      {"principals: [{" + anybody + ", mode: balanced}]", "principals[0].mode"},
      {"principals: [{" + everywhere + ", mode: balanced}]", "principals[0].mode"},
      {"principals: [{" + known + ", mode: balanced}]", ""},
      {"mode: balanced, principals: [{" + app + ", mode: read_only}]", ""},
      {rules + "principals: [{" + app + ", access_policy: {tables: {allowed: [\"*\"]}}}]",
       "principals[0].access_policy.tables.allowed"},
      {rules + "principals: [{" + app + ", access_policy: {tables: {allowed: []}}}]",
       "principals[0].access_policy.tables.allowed"},
      {rules + "principals: [{" + app + ", access_policy: {tables: {allowed: [b]}}}]", ""},
      // Whoever claims to be psql must not get by that what the next one is refused.
      {"mode: balanced, principals: [{" + app +
           ", access_policy: {views: strict}}, {match: {users: [bob]}, mode: read_only}]",
       "principals[0].mode"},
      {"mode: balanced, principals: [{match: {users: [bob]}, mode: read_only}, {" + app +
           ", access_policy: {views: strict}}]",
       ""},
  };
  for (const Case& c : cases) {
    const auto lines = test::errors(test::with_database(c.keys));
    ASSERT_EQ(lines.size(), c.key.empty() ? 0u : 1u) << c.keys << (lines.empty() ? "" : lines[0]);
    if (c.key.empty()) continue;
    EXPECT_TRUE(lines[0].contains("databases[0]." + c.key + ": allows more than ")) << lines[0];
  }
}

}  // namespace
}  // namespace gateway::config
