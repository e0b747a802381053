// SPDX-License-Identifier: Apache-2.0
#include "policy/catalog/json.h"

#include <gtest/gtest.h>

#include <string>

namespace policy::catalog {
namespace {

// Every field of every row has a value of its own.
Rows full() {
  Rows rows;
  rows.server_major = 17;
  rows.database = "shop \"1\"";
  rows.schemas = {{.oid = 11, .name = "pg_catalog"}, {.oid = 2200, .name = "public"}};
  rows.relations.push_back(
      {.oid = 16400,
       .schema = 2200,
       .row_type = 16402,
       .name = "Users\n",
       .kind = RelationKind::View,
       .has_row_security = true,
       .row_estimate = -1,
       .extension = "ext",
       .definition = "SELECT 1;",
       .comment = "who",
       .columns = {{.name = "id", .type = 23, .number = 1, .not_null = true, .comment = "key"},
                   {.name = "ssn", .type = 25, .number = 4},
                   {.name = "tail", .type = 25, .number = 5, .generated_from = {4}}},
       .parents = {16300},
       .unique_keys = {{1}, {4, 5}},
       .has_primary_key = true,
       .view_reads = {{.relation = 16300, .column = 0}, {.relation = 16300, .column = 2}},
       .view_functions = {16500},
       .index_columns = {1, 4},
       .policy_reads = {16387},
       .policy_functions = {16501}});
  rows.functions.push_back({.oid = 16500,
                            .schema = 2200,
                            .name = "f",
                            .kind = FunctionKind::Aggregate,
                            .arguments = {23, 1007},
                            .argument_names = {"a", ""},
                            .variadic = 23,
                            .defaults = 1,
                            .result = 25,
                            .returns_set = true,
                            .is_security_definer = true,
                            .volatility = 's',
                            .language = "sql",
                            .extension = "ext",
                            .body = "SELECT '\\'",
                            .outputs = {{.name = "x", .type = 25}},
                            .is_ordered_set = true,
                            .direct_arguments = 1,
                            .support_functions = {16501}});
  rows.types.push_back({.oid = 16402,
                        .schema = 2200,
                        .name = "t",
                        .kind = TypeKind::Domain,
                        .category = 'S',
                        .is_preferred = true,
                        .element = 1,
                        .is_array = true,
                        .array = 2,
                        .relation = 3,
                        .base = 4,
                        .subtype = 5,
                        .range = 6,
                        .multirange = 7,
                        .extension = "ext",
                        .functions = {16500},
                        .ordering_functions = {16501}});
  rows.operators = {{.oid = 16600,
                     .schema = 2200,
                     .name = "||",
                     .left = 0,
                     .right = 25,
                     .result = 25,
                     .function = 16500}};
  rows.casts = {{.source = 23, .target = 16402, .function = 16500, .context = 'i', .method = 'b'}};
  rows.foreign_keys = {
      {.relation = 16400, .referenced = 16300, .columns = {1}, .referenced_columns = {2}}};
  return rows;
}

TEST(CatalogJson, KeepsEveryField) {
  const std::string text = dump(full());
  const auto loaded = load_json(text);
  ASSERT_TRUE(loaded) << loaded.error();
  EXPECT_EQ(dump(*loaded), text);
  const Relation& relation = loaded->relations[0];
  EXPECT_EQ(relation.kind, RelationKind::View);
  EXPECT_EQ(relation.row_estimate, -1);
  EXPECT_EQ(relation.columns[1].number, 4);
  EXPECT_EQ(relation.columns[2].number, 5);
  EXPECT_EQ(relation.columns[2].generated_from, (std::vector<std::int16_t>{4}));
  EXPECT_EQ(relation.view_reads[1], (ColumnKey{16300, 2}));
  const Function& function = loaded->functions[0];
  EXPECT_EQ(function.kind, FunctionKind::Aggregate);
  EXPECT_EQ(function.argument_names, (std::vector<std::string_view>{"a", ""}));
  EXPECT_EQ(function.outputs[0].name, "x");
  EXPECT_EQ(function.body, "SELECT '\\'");
  EXPECT_EQ(loaded->types[0].multirange, 7U);
  EXPECT_EQ(loaded->casts[0].method, 'b');
  EXPECT_EQ(loaded->foreign_keys[0].referenced_columns[0], 2);
  EXPECT_EQ(loaded->database, "shop \"1\"");
}

// A field that nobody added to json_fields.h would be lost without a word.
TEST(CatalogJson, WritesEveryFieldThatIsNotItsDefault) {
  const std::string text = dump(full());
  for (const char* key : {"row_type",
                          "has_row_security",
                          "row_estimate",
                          "extension",
                          "definition",
                          "comment",
                          "parents",
                          "unique_keys",
                          "has_primary_key",
                          "view_reads",
                          "view_functions",
                          "index_columns",
                          "policy_reads",
                          "policy_functions",
                          "not_null",
                          "generated_from",
                          "argument_names",
                          "variadic",
                          "defaults",
                          "result",
                          "returns_set",
                          "is_security_definer",
                          "volatility",
                          "language",
                          "body",
                          "outputs",
                          "is_ordered_set",
                          "direct_arguments",
                          "support_functions",
                          "category",
                          "is_preferred",
                          "element",
                          "is_array",
                          "array",
                          "relation",
                          "base",
                          "subtype",
                          "range",
                          "multirange",
                          "functions",
                          "ordering_functions",
                          "referenced_columns"}) {
    EXPECT_NE(text.find('"' + std::string(key) + "\":"), text.npos) << key;
  }
}

TEST(CatalogJson, IsTheSameWhateverTheOrderOfRows) {
  Rows rows = full();
  rows.schemas = {rows.schemas[1], rows.schemas[0]};
  EXPECT_EQ(dump(rows), dump(full()));
}

TEST(CatalogJson, WritesARowALine) {
  Rows rows;
  rows.server_major = 15;
  rows.schemas = {{.oid = 11, .name = "pg_catalog"}};
  rows.functions = {{.oid = 870,
                     .schema = 11,
                     .name = "lower",
                     .arguments = {25},
                     .result = 25,
                     .volatility = 'i',
                     .language = "internal"}};
  EXPECT_EQ(dump(rows),
            "{\"format\":1,\n\"server_major\":15,\n\"database\":\"\",\n"
            "\"schemas\":[\n[11,\"pg_catalog\"]\n],\n\"relations\":[\n],\n"
            "\"functions\":[\n[870,\"lower\",[25],25,\"i\"]\n],\n"
            "\"types\":[\n],\n\"operators\":[\n],\n\"casts\":[\n],\n\"foreign_keys\":[\n]}\n");
  const auto loaded = load_json(dump(rows));
  ASSERT_TRUE(loaded) << loaded.error();
  EXPECT_EQ(loaded->functions[0].language, "internal");
  EXPECT_EQ(loaded->functions[0].schema, 11U);
}

TEST(CatalogJson, ReplacesWhatIsNoUtf8) {
  Rows rows = full();
  rows.relations[0].comment = "caf\xe9";
  const auto loaded = load_json(dump(rows));
  ASSERT_TRUE(loaded) << loaded.error();
  EXPECT_EQ(loaded->relations[0].comment, "caf\xef\xbf\xbd");
}

TEST(CatalogJson, NamesWhatIsWrong) {
  const std::string schemas = R"({"format":1,"server_major":15,"schemas":[[11,"a"]],)";
  const std::pair<std::string, const char*> cases[] = {
      {"", "parse error at line 1, column 1"},
      {"{\"format\":1", "parse error at line 1, column 12"},
      {"[]", "a catalog snapshot must be an object"},
      {"{}", "'format' must be a number: is this a catalog snapshot?"},
      {R"({"format":"1"})", "'format' must be a number"},
      {R"({"format":2})", "format 2 is not known; this build reads format 1"},
      {R"({"format":1})", "'server_major' must be a number from 14 to 99"},
      {R"({"format":1,"server_major":9})", "'server_major' must be"},
      {R"({"format":1,"server_major":1e400})", "number overflow"},
      {R"({"format":1,"server_major":15,"tables":[]})", "unknown key 'tables'"},
      {R"({"format":1,"server_major":15,"database":7})", "database: must be a string"},
      {R"({"format":1,"server_major":15,"schemas":{}})", "schemas: must be an array"},
      {R"({"format":1,"server_major":15,"schemas":[[11]]})",
       "schemas[0]: must be an array of 2 items"},
      {R"({"format":1,"server_major":15,"schemas":[[-1,"a"]]})",
       "schemas[0].oid: must be a number from 0 to 4294967295"},
      {R"({"format":1,"server_major":15,"schemas":[[4294967296,"a"]]})", "schemas[0].oid: must"},
      {R"({"format":1,"server_major":15,"schemas":[[1,"a\u0000b"]]})", "must not contain NUL"},
      {R"({"format":1,"server_major":15,"schemas":[[0,"a"]]})", "schemas: 'a' has no OID"},
      {R"({"format":1,"server_major":15,"schemas":[[1,"a"],[1,"b"]]})", "OID 1 is there twice"},
      {schemas + R"("relations":[7]})", "relations[0]: must be an object"},
      {schemas + R"("relations":[{"oid":1,"schema":11,"name":"t","kind":"rr"}]})",
       "relations[0].kind: must be one letter"},
      {schemas + R"("relations":[{"oid":1,"schema":11,"name":"t","kind":"z"}]})",
       "relations[0].kind: must be one of the letters rpvmfSctiI"},
      {schemas + R"("relations":[{"oid":1,"schema":11,"name":"t","colums":[]}]})",
       "relations[0]: unknown key 'colums'"},
      {schemas + R"("relations":[{"oid":1,"schema":11,"name":"t","columns":[["a",25],["b"]]}]})",
       "relations[0].columns[1]: must be an array of name, type"},
      {schemas +
           R"("relations":[{"oid":1,"schema":11,"name":"t","columns":[["a",25,{"number":"x"}]]}]})",
       "relations[0].columns[0].number: must be a number from -32768 to 32767"},
      {schemas +
           R"("relations":[{"oid":1,"schema":11,"name":"t","columns":[["a",25,{"number":-2}]]}]})",
       "relations[0].columns: columns must be in the order of their numbers"},
      {schemas + R"("relations":[{"oid":1,"schema":11,"name":"t","columns":[["a",25],["a",25]]}]})",
       "relations[0].columns: column 'a' is there twice"},
      {schemas + R"("relations":[{"oid":1,"schema":12,"name":"t"}]})",
       "relations: 't' is in schema 12, which is not listed"},
      {schemas +
           R"("relations":[{"oid":1,"schema":11,"name":"t"},{"oid":2,"schema":11,"name":"t"}]})",
       "relations: 't' is there twice in schema 11"},
      {schemas + R"("relations":[{"oid":1,"schema":11}]})", "relations: OID 1 has no name"},
      {schemas + R"("relations":[{"oid":1,"schema":11,"name":"t","unique_keys":[[1],2]}]})",
       "relations[0].unique_keys[1]: must be an array"},
      {schemas + R"("relations":[{"oid":1,"schema":11,"name":"t","row_estimate":"many"}]})",
       "relations[0].row_estimate: must be a number"},
      {schemas + R"("functions":[[1,"f",[23],23]]})", "functions[0]: must be an array of 5 items"},
      {schemas + R"("functions":[{"oid":1,"schema":11,"name":"f","defaults":70000}]})",
       "functions[0].defaults: must be a number from -32768 to 32767"},
      {schemas + R"("functions":[{"oid":1,"schema":11,"name":"f","returns_set":1}]})",
       "functions[0].returns_set: must be true or false"},
      {schemas + R"("functions":[{"oid":1,"schema":11,"name":"f","outputs":[["x",25,1]]}]})",
       "functions[0].outputs[0]: must be an array of 2 items"},
      {schemas + R"("casts":[[1,2,3,"e",""]]})", "casts[0].method: must be one letter"},
      {std::string(300'000, '['), "parse error"},
  };
  for (const auto& [text, error] : cases) {
    const auto loaded = load_json(text);
    ASSERT_FALSE(loaded) << text;
    EXPECT_NE(loaded.error().find(error), std::string::npos)
        << text.substr(0, 200) << "\n  gives " << loaded.error();
  }
}

TEST(CatalogJson, SurvivesEveryCutAndEveryChangedByte) {
  const std::string text = dump(full());
  for (std::size_t cut = 0; cut + 2 < text.size(); ++cut) {
    EXPECT_FALSE(load_json(std::string_view(text).substr(0, cut))) << cut;
  }
  for (std::size_t at = 0; at < text.size(); ++at) {
    std::string changed = text;
    changed[at] = at % 2 == 0 ? '9' : '"';
    if (const auto loaded = load_json(changed)) {
      EXPECT_TRUE(load_json(dump(*loaded))) << changed;
    } else {
      EXPECT_FALSE(loaded.error().empty());
    }
  }
}

}  // namespace
}  // namespace policy::catalog
