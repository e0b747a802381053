// SPDX-License-Identifier: Apache-2.0
#include "policy/rules/access.h"

#include <gtest/gtest.h>

#include "tests/unit/policy/rules/shop.h"

namespace policy::rules {
namespace {

struct Expected {
  std::string_view name;
  std::string_view rule;  // "": readable
};

void expect_relations(const Shop& shop, std::initializer_list<Expected> all) {
  for (const auto& [name, rule] : all) EXPECT_EQ(shop.relation_rule(name), rule) << name;
}

TEST(Access, RelationsOfTheCorpusPolicy) {
  expect_relations(Shop(), {{"public.users", ""},
                            {"public.orders", ""},
                            {"public.user_credentials", "tables.denied[0]"},
                            {"analytics.uc_2024", "tables.denied[0]"},
                            {"analytics.events_2024", ""},
                            {"hr.events_2023", "allowed_schemas"},
                            {"hr.salaries", "allowed_schemas"},
                            {"analytics.remote", "foreign_tables"},
                            {"public.orders_id_seq", "tables.allowed"},
                            {"public.ext_table", "functions.extensions"},
                            {"pg_toast.pg_toast_2619", "never"},
                            {"pg_temp_3.scratch", "never"}});
}

TEST(Access, WithoutRulesOnlyOddRelationsAreRefused) {
  const Shop shop(AccessPolicy{});
  expect_relations(shop, {{"hr.salaries", ""},
                          {"secret.orders", ""},
                          {"analytics.remote", "foreign_tables"},
                          {"pg_toast.pg_toast_2619", "never"},
                          {"pg_temp_3.scratch", "never"}});
}

TEST(Access, AnAllowListIsExhaustiveAndBeatsTheDenyList) {
  const Shop shop({.tables = {.allowed = {"orders", "public.user_credentials"},
                              .denied = {"orders", "user_credentials"}}});
  expect_relations(shop, {{"public.orders", ""},
                          {"public.user_credentials", ""},
                          {"public.users", "tables.allowed"},
                          {"analytics.uc_2024", "tables.allowed"}});
}

TEST(Access, APlainNameAllowsOnlyWhereItWouldBeFound) {
  expect_relations(Shop({.tables = {.allowed = {"orders", "events"}}}),
                   {{"public.orders", ""},
                    {"secret.orders", "tables.allowed"},
                    {"analytics.events", "tables.allowed"}});
  expect_relations(Shop({.allowed_schemas = {"analytics"}, .tables = {.allowed = {"events"}}}),
                   {{"analytics.events", ""}, {"public.orders", "allowed_schemas"}});
  expect_relations(Shop({.tables = {.allowed = {"*"}}}),
                   {{"secret.orders", ""}, {"public.orders_id_seq", "tables.allowed"}});
}

TEST(Access, APlainNameRefusesEverywhere) {
  expect_relations(Shop({.tables = {.denied = {"orders"}}}),
                   {{"public.orders", "tables.denied[0]"}, {"secret.orders", "tables.denied[0]"}});
}

TEST(Access, AChildNeedsItsOwnRuleAndItsParents) {
  expect_relations(Shop({.tables = {.allowed = {"analytics.events_2024"}}}),
                   {{"analytics.events_2024", "tables.allowed"}});
  expect_relations(Shop({.tables = {.allowed = {"analytics.events"}}}),
                   {{"analytics.events", ""}, {"analytics.events_2024", "tables.allowed"}});
  expect_relations(Shop({.tables = {.allowed = {"analytics.events*"}}}),
                   {{"analytics.events_2024", ""}, {"hr.events_2023", "tables.allowed"}});
}

TEST(Access, ListedForeignTablesSequencesAndExtensionsAreReadable) {
  expect_relations(
      Shop({.tables = {.allowed = {"analytics.remote", "public.orders_id_seq", "public.ext_table"}},
            .functions = {.extensions = {"postgis"}},
            .foreign_tables = {"analytics.*"}}),
      {{"analytics.remote", ""}, {"public.orders_id_seq", ""}, {"public.ext_table", ""}});
}

TEST(Access, AnEntryThatCannotBeReadRefusesAllAndAllowsNothing) {
  expect_relations(Shop({.tables = {.denied = {"a.b.c.d"}}}),
                   {{"public.orders", "tables.denied[0]"}});
  expect_relations(Shop({.tables = {.allowed = {"a.b.c.d"}}}),
                   {{"public.orders", "tables.allowed"}});
}

TEST(Access, ASequenceMayBeNamedWhereItsRulesAllow) {
  const Shop open;
  EXPECT_EQ(open.access().named(open.relation("public.orders_id_seq")), nullptr);
  const Shop closed({.tables = {.allowed = {"orders"}}});
  EXPECT_NE(closed.access().named(closed.relation("public.orders_id_seq")), nullptr);
}

TEST(Access, Columns) {
  const Shop shop;
  struct Row {
    std::string_view relation, column, rule;
  };
  for (const auto& [relation, column, rule] : {
           Row{"public.users", "id", ""},
           Row{"public.users", "password_hash", "columns.denied[0]"},
           Row{"public.users", "ssn", "columns.denied[1]"},
           Row{"public.users_archive", "ssn", "columns.denied[1]"},
           Row{"public.users_archive", "archived_at", ""},
           Row{"public.vendors", "ssn", ""},
           Row{"public.Users", "SSN", ""},
           Row{"public.webhooks", "signing_secret", "columns.denied_patterns[0]"},
           Row{"public.webhooks", "Client_SECRET", "columns.denied_patterns[0]"},
           Row{"public.webhooks", "url", ""},
       }) {
    EXPECT_EQ(shop.column_rule(relation, column), rule) << relation << '.' << column;
  }
  EXPECT_EQ(shop.access().column(shop.relation("public.users"), -1), nullptr);
  EXPECT_NE(shop.access().column(shop.relation("public.users"), 99), nullptr);
  EXPECT_TRUE(shop.access().has_refused_columns(shop.relation("public.users_archive")));
  EXPECT_FALSE(shop.access().has_refused_columns(shop.relation("public.orders")));
}

TEST(Access, AGeneratedColumnIsRefusedWithItsSource) {
  const Shop shop({.columns = {.denied = {"public.kyc.ssn"}}});
  EXPECT_EQ(shop.column_rule("public.kyc", "ssn_last4"), "columns.denied[0]");
  EXPECT_EQ(shop.column_rule("public.kyc", "user_id"), "");
}

TEST(Access, SystemCatalogs) {
  struct Row {
    std::string_view relation, column;
    bool safe, none, all;
  };
  Rowset rows = shop_rows();
  rows.relation("pg_catalog.pg_class", {"relname"});
  rows.relation("pg_catalog.pg_proc", {"proname", "prosrc"});
  rows.relation("pg_catalog.pg_stats", {"attname"});
  rows.relation("pg_catalog.pg_invented", {"key_secret"});
  rows.relation("information_schema.tables", {"table_name"});
  for (const auto mode : {SystemCatalogs::Safe, SystemCatalogs::None, SystemCatalogs::All}) {
    AccessPolicy policy = shop_policy();
    policy.tables.allowed = {"public.users"};
    policy.system_catalogs = mode;
    const Shop shop(policy, rows);
    for (const auto& row : {Row{"pg_catalog.pg_class", "relname", true, false, true},
                            Row{"pg_catalog.pg_proc", "proname", true, false, true},
                            Row{"pg_catalog.pg_proc", "prosrc", false, false, true},
                            Row{"pg_catalog.pg_stats", "attname", false, false, true},
                            Row{"pg_catalog.pg_invented", "key_secret", false, false, true},
                            Row{"information_schema.tables", "table_name", true, false, true}}) {
      const bool expected = mode == SystemCatalogs::Safe   ? row.safe
                            : mode == SystemCatalogs::None ? row.none
                                                           : row.all;
      EXPECT_EQ(shop.judge({.relations = {shop.use(row.relation, {row.column})}}).empty(), expected)
          << row.relation << '.' << row.column << ' ' << static_cast<int>(mode);
    }
  }
}

TEST(Access, SourceTextFollowsTheFunctionThatGivesIt) {
  Rowset rows = shop_rows();
  rows.relation("pg_catalog.pg_views", {"viewname", "definition"});
  rows.relation("pg_catalog.pg_matviews", {"definition"});
  rows.relation("pg_catalog.pg_rules", {"definition"});
  rows.relation("pg_catalog.pg_proc", {"prosrc"});
  rows.relation("information_schema.views", {"view_definition"});
  struct Row {
    policy::FunctionRules functions;
    bool is_readable;
  };
  for (const auto& row :
       {Row{{}, false}, Row{{.allowed = {"pg_catalog.pg_get_viewdef"}}, true},
        Row{{.allowed = {"pg_get_viewdef", "pg_catalog.*", "*"}}, false},
        Row{{.allowed = {"pg_catalog.pg_get_viewdef"}, .denied = {"pg_get_viewdef"}}, false}}) {
    AccessPolicy policy = shop_policy();
    policy.functions = row.functions;
    const Shop shop(policy, rows);
    const std::string rule = row.is_readable ? "" : "system_catalogs";
    EXPECT_EQ(shop.column_rule("pg_catalog.pg_views", "definition"), rule);
    EXPECT_EQ(shop.column_rule("pg_catalog.pg_matviews", "definition"), rule);
    EXPECT_EQ(shop.column_rule("information_schema.views", "view_definition"), rule);
    EXPECT_EQ(shop.column_rule("pg_catalog.pg_rules", "definition"), "system_catalogs");
    EXPECT_EQ(shop.column_rule("pg_catalog.pg_proc", "prosrc"), "system_catalogs");
  }
}

TEST(Access, RulesMeanSystemCatalogsOnlyWhereTheyNameThem) {
  Rowset rows = shop_rows();
  rows.relation("pg_catalog.pg_index", {"indkey"});
  rows.relation("pg_catalog.pg_class", {"relname"});
  const Shop wide({.tables = {.denied = {"pg_*"}}, .columns = {.denied_patterns = {"*.*key*"}}},
                  rows);
  EXPECT_EQ(wide.column_rule("pg_catalog.pg_index", "indkey"), "");
  EXPECT_EQ(wide.relation_rule("pg_catalog.pg_class"), "");
  const Shop pointed({.tables = {.denied = {"pg_catalog.pg_cl*"}},
                      .columns = {.denied_patterns = {"pg_index.*key"}}},
                     rows);
  EXPECT_EQ(pointed.column_rule("pg_catalog.pg_index", "indkey"), "columns.denied_patterns[0]");
  EXPECT_EQ(pointed.relation_rule("pg_catalog.pg_class"), "tables.denied[0]");
}

TEST(Access, ARelationOfAnotherCatalogIsRefused) {
  const Shop shop;
  const Shop other;
  EXPECT_NE(shop.access().relation(other.relation("public.orders")), nullptr);
  EXPECT_NE(shop.access().column(other.relation("public.orders"), 1), nullptr);
  EXPECT_NE(shop.access().function(other.function("pg_catalog.reverse")), nullptr);
}

TEST(Access, SearchesPgCatalogFirst) {
  const Shop shop;
  const auto path = shop.access().search_path();
  ASSERT_EQ(path.size(), 2u);
  EXPECT_EQ(shop.snapshot().schema_name(path[0]), "pg_catalog");
  EXPECT_EQ(shop.snapshot().schema_name(path[1]), "public");
}

TEST(Access, Functions) {
  const Shop shop({.allowed_schemas = {"public"},
                   .functions = {.allowed = {"public.order_total(int)", "leak_agg", "secret.peek"},
                                 .extensions = {"pg_trgm"}}});
  for (const auto& [name, rule] :
       std::initializer_list<Expected>{{"pg_catalog.reverse", ""},
                                       {"pg_catalog.pg_sleep", "functions.allowed"},
                                       {"pg_catalog.pg_read_file", "never"},
                                       {"pg_catalog.nextval", "mode"},
                                       {"pg_catalog.pg_new_in_19", "never"},
                                       {"pg_catalog.current_setting", ""},
                                       {"public.reverse", "functions.allowed"},
                                       {"public.order_total", ""},
                                       {"public.leak_agg", "functions.allowed"},
                                       {"extensions.similarity", ""},
                                       {"secret.peek", "allowed_schemas"}}) {
    EXPECT_EQ(shop.function_rule(name), rule) << name;
  }
}

TEST(Access, FunctionEntries) {
  struct Row {
    std::string_view entry, function;
    bool is_allowed;
  };
  for (const auto& [entry, function, is_allowed] : {
           Row{"reverse", "public.reverse", true},
           Row{"public.reverse", "public.reverse", true},
           Row{"public.reverse(varchar)", "public.reverse", true},
           Row{"public.reverse( character varying(20) )", "public.reverse", true},
           Row{"public.reverse(pg_catalog.varchar)", "public.reverse", true},
           Row{"public.reverse(text)", "public.reverse", false},
           Row{"public.reverse(varchar[])", "public.reverse", false},
           Row{"public.reverse()", "public.reverse", false},
           Row{"public.reverse(nosuch)", "public.reverse", false},
           Row{"public.agg_s(text, integer)", "public.agg_s", true},
           Row{"public.*", "public.agg_s", true},
           Row{"peek", "secret.peek", false},
           Row{"secret.peek", "secret.peek", true},
           Row{"pg_sleep", "pg_catalog.pg_sleep", false},
           Row{"pg_catalog.pg_sleep", "pg_catalog.pg_sleep", true},
           Row{"pg_catalog.pg_*", "pg_catalog.pg_sleep", false},
           Row{"pg_catalog.pg_read_file", "pg_catalog.pg_read_file", false},
       }) {
    const Shop shop({.functions = {.allowed = {std::string(entry)}}});
    EXPECT_EQ(shop.function_rule(function).empty(), is_allowed) << entry;
  }
}

TEST(Access, DeniedFunctionsBeatEverything) {
  const Shop shop({.functions = {.allowed = {"reverse"},
                                 .denied = {"pg_sleep", "reverse(character varying)",
                                            "extensions.similarity", "order_total(nosuch)"},
                                 .extensions = {"pg_trgm"}}});
  EXPECT_EQ(shop.function_rule("pg_catalog.pg_sleep"), "functions.denied[0]");
  EXPECT_EQ(shop.function_rule("public.reverse"), "functions.denied[1]");
  EXPECT_EQ(shop.function_rule("pg_catalog.reverse"), "");
  EXPECT_EQ(shop.function_rule("extensions.similarity"), "functions.denied[2]");
  EXPECT_EQ(shop.function_rule("public.order_total"), "functions.denied[3]");
}

TEST(Access, AnAggregateNeedsItsSupportFunctions) {
  EXPECT_EQ(
      Shop({.functions = {.allowed = {"leak_agg", "agg_s"}}}).function_rule("public.leak_agg"), "");
  EXPECT_EQ(Shop({.functions = {.allowed = {"leak_agg"}}}).function_rule("public.leak_agg"),
            "functions.allowed");
}

}  // namespace
}  // namespace policy::rules
