// SPDX-License-Identifier: Apache-2.0
#include "policy/catalog/snapshot.h"

#include <gtest/gtest.h>

#include <string>

namespace policy::catalog {
namespace {

Relation table(Rows& rows, Oid oid, Oid schema, std::string_view name) {
  return {.oid = oid, .schema = schema, .name = rows.keep(name)};
}

Rows shop() {
  Rows rows;
  rows.server_major = 15;
  rows.database = "shop";
  rows.schemas = {{.oid = 11, .name = rows.keep("pg_catalog")},
                  {.oid = 2200, .name = rows.keep("public")}};
  rows.relations.push_back(table(rows, 16400, 2200, "users"));
  rows.relations.push_back(table(rows, 16401, 2200, "archive"));
  rows.relations.push_back(table(rows, 16402, 2200, "old"));
  rows.relations.push_back(table(rows, 1259, 11, "users"));
  // Out of order, with a gap.
  rows.relations[0].columns = {{.name = rows.keep("ssn"), .type = 25, .number = 5},
                               {.name = rows.keep("id"), .type = 23, .number = 1}};
  rows.relations[1].parents = {16400};
  rows.relations[2].parents = {16400};
  rows.functions = {{.oid = 16500, .schema = 2200, .name = rows.keep("length")},
                    {.oid = 1317, .schema = 11, .name = rows.keep("length")},
                    {.oid = 870, .schema = 11, .name = rows.keep("lower")}};
  rows.types = {{.oid = 25, .schema = 11, .name = rows.keep("text")}};
  rows.operators = {{.oid = 96, .schema = 11, .name = rows.keep("="), .left = 23, .right = 23},
                    {.oid = 98, .schema = 11, .name = rows.keep("="), .left = 25, .right = 25}};
  rows.casts = {{.source = 23, .target = 25},
                {.source = 16, .target = 25},
                {.source = 25, .target = 23, .method = 'i'}};
  return rows;
}

TEST(Snapshot, FindsByNameInTheirSchema) {
  const Snapshot snapshot(shop());
  ASSERT_NE(snapshot.schema("public"), nullptr);
  EXPECT_EQ(snapshot.schema("public")->oid, 2200U);
  EXPECT_EQ(snapshot.schema("Public"), nullptr);
  EXPECT_EQ(snapshot.schema_name(11), "pg_catalog");
  EXPECT_EQ(snapshot.schema_name(12), "");
  EXPECT_EQ(snapshot.relation(2200, "users")->oid, 16400U);
  EXPECT_EQ(snapshot.relation(11, "users")->oid, 1259U);
  EXPECT_EQ(snapshot.relation(11, "archive"), nullptr);
  EXPECT_EQ(snapshot.relation(16401)->name, "archive");
  EXPECT_EQ(snapshot.relation(Oid{0}), nullptr);
  EXPECT_EQ(snapshot.type(11, "text"), snapshot.type(25));
  EXPECT_EQ(snapshot.operator_of(98)->left, 25U);
}

TEST(Snapshot, GivesAllOfOneNameInEverySchema) {
  const Snapshot snapshot(shop());
  ASSERT_EQ(snapshot.functions("length").size(), 2U);
  EXPECT_EQ(snapshot.functions("length")[0]->oid, 16500U);
  EXPECT_EQ(snapshot.functions("length")[1], snapshot.function(1317));
  EXPECT_EQ(snapshot.functions("lower").size(), 1U);
  EXPECT_TRUE(snapshot.functions("upper").empty());
  EXPECT_EQ(snapshot.operators("=").size(), 2U);
  EXPECT_TRUE(snapshot.operators("").empty());
}

TEST(Snapshot, FindsCastsByBothEndsAndByTarget) {
  const Snapshot snapshot(shop());
  EXPECT_EQ(snapshot.cast(25, 23)->method, 'i');
  EXPECT_EQ(snapshot.cast(23, 16), nullptr);
  EXPECT_EQ(snapshot.casts_to(25).size(), 2U);
  EXPECT_TRUE(snapshot.casts_to(16).empty());
}

TEST(Snapshot, FindsDirectChildren) {
  const Snapshot snapshot(shop());
  const auto children = snapshot.children(16400);
  EXPECT_EQ(std::vector<Oid>(children.begin(), children.end()), (std::vector<Oid>{16401, 16402}));
  EXPECT_TRUE(snapshot.children(16401).empty());
}

TEST(Snapshot, FindsColumnsAcrossTheGapsOfDroppedOnes) {
  const Snapshot snapshot(shop());
  const Relation& users = *snapshot.relation(16400);
  EXPECT_EQ(users.column("ssn")->number, 5);
  EXPECT_EQ(users.column(5)->name, "ssn");
  EXPECT_EQ(users.column(1)->name, "id");
  EXPECT_EQ(users.column(2), nullptr);
  EXPECT_EQ(users.column(-1), nullptr);
  EXPECT_EQ(users.column("ctid"), nullptr);
}

TEST(Snapshot, SaysWhetherValuesAreComparedByUserCode) {
  Rows rows = shop();
  EXPECT_FALSE(Snapshot(rows).has_ordering_functions());
  rows.types[0].ordering_functions = {16500};
  EXPECT_TRUE(Snapshot(rows).has_ordering_functions());
}

TEST(Snapshot, OfNothingFindsNothing) {
  const Snapshot snapshot{Rows{}};
  EXPECT_EQ(snapshot.schema("public"), nullptr);
  EXPECT_EQ(snapshot.relation(16400), nullptr);
  EXPECT_TRUE(snapshot.functions("length").empty());
  EXPECT_TRUE(snapshot.children(1).empty());
}

TEST(Rows, KeepEqualStringsOnce) {
  Rows rows;
  std::vector<std::string_view> kept;
  for (int number = 0; number < 20000; ++number) {
    kept.push_back(rows.keep("column_" + std::to_string(number)));
  }
  const std::string large(200'000, 'x');
  EXPECT_EQ(rows.keep(large), large);
  for (int number = 0; number < 20000; ++number) {
    const std::string name = "column_" + std::to_string(number);
    const auto at = static_cast<std::size_t>(number);
    ASSERT_EQ(kept[at], name);
    ASSERT_EQ(rows.keep(name).data(), kept[at].data());
  }
  EXPECT_EQ(rows.keep(large).data(), rows.keep(large).data());
  EXPECT_TRUE(rows.keep("").empty());
}

TEST(Snapshot, OutlivesTheRowsThatItWasMadeOf) {
  auto rows = std::make_unique<Rows>(shop());
  const Snapshot snapshot(*rows);
  rows.reset();
  EXPECT_EQ(snapshot.relation(2200, "users")->name, "users");
  EXPECT_GT(snapshot.bytes(), 1000U);
}

}  // namespace
}  // namespace policy::catalog
