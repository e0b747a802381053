// SPDX-License-Identifier: Apache-2.0
#include "gateway/upstream/catalog_load.h"

#include <algorithm>
#include <thread>

#include "tests/unit/gateway/upstream/pool_fixture.h"

namespace gateway::upstream {
namespace {

using std::chrono::milliseconds;

class CatalogReaderTest : public ::testing::Test {
 protected:
  static CatalogSource source() {
    return {.connection = {{"host", cluster().socket_directory()},
                           {"port", std::to_string(cluster().port())},
                           {"user", "postgres"},
                           {"dbname", "postgres"}},
            .pinned = {}};
  }
  enum class Seen : std::uint8_t { Changed, Unchanged, Failed };
  Seen look() {
    auto rows = reader.look(stopped);
    if (!rows) {
      error = rows.error();
      return Seen::Failed;
    }
    if (!*rows) return Seen::Unchanged;
    last = **std::move(rows);
    return Seen::Changed;
  }
  bool has_relation(std::string_view name) const {
    return std::ranges::find(last.relations, name, &policy::catalog::Relation::name) !=
           last.relations.end();
  }

  CatalogReader reader{source()};
  std::atomic<bool> stopped = false;
  policy::catalog::Rows last;
  std::string error;
};

TEST_F(CatalogReaderTest, GivesRowsOnceAndThenOnlyChanges) {
  cluster().query("CREATE TABLE seen (id int)");
  ASSERT_EQ(look(), Seen::Changed);
  EXPECT_TRUE(has_relation("seen"));
  EXPECT_EQ(look(), Seen::Unchanged);
  cluster().query("DROP TABLE seen");
  ASSERT_EQ(look(), Seen::Changed);
  EXPECT_FALSE(has_relation("seen"));
}

TEST_F(CatalogReaderTest, SeesWhateverTheSnapshotIsMadeOf) {
  cluster().query(
      "CREATE TABLE subject (id int, note text);"
      "CREATE VIEW shown AS SELECT id FROM subject;"
      "CREATE FUNCTION told() RETURNS int LANGUAGE sql AS 'SELECT 1';"
      "CREATE DOMAIN small AS int");
  ASSERT_EQ(look(), Seen::Changed);
  for (const char* change :
       {"ALTER TABLE subject RENAME note TO remark", "ALTER TABLE subject RENAME TO object",
        "ALTER TABLE object ALTER remark SET NOT NULL", "ALTER TABLE object DROP remark",
        "CREATE UNIQUE INDEX ON object (id)", "ALTER TABLE object ENABLE ROW LEVEL SECURITY",
        "CREATE OR REPLACE VIEW shown AS SELECT id + 1 AS id FROM object",
        "CREATE OR REPLACE FUNCTION told() RETURNS int LANGUAGE sql AS 'SELECT 2'",
        "ALTER FUNCTION told() SECURITY DEFINER", "ALTER DOMAIN small ADD CHECK (value > told())",
        "ALTER SCHEMA public RENAME TO commons", "ALTER SCHEMA commons RENAME TO public",
        "CREATE OPERATOR === (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq)",
        "CREATE CAST (text AS small) WITH INOUT AS IMPLICIT",
        "DROP CAST (text AS small); DROP OPERATOR === (int, int);"
        "DROP VIEW shown; DROP TABLE object; DROP DOMAIN small; DROP FUNCTION told()"}) {
    cluster().query(change);
    EXPECT_EQ(look(), Seen::Changed) << change << error;
    EXPECT_EQ(look(), Seen::Unchanged) << change;
  }
}

TEST_F(CatalogReaderTest, SeesNoChangeInRowsEstimatesAndTemporaryTables) {
  cluster().query("CREATE TABLE filled (id int)");
  ASSERT_EQ(look(), Seen::Changed);
  for (const char* change :
       {"INSERT INTO filled VALUES (1)",
        "CREATE TEMP TABLE passing (id int PRIMARY KEY, note text DEFAULT 'x')"}) {
    cluster().query(change);
    EXPECT_EQ(look(), Seen::Unchanged) << change;
  }
  cluster().query("DROP TABLE filled");
}

TEST_F(CatalogReaderTest, MakesALostConnectionAnew) {
  ASSERT_EQ(look(), Seen::Changed);
  const std::string mine = " FROM pg_stat_activity WHERE application_name = 'postern catalog'";
  ASSERT_EQ(cluster().query("SELECT count(*)" + mine), "1");
  cluster().query("SELECT pg_terminate_backend(pid, 10000)" + mine);
  EXPECT_EQ(look(), Seen::Unchanged) << error;
}

TEST_F(CatalogReaderTest, EndsSoonWhenItIsStopped) {
  ASSERT_EQ(look(), Seen::Changed);
  stopped = true;
  EXPECT_EQ(look(), Seen::Failed);
  EXPECT_NE(error.find("interrupted"), std::string::npos) << error;
  stopped = false;
  EXPECT_EQ(look(), Seen::Unchanged);
}

TEST_F(CatalogReaderTest, WaitsNoLongerThanItMay) {
  auto hurried = source();
  hurried.read_timeout = milliseconds(0);
  reader = CatalogReader(hurried);
  EXPECT_EQ(look(), Seen::Failed);
  EXPECT_NE(error.find("in time"), std::string::npos) << error;
}

TEST_F(CatalogReaderTest, SaysWhyItCannotConnect) {
  auto wrong = source();
  wrong.connection[0].second = "/no-such-folder";
  reader = CatalogReader(wrong);
  EXPECT_EQ(look(), Seen::Failed);
  EXPECT_TRUE(error.starts_with("cannot connect: ")) << error;
}

}  // namespace
}  // namespace gateway::upstream
