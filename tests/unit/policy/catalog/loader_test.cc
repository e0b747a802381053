// SPDX-License-Identifier: Apache-2.0
#include "policy/catalog/loader.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "policy/catalog/text_array.h"

namespace policy::catalog {
namespace {

using Row = std::vector<const char*>;  // null: NULL

bool add(Loader& loader, Part part, const Row& row) {
  std::vector<std::string_view> cells;
  for (const char* cell : row) cells.push_back(cell == nullptr ? std::string_view{} : cell);
  return loader.add(part, cells);
}

Row table(const char* oid, const char* name, const char* kind = "r") {
  return {oid, "2200", "0", name, kind, "f", "-1", "5", nullptr, nullptr};
}

Row function(const char* oid, const char* name, const char* types) {
  return {oid, "2200", name, "f", types, nullptr,   nullptr, nullptr, "0",
          "0", "25",   "f",  "f", "v",   "plpgsql", nullptr, nullptr};
}

Loader started() {
  Loader loader;
  add(loader, Part::Server, {"15", "shop"});
  add(loader, Part::Schemas, {"11", "pg_catalog"});
  add(loader, Part::Schemas, {"2200", "public"});
  return loader;
}

Rows finished(Loader& loader) {
  auto rows = std::move(loader).finish();
  EXPECT_TRUE(rows) << rows.error();
  return rows ? std::move(*rows) : Rows{};
}

TEST(CatalogLoader, PutsColumnsIntoTheirRelation) {
  Loader loader = started();
  add(loader, Part::Relations, table("16400", "kyc"));
  add(loader, Part::Relations, table("16500", "old"));
  add(loader, Part::Columns, {"16400", "id", "23", "1", "t"});
  add(loader, Part::Columns, {"16400", "ssn", "25", "3", "f"});
  add(loader, Part::Columns, {"16400", "tail", "25", "4", "f"});
  add(loader, Part::Columns, {"16999", "made_since", "25", "1", "f"});
  add(loader, Part::GeneratedColumns, {"16400", "4", "3"});
  add(loader, Part::GeneratedColumns, {"16400", "4", "-6"});
  add(loader, Part::Parents, {"16500", "16400"});
  add(loader, Part::UniqueKeys, {"16400", "t", "1", "1 3"});
  add(loader, Part::UniqueKeys, {"16400", "f", "2", "3 4"});
  add(loader, Part::Comments, {"16400", "0", "customers"});
  add(loader, Part::Comments, {"16400", "3", "secret"});
  const Rows rows = finished(loader);
  const Relation& kyc = rows.relations[0];
  ASSERT_EQ(kyc.columns.size(), 3U);
  EXPECT_EQ(kyc.columns[0].not_null, true);
  EXPECT_EQ(kyc.columns[1].number, 3);
  EXPECT_EQ(kyc.columns[1].comment, "secret");
  EXPECT_EQ(kyc.columns[2].generated_from, (std::vector<std::int16_t>{3}));
  EXPECT_EQ(kyc.comment, "customers");
  EXPECT_TRUE(kyc.has_primary_key);
  EXPECT_EQ(kyc.unique_keys, (std::vector<std::vector<std::int16_t>>{{1}, {3, 4}}));
  EXPECT_EQ(rows.relations[1].parents, (std::vector<Oid>{16400}));
  EXPECT_EQ(rows.server_major, 15);
  EXPECT_EQ(rows.database, "shop");
}

TEST(CatalogLoader, TellsInputsFromOutputs) {
  Loader loader = started();
  // f(IN a int, OUT b text, INOUT "C d" int, VARIADIC rest int[])
  ASSERT_TRUE(
      add(loader, Part::Functions,
          {"16500", "2200", "f", "f", "23 23 1007", "{23,25,23,1007}", "{i,o,b,v}",
           "{a,b,\"C d\",rest}", "23", "1", "2249", "f", "t", "s", "sql", "ext", "SELECT 1"}));
  const Rows rows = finished(loader);
  const Function& f = rows.functions[0];
  EXPECT_EQ(f.arguments, (std::vector<Oid>{23, 23, 1007}));
  EXPECT_EQ(f.argument_names, (std::vector<std::string_view>{"a", "C d", "rest"}));
  ASSERT_EQ(f.outputs.size(), 2U);
  EXPECT_EQ(f.outputs[0].name, "b");
  EXPECT_EQ(f.outputs[0].type, 25U);
  EXPECT_EQ(f.outputs[1].name, "C d");
  EXPECT_EQ(f.variadic, 23U);
  EXPECT_EQ(f.defaults, 1);
  EXPECT_TRUE(f.is_security_definer);
  EXPECT_EQ(f.extension, "ext");
  EXPECT_EQ(f.body, "SELECT 1");
}

TEST(CatalogLoader, NamesNoArgumentWhereNoneHasAName) {
  Loader loader = started();
  add(loader, Part::Functions, function("16500", "f", "23 25"));
  add(loader, Part::Functions, function("16501", "g", ""));
  const Rows rows = finished(loader);
  EXPECT_TRUE(rows.functions[0].argument_names.empty());
  EXPECT_TRUE(rows.functions[1].arguments.empty());
}

TEST(CatalogLoader, KeepsOnlyForeignSupportOfAggregates) {
  Loader loader = started();
  add(loader, Part::Functions, function("16500", "agg", "23"));
  ASSERT_TRUE(
      add(loader, Part::Aggregates,
          {"16500", "o", "1", "16601", "16600", "0", "0", "2000", "16601", "0", "0", nullptr}));
  const Rows rows = finished(loader);
  EXPECT_EQ(rows.functions[0].support_functions, (std::vector<Oid>{16600, 16601}));
  EXPECT_TRUE(rows.functions[0].is_ordered_set);
  EXPECT_EQ(rows.functions[0].direct_arguments, 1);
}

Row type(const char* oid, const char* name, const char* kind, const char* relation) {
  return {oid, "2200", name, kind, "U", "f", "0", "f", "0", relation, "0", "0", "0", "0", nullptr};
}

TEST(CatalogLoader, NotesWhatAViewCallsUnlessItIsHarmless) {
  Loader loader = started();
  add(loader, Part::Relations, table("16400", "v", "v"));
  add(loader, Part::ViewReads, {"16400", "1260", "0"});
  // lower(text), pg_read_file(text), dom_chk(text); the domain's check as well.
  for (const char* oid : {"870", "2624", "16500"}) {
    add(loader, Part::ViewFunctions, {"16400", oid});
  }
  add(loader, Part::ViewTypes, {"16400", "16450"});
  Row lower = function("870", "lower", "25"), read_file = function("2624", "pg_read_file", "25");
  lower[1] = read_file[1] = "11";
  add(loader, Part::Functions, lower);
  add(loader, Part::Functions, read_file);
  add(loader, Part::Functions, function("16500", "f", "25"));
  add(loader, Part::Functions, function("16501", "dom_chk", "25"));
  add(loader, Part::Types, type("16450", "leaky", "d", "0"));
  add(loader, Part::TypeFunctions, {"16450", "16501"});
  add(loader, Part::TypeFunctions, {"16450", "870"});
  const Rows rows = finished(loader);
  EXPECT_EQ(rows.relations[0].view_functions, (std::vector<Oid>{2624, 16500, 16501}));
  EXPECT_EQ(rows.relations[0].view_reads, (std::vector<ColumnKey>{{1260, 0}}));
  EXPECT_EQ(rows.types[0].functions, (std::vector<Oid>{16501}));
  EXPECT_EQ(rows.functions[1].decision, Decision::Refused);
}

TEST(CatalogLoader, NotesWhatPoliciesReadAndWhatIndexesBeginWith) {
  Loader loader = started();
  add(loader, Part::Relations, table("16400", "t"));
  for (const char* column : {"3", "1", "3"}) add(loader, Part::IndexColumns, {"16400", column});
  add(loader, Part::PolicyReads, {"16400", "16700"});
  for (const char* oid : {"870", "16500"}) {
    add(loader, Part::PolicyFunctions, {"16400", oid});
  }
  Row lower = function("870", "lower", "25");
  lower[1] = "11";
  add(loader, Part::Functions, lower);
  add(loader, Part::Functions, function("16500", "f", "25"));
  const Rows rows = finished(loader);
  EXPECT_EQ(rows.relations[0].index_columns, (std::vector<std::int16_t>{3, 1}));
  EXPECT_EQ(rows.relations[0].policy_reads, (std::vector<Oid>{16700}));
  EXPECT_EQ(rows.relations[0].policy_functions, (std::vector<Oid>{16500}));
}

TEST(CatalogLoader, EstimatesAPartitionedTableByItsPartitions) {
  const auto parent_estimate = [](const char* second) {
    Loader loader = started();
    Row parent = table("16400", "t", "p"), one = table("16401", "a"), other = table("16402", "b");
    parent[6] = "-1";
    one[6] = "70";
    other[6] = second;
    for (const Row& row : {parent, one, other}) add(loader, Part::Relations, row);
    add(loader, Part::Parents, {"16401", "16400"});
    add(loader, Part::Parents, {"16402", "16400"});
    return finished(loader).relations[0].row_estimate;
  };
  EXPECT_EQ(parent_estimate("30"), 100);
  EXPECT_EQ(parent_estimate("-1"), -1);  // never analysed
}

TEST(CatalogLoader, GivesRowAndArrayTypesTheirExtension) {
  Loader loader = started();
  Row owned = table("16400", "t");
  owned[8] = "ext";
  add(loader, Part::Relations, owned);
  Row array = type("16451", "_t", "b", "0");
  array[6] = "16450";
  array[7] = "t";
  add(loader, Part::Types, type("16450", "t", "c", "16400"));
  add(loader, Part::Types, array);
  const Rows rows = finished(loader);
  EXPECT_EQ(rows.types[0].extension, "ext");
  EXPECT_EQ(rows.types[1].extension, "ext");
}

TEST(CatalogLoader, FailsOnWhatItDoesNotExpect) {
  const std::pair<Part, Row> cases[] = {
      {Part::Schemas, {"x", "public"}},
      {Part::Schemas, {"1"}},
      {Part::Schemas, {"1", "a", "more"}},
      {Part::Schemas, {nullptr, "a"}},
      {Part::Schemas, {"4294967296", "a"}},
      {Part::Columns, {"16400", "id", "23", "1", "true"}},
      {Part::UniqueKeys, {"16400", "t", "1", "1,2"}},
      {Part::ForeignKeys, {"16400", "16401", "{1", "{2}"}},
      {Part::Casts, {"1", "2", "3", "ee", "f"}},
      {Part::Aggregates, {"1", "n", "0", "x"}},
  };
  for (const auto& [part, row] : cases) {
    Loader loader = started();
    EXPECT_FALSE(add(loader, part, row));
    EXPECT_FALSE(add(loader, Part::Schemas, {"9", "fine"}));
    const auto rows = std::move(loader).finish();
    ASSERT_FALSE(rows);
    EXPECT_NE(rows.error().find("is not understood"), std::string::npos);
  }
  EXPECT_FALSE(Loader().finish());
}

TEST(CatalogQueries, AskEachPartOnceAndRowsBeforeTheirParts) {
  std::set<Part> asked;
  for (const auto& query : queries()) EXPECT_TRUE(asked.insert(query.part).second);
  EXPECT_EQ(asked.size(), static_cast<std::size_t>(Part::Comments) + 1);
}

TEST(TextArray, ReadsWhatArrayOutWrites) {
  using Strings = std::vector<std::string>;
  EXPECT_EQ(parse_array("{}"), Strings{});
  EXPECT_EQ(parse_array("{a}"), Strings{"a"});
  EXPECT_EQ(parse_array("{a,\"b,}\\\"\\\\\",NULL,\"\",\"NULL\"}"),
            (Strings{"a", "b,}\"\\", "", "", "NULL"}));
  for (const char* bad : {"", "a", "{", "{a", "{a,}", "{\"a}", "{\"a\\", "{a}b", "{\"a\"b}"}) {
    EXPECT_EQ(parse_array(bad), std::nullopt) << bad;
  }
}

}  // namespace
}  // namespace policy::catalog
