// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/unit/policy/rules/shop.h"

namespace policy::rules {
namespace {

using Lineages = std::map<std::string, Lineage, std::less<>>;

// v_contact (id, email, tax_ref): users.id, users.email, users.ssn; v_payroll reads hr.salaries.
Lineages lineages_of(const Rowset& rows) {
  const catalog::Oid users = rows.oid("public.users");
  const catalog::Oid salaries = rows.oid("hr.salaries");
  return {{"v_contact",
           {.columns = {{.number = 1, .sources = {{users, 1}}},
                        {.number = 2, .sources = {{users, 2}}},
                        {.number = 3, .sources = {{users, 5}}}},
            .relations = {users}}},
          {"v_payroll",
           {.columns = {{.number = 1, .sources = {{salaries, 2}}}}, .relations = {salaries}}}};
}

struct Plan {
  AccessPolicy policy = shop_policy();
  Rowset rows = shop_rows();
  Lineages lineages = lineages_of(rows);

  Shop shop() { return Shop(policy, std::move(rows), std::move(lineages)); }
};

Finds read(const Shop& shop, std::string_view view, std::initializer_list<std::string_view> columns,
           Mode mode = Mode::ReadOnly) {
  return shop.judge({.relations = {shop.use(view, columns)}}, nullptr, mode);
}

TEST(ViewRule, AColumnIsJudgedByWhatItComesFrom) {
  const Shop shop = Plan().shop();
  EXPECT_TRUE(read(shop, "public.v_contact", {"id", "email"}).empty());
  const Finds finds = read(shop, "public.v_contact", {"id", "tax_ref"});
  ASSERT_EQ(finds.size(), 1u);
  EXPECT_EQ(finds[0].violation.code, ErrorCode::ColumnAccessDenied);
  EXPECT_EQ(finds[0].violation.rule, "columns.denied[1]");
  EXPECT_EQ(finds[0].violation.resource, "public.v_contact.tax_ref");
  EXPECT_EQ(finds[0].violation.message,
            "column \"tax_ref\" of view public.v_contact is not readable: it comes from what is "
            "refused");
  EXPECT_EQ(finds[0].violation.hint, "Readable columns of public.v_contact: id, email.");
  EXPECT_EQ(finds[0].offset, 20u);
}

TEST(ViewRule, TheWholeRowTakesEveryColumn) {
  const Shop shop = Plan().shop();
  RelationUse use = shop.use("public.v_contact", {});
  use.columns.push_back({.column = 0, .how = ColumnUse::How::WholeRow});
  EXPECT_EQ(shop.judge({.relations = {use}}).size(), 1u);
}

TEST(ViewRule, ATableInARefusedSchemaStaysRefusedBehindAView) {
  const Shop shop = Plan().shop();
  const Finds finds = read(shop, "analytics.v_payroll", {"amount"});
  ASSERT_EQ(finds.size(), 1u);
  EXPECT_EQ(finds[0].violation.rule, "allowed_schemas");
  EXPECT_EQ(finds[0].violation.message.find("salaries"), std::string::npos);
}

TEST(ViewRule, FiltersAndUnusedTablesCountOnlyWhereStrict) {
  for (const bool is_strict : {false, true}) {
    Plan filtered;
    filtered.policy.views = is_strict ? Views::Strict : Views::Transparent;
    filtered.lineages["v_contact"].filters = {{filtered.rows.oid("public.users"), 5}};
    const Shop shop = filtered.shop();
    EXPECT_EQ(read(shop, "public.v_contact", {"id"}).empty(), !is_strict);
    EXPECT_EQ(read(shop, "analytics.v_payroll", {}).empty(), !is_strict);
  }
}

TEST(ViewRule, OpaqueAndTrustedViewsAreTables) {
  Plan opaque;
  opaque.policy.views = Views::Opaque;
  EXPECT_TRUE(read(opaque.shop(), "public.v_contact", {"tax_ref"}).empty());
  Plan trusted;
  trusted.policy.trusted_views = {"v_contact"};
  const Shop shop = trusted.shop();
  EXPECT_TRUE(read(shop, "public.v_contact", {"tax_ref"}).empty());
  EXPECT_EQ(shop.access().lineage(shop.relation("public.v_contact")), nullptr);
  EXPECT_EQ(read(shop, "analytics.v_payroll", {"amount"}).size(), 1u);
}

TEST(ViewRule, ColumnRulesNameViewColumnsInEveryMode) {
  Plan setup;
  setup.policy.views = Views::Opaque;
  setup.policy.columns.denied = {"v_contact.tax_ref"};
  EXPECT_EQ(read(setup.shop(), "public.v_contact", {"tax_ref"}).size(), 1u);
}

TEST(ViewRule, ADefinitionThatIsNotUnderstoodCountsAsAWhole) {
  Plan setup;
  Lineage& lineage = setup.lineages["v_contact"];
  lineage.is_coarse = true;
  lineage.filters = {{setup.rows.oid("public.users"), 5}};
  EXPECT_EQ(read(setup.shop(), "public.v_contact", {"id"}).size(), 1u);
}

TEST(ViewRule, ALineageThatEndsAtAViewIsRefused) {
  Plan plan;
  plan.lineages["v_contact"].columns[0].sources = {{plan.rows.oid("analytics.v_payroll"), 1}};
  EXPECT_EQ(read(plan.shop(), "public.v_contact", {"id"}).size(), 1u);
  Plan trusting;
  trusting.lineages["v_contact"].columns[0].sources = {
      {trusting.rows.oid("analytics.v_payroll"), 1}};
  trusting.policy.trusted_views = {"analytics.v_payroll"};
  EXPECT_TRUE(read(trusting.shop(), "public.v_contact", {"id"}).empty());
}

TEST(ViewRule, AColumnWithoutLineageIsRefused) {
  Plan setup;
  setup.lineages["v_contact"].columns.pop_back();
  const Shop shop = setup.shop();
  EXPECT_TRUE(read(shop, "public.v_contact", {"id"}).empty());
  EXPECT_EQ(read(shop, "public.v_contact", {"tax_ref"}).size(), 1u);
}

// `function` is called by v_contact.
Finds read_calling(std::string_view function, Mode mode) {
  const Plan original;
  const Shop lookup(original.policy, shop_rows());
  const catalog::Oid oid = lookup.function(function).oid;
  Rowset rows = shop_rows();
  Lineages lineages = lineages_of(rows);
  const auto snapshot = std::make_shared<const catalog::Snapshot>(std::move(rows.rows));
  lineages["v_contact"].calls = {snapshot->function(oid)};
  const Access access(original.policy, snapshot, {"public"},
                      [&](const catalog::Snapshot&, const catalog::Relation& view) {
                        return lineages[std::string(view.name)];
                      });
  const auto* view = snapshot->relation(snapshot->schema("public")->oid, "v_contact");
  const Facts facts{.relations = {{.relation = view, .is_read = true}}};
  const Profile profile{.mode = mode};
  return check({.facts = facts, .access = access, .profile = profile});
}

TEST(ViewRule, FunctionsThatAViewCallsAreJudged) {
  EXPECT_EQ(read_calling("pg_catalog.pg_sleep", Mode::Permissive).size(), 1u);
  EXPECT_EQ(read_calling("public.reverse", Mode::ReadOnly).size(), 1u);
  EXPECT_EQ(read_calling("pg_catalog.current_setting", Mode::ReadOnly).size(), 1u);
  EXPECT_EQ(read_calling("pg_catalog.nextval", Mode::ReadOnly).size(), 1u);
  EXPECT_TRUE(read_calling("pg_catalog.nextval", Mode::Balanced).empty());
  EXPECT_TRUE(read_calling("pg_catalog.reverse", Mode::ReadOnly).empty());
}

TEST(ViewRule, WritingThroughAViewNeedsItsTables) {
  const Shop shop = Plan().shop();
  RelationUse use = shop.use("analytics.v_payroll", {});
  use.is_read = false;
  use.is_deleted = true;
  EXPECT_EQ(shop.judge({.relations = {use}}, nullptr, Mode::Balanced).size(), 1u);
  RelationUse open = shop.use("public.v_contact", {"email"}, ColumnUse::How::Written);
  open.is_updated = true;
  EXPECT_TRUE(shop.judge({.relations = {open}}, nullptr, Mode::Balanced).empty());
}

}  // namespace
}  // namespace policy::rules
