// SPDX-License-Identifier: Apache-2.0
#include "gateway/suggest/suggestion.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "gateway/config/load.h"
#include "gateway/suggest/policy_yaml.h"
#include "tests/unit/policy/rules/shop.h"

namespace gateway::suggest {
namespace {

using Names = std::vector<std::string>;

Basis basis_of(policy::AccessPolicy policy) {
  Basis basis;
  basis.policy = std::move(policy);
  basis.catalog =
      std::make_shared<const policy::catalog::Snapshot>(policy::rules::shop_rows().rows);
  basis.search_path = {"public"};
  return basis;
}

Usage usage_of(const std::string& schema, const std::string& relation, const Names& columns) {
  Usage usage;
  auto& used = usage.relations[{schema, relation}];
  used.reads = 1;
  for (const auto& column : columns) ++(column == "*" ? used.whole_rows : used.columns[column]);
  usage.statements = 1;
  return usage;
}

bool has(const Names& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

TEST(Suggestion, AdmitsTheTableAndRefusesTheColumnsThatNobodyUsed) {
  const auto made = suggest(usage_of("public", "users", {"id", "email"}), basis_of({}));
  EXPECT_EQ(made.policy.allowed_schemas, Names{"public"});
  EXPECT_EQ(made.policy.tables.allowed, Names{"public.users"});
  EXPECT_EQ(made.policy.columns.denied,
            (Names{"public.users.full_name", "public.users.password_hash", "public.users.ssn"}));
  EXPECT_TRUE(made.remarks.empty());
}

TEST(Suggestion, QuotesNamesThatNeedIt) {
  const auto made = suggest(usage_of("public", "Users", {"Id"}), basis_of({}));
  EXPECT_EQ(made.policy.tables.allowed, Names{"public.\"Users\""});
  EXPECT_EQ(made.policy.columns.denied,
            (Names{"public.\"Users\".\"SSN\"", "public.\"Users\".\"Email\""}));
}

TEST(Suggestion, KeepsARuleThatRefusesNothingThatWasUsed) {
  policy::AccessPolicy policy;
  policy.columns.denied_patterns = {"*.*secret*"};
  const auto made = suggest(usage_of("public", "users", {"*"}), basis_of(policy));
  EXPECT_EQ(made.policy.columns.denied_patterns, Names{"*.*secret*"});
}

TEST(Suggestion, DropsARuleThatRefusesWhatWasUsedAndSaysSo) {
  policy::AccessPolicy policy;
  policy.columns.denied = {"users.full_name", "users.ssn"};
  const auto made = suggest(usage_of("public", "users", {"ssn"}), basis_of(policy));
  EXPECT_FALSE(has(made.policy.columns.denied, "users.ssn"));
  EXPECT_TRUE(has(made.policy.columns.denied, "users.full_name"));
  ASSERT_EQ(made.remarks.size(), 1);
  EXPECT_EQ(made.remarks[0],
            "columns.denied does without \"users.ssn\": public.users.ssn was used.");
}

TEST(Suggestion, AWholeRowUsesEveryColumnUnlessItIsRewritten) {
  policy::AccessPolicy policy;
  policy.columns.denied = {"users.ssn"};
  EXPECT_TRUE(
      suggest(usage_of("public", "users", {"*"}), basis_of(policy)).policy.columns.denied.empty());
  policy.columns.on_denied = policy::OnDenied::Filter;
  EXPECT_EQ(suggest(usage_of("public", "users", {"*"}), basis_of(policy)).policy.columns.denied,
            Names{"users.ssn"});
}

TEST(Suggestion, TrustsTheViewsThatWereUsed) {
  const auto made = suggest(usage_of("public", "v_contact", {"id"}), basis_of({}));
  EXPECT_EQ(made.policy.trusted_views, Names{"public.v_contact"});
}

TEST(Suggestion, AdmitsFunctionsAndTheirSchemas) {
  Usage usage = usage_of("public", "orders", {"*"});
  usage.functions["secret.peek(integer)"] = 3;
  usage.functions["pg_catalog.pg_sleep(double precision)"] = 1;
  const auto made = suggest(usage, basis_of({}));
  EXPECT_EQ(made.policy.functions.allowed,
            (Names{"pg_catalog.pg_sleep(double precision)", "secret.peek(integer)"}));
  EXPECT_EQ(made.policy.allowed_schemas, (Names{"public", "secret"}));
  EXPECT_TRUE(made.remarks.empty()) << made.remarks.front();
}

TEST(Suggestion, SaysWhatNoListCanAdmit) {
  Usage usage = usage_of("public", "orders", {"*"});
  usage.functions["pg_catalog.pg_read_file(text)"] = 1;
  const auto made = suggest(usage, basis_of({}));
  ASSERT_EQ(made.remarks.size(), 1);
  EXPECT_TRUE(made.remarks[0].contains("pg_read_file"));
}

TEST(Suggestion, SystemCatalogsAloneAreNoBasis) {
  EXPECT_FALSE(uses_relations(usage_of("pg_catalog", "pg_class", {"*"})));
  EXPECT_TRUE(uses_relations(usage_of("public", "orders", {"*"})));
}

TEST(SuggestionYaml, StatesEveryKeySoThatNothingIsInherited) {
  Suggested suggested;
  suggested.usage = usage_of("public", "orders", {"id"});
  suggested.suggestion = suggest(suggested.usage, basis_of({}));
  const std::string yaml = database_yaml(suggested);
  EXPECT_TRUE(yaml.contains("  tables:\n    allowed:\n      - \"public.orders\"  # read by 1\n"));
  EXPECT_TRUE(yaml.contains("  trusted_views: []\n"));
  EXPECT_TRUE(yaml.contains("  allow_explain: false\n"));
}

// The policy as a configuration that has it reads it.
config::Examined read_back(const Suggested& suggested) {
  const std::string rest = "databases:\n  - name: shop\n    ";
  std::string keys;
  for (const char c : database_yaml(suggested)) {
    keys += c;
    if (c == '\n') keys += "    ";
  }
  return config::examine(rest + keys + '\n', {});
}

TEST(SuggestionYaml, NamesThatLookLikeVariablesAreReadBackAsTheyAre) {
  for (const std::string table : {"${X}", "$${X}", "a\"b\\c\n${", "\xC3\xA9\x01\x7F"}) {
    Suggested suggested;
    suggested.usage = usage_of("public", table, {"id"});
    suggested.suggestion = suggest(suggested.usage, {});
    const auto examined = read_back(suggested);
    ASSERT_EQ(examined.config.databases.size(), 1) << database_yaml(suggested);
    EXPECT_EQ(examined.config.databases[0].access.policy.tables.allowed,
              Names{rule_name("public", table)});
  }
}

TEST(SuggestionYaml, NoNameEndsItsComment) {
  Suggested suggested;
  suggested.usage = usage_of("public", "orders", {"id"});
  suggested.usage.warnings["table a\nmode: permissive\xE2\x80\xA8views: opaque (x)"] = 1;
  suggested.suggestion = suggest(suggested.usage, basis_of({}));
  EXPECT_TRUE(
      database_yaml(suggested).contains("#   1 x table a mode: permissive views: opaque (x)\n"));
}

}  // namespace
}  // namespace gateway::suggest
