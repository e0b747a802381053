// SPDX-License-Identifier: Apache-2.0
// Which statements run in which mode: from text to verdict, as the design's list of modes has it.
#include "policy/modes.h"

#include <gtest/gtest.h>

#include "tests/unit/policy/questions.h"

namespace policy {
namespace {

using Statements = std::initializer_list<const char*>;

void expect_least(Least least, Statements statements) {
  for (const char* sql : statements) {
    EXPECT_EQ(judge_as(Mode::ReadOnly, sql).unreadable.size(), 0u) << sql;
    EXPECT_EQ(runs(Mode::ReadOnly, sql), least == Least::ReadOnly) << sql;
    EXPECT_EQ(runs(Mode::Balanced, sql), least <= Least::Balanced) << sql;
    EXPECT_EQ(runs(Mode::Permissive, sql), least <= Least::Permissive) << sql;
  }
}

TEST(Modes, ReadingRunsEverywhere) {
  expect_least(
      Least::ReadOnly,
      {"", ";", "-- only a comment", "SELECT 1", "VALUES (1), (2)", "TABLE t",
       "SELECT 'INSERT INTO t' AS \"delete\"", "WITH x AS (SELECT 1) SELECT * FROM x",
       "SELECT 1 UNION ALL SELECT 2", "SHOW ALL", "SHOW server_version", "COPY t TO STDOUT",
       "COPY (SELECT 1) TO STDOUT WITH (FORMAT csv)", "EXPLAIN SELECT 1",
       "EXPLAIN (ANALYZE, BUFFERS) SELECT 1", "EXPLAIN UPDATE t SET a = 1",
       "EXPLAIN (ANALYZE false) DELETE FROM t", "EXPLAIN SELECT 1 FROM t FOR UPDATE",
       "EXPLAIN (ANALYZE 0, VERBOSE) INSERT INTO t VALUES (1)"});
}

TEST(Modes, SessionsMayLookAfterThemselves) {
  expect_least(Least::ReadOnly,
               {"BEGIN",
                "START TRANSACTION READ ONLY",
                "BEGIN ISOLATION LEVEL SERIALIZABLE, DEFERRABLE",
                "COMMIT",
                "END",
                "ROLLBACK",
                "ABORT",
                "COMMIT AND CHAIN",
                "SAVEPOINT a",
                "RELEASE a",
                "ROLLBACK TO a",
                "SET TRANSACTION READ ONLY",
                "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ",
                "PREPARE p AS SELECT 1",
                "EXECUTE p(1)",
                "DEALLOCATE p",
                "DEALLOCATE ALL",
                "DECLARE c SCROLL CURSOR WITH HOLD FOR SELECT 1",
                "FETCH 5 FROM c",
                "MOVE ALL IN c",
                "CLOSE c",
                "CLOSE ALL",
                "DISCARD ALL",
                "DISCARD PLANS",
                "DISCARD SEQUENCES",
                "DISCARD TEMP",
                "RESET ALL",
                "UNLISTEN *",
                "SET TIME ZONE 'UTC'",
                "SET TIME ZONE INTERVAL '+02:00' HOUR TO MINUTE",
                "SET TIME ZONE LOCAL",
                "SET NAMES 'UTF8'",
                "SET search_path TO DEFAULT",
                "SET datestyle TO ISO, MDY",
                "SET LOCAL statement_timeout = 100",
                "SELECT pg_advisory_unlock_all()"});
}

TEST(Modes, WritingRowsNeedsBalanced) {
  expect_least(Least::Balanced,
               {"INSERT INTO t VALUES (1)",
                "UPDATE t SET a = 1",
                "DELETE FROM t",
                "MERGE INTO t USING s ON t.a = s.a WHEN MATCHED THEN DELETE",
                "COPY t FROM STDIN",
                "WITH x AS (DELETE FROM t RETURNING *) SELECT * FROM x",
                "SELECT (WITH x AS (SELECT 1) SELECT 1) FROM (WITH y AS (UPDATE t SET a = 1 "
                "RETURNING a) SELECT 1) q",
                "SELECT 1 FROM t FOR UPDATE",
                "SELECT 1 FROM t FOR KEY SHARE SKIP LOCKED",
                "SELECT * FROM (SELECT * FROM t FOR SHARE) q",
                "SELECT ARRAY(SELECT a FROM t FOR NO KEY UPDATE)",
                "(SELECT 1 FROM t FOR UPDATE) UNION ALL SELECT 2",
                "EXPLAIN ANALYZE DELETE FROM t",
                "EXPLAIN (ANALYZE 'yes') DELETE FROM t",
                "EXPLAIN (ANALYZE off, ANALYZE on) DELETE FROM t",
                "PREPARE p AS INSERT INTO t VALUES ($1)",
                "DECLARE c CURSOR FOR SELECT 1 FROM t FOR UPDATE",
                "COPY (DELETE FROM t RETURNING *) TO STDOUT",
                "COPY (WITH d AS (DELETE FROM t RETURNING 1) SELECT * FROM d) TO STDOUT",
                "BEGIN READ WRITE",
                "SET TRANSACTION READ WRITE",
                "SET transaction_read_only = off",
                "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE",
                "SET default_transaction_read_only = off",
                "SET CONSTRAINTS ALL DEFERRED",
                "SELECT set_config('transaction_read_only', 'off', true)"});
}

TEST(Modes, ChangingTheSchemaNeedsPermissive) {
  expect_least(Least::Permissive,
               {"SELECT * INTO x FROM t",
                "SELECT 1 INTO TEMP x UNION SELECT 2",
                "CREATE TABLE x AS SELECT 1",
                "EXPLAIN CREATE TABLE x AS SELECT 1",
                "EXPLAIN ANALYZE SELECT 1 INTO x",
                "CREATE TABLE x AS EXECUTE p",
                "CREATE MATERIALIZED VIEW v AS SELECT 1",
                "REFRESH MATERIALIZED VIEW v",
                "CREATE TABLE t (a int)",
                "CREATE TEMP TABLE t (a int)",
                "CREATE VIEW v AS SELECT 1",
                "CREATE INDEX ON t (a)",
                "ALTER TABLE t ADD b int",
                "ALTER TABLE t RENAME TO u",
                "DROP TABLE t",
                "TRUNCATE t",
                "COMMENT ON TABLE t IS 'x'",
                "CREATE FUNCTION f() RETURNS int LANGUAGE sql RETURN 1",
                "CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC INSERT INTO t VALUES "
                "(1); SELECT 1; END",
                "CREATE FUNCTION f() RETURNS int LANGUAGE sql SET search_path = app AS 'select 1'",
                "CREATE RULE r AS ON INSERT TO t DO ALSO NOTIFY x",
                "CREATE SCHEMA s CREATE TABLE t (a int)",
                "VACUUM",
                "ANALYZE t",
                "REINDEX TABLE t",
                "CLUSTER",
                "CHECKPOINT",
                "LOCK TABLE t",
                "LISTEN x",
                "NOTIFY x, 'y'",
                "DO 'begin end'",
                "CALL p(1)"});
}

TEST(Modes, WhatLeavesTheDatabaseNeverRuns) {
  expect_least(Least::Never,
               {"COPY t TO '/tmp/x'",
                "COPY t FROM '/etc/passwd'",
                "COPY t TO PROGRAM 'x'",
                "COPY t FROM PROGRAM 'x'",
                "LOAD 'x'",
                "ALTER SYSTEM SET a = 1",
                "ALTER SYSTEM RESET ALL",
                "CREATE EXTENSION x",
                "DROP EXTENSION x",
                "ALTER EXTENSION x UPDATE",
                "CREATE LANGUAGE x",
                "DROP LANGUAGE x",
                "CREATE ROLE x",
                "ALTER ROLE x SUPERUSER",
                "ALTER USER x RENAME TO y",
                "DROP USER x",
                "ALTER ROLE x SET search_path = y",
                "ALTER DATABASE d SET work_mem = 1",
                "GRANT a TO b",
                "GRANT SELECT ON t TO b",
                "REVOKE ALL ON t FROM b",
                "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO x",
                "CREATE SCHEMA s GRANT SELECT ON t TO x",
                "REASSIGN OWNED BY a TO b",
                "DROP OWNED BY a",
                "SET ROLE x",
                "SET ROLE NONE",
                "RESET ROLE",
                "SET SESSION AUTHORIZATION x",
                "RESET SESSION AUTHORIZATION",
                "SET role = x",
                "CREATE SERVER s FOREIGN DATA WRAPPER f",
                "CREATE FOREIGN TABLE t (a int) SERVER s",
                "ALTER FOREIGN TABLE t ADD a int",
                "ALTER TABLE t OPTIONS (SET filename '/etc/shadow')",
                "DROP SERVER s",
                "CREATE USER MAPPING FOR x SERVER s",
                "IMPORT FOREIGN SCHEMA a FROM SERVER s INTO b",
                "CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p",
                "DROP SUBSCRIPTION s",
                "PREPARE TRANSACTION 'x'",
                "COMMIT PREPARED 'x'",
                "ROLLBACK PREPARED 'x'",
                "CREATE TABLESPACE s LOCATION '/tmp'",
                "DROP TABLESPACE s",
                "CREATE FUNCTION f() RETURNS int LANGUAGE c AS 'libc', 'system'",
                "CREATE FUNCTION f() RETURNS int LANGUAGE \"C\" AS 'libc'",
                "CREATE FUNCTION f() RETURNS int LANGUAGE internal AS 'x'",
                "CREATE FUNCTION f() RETURNS int LANGUAGE sql SET role = x AS 'select 1'",
                "SET client_encoding = 'SJIS'",
                "SET NAMES 'GBK'",
                "SET standard_conforming_strings = off",
                "SET search_path = secret",
                "SET SCHEMA 'secret'",
                "SET LOCAL row_security = off",
                "SELECT set_config('client_encoding', 'SJIS', false)",
                "SELECT pg_catalog.SET_CONFIG('role', 'x', false)",
                "SELECT \"set_config\"(U&'rol\\0065', 'x', false)",
                "SELECT U&\"set_c\\006fnfig\"('role', 'x', false)",
                "SELECT db.pg_catalog.set_config('role', 'x', false)",
                "SELECT set_config(lower('ROLE'), 'x', false)",
                "SELECT set_config('datestyle', $1, false)",
                "SELECT set_config(name => 'role', value => 'x', is_local => false)",
                "SELECT set_config(VARIADIC ARRAY['a'])",
                "SELECT 1 FROM set_config('role', 'x', false)",
                "SELECT 1 ORDER BY set_config('role', 'x', false)",
                "CREATE TABLE t (a text DEFAULT set_config('role', 'x', false))",
                "CALL set_config('role', 'x', false)",
                "EXECUTE p(set_config('role', 'x', false))",
                "COPY t FROM STDIN WHERE set_config('role', 'x', false) = 'x'",
                "CREATE INDEX ON t (set_config('role', 'x', false))",
                "ALTER TABLE t ALTER a SET DEFAULT set_config('role', 'x', false)",
                "UPDATE pg_settings SET setting = 'x'",
                "UPDATE pg_catalog.pg_settings SET setting = 'x'"});
}

TEST(Modes, ExplainNeedsItsPermission) {
  Profile profile = profile_of(Mode::Permissive);
  profile.allow_explain = false;
  const Verdict verdict =
      judge({.sql = "EXPLAIN SELECT 1", .parameter_types = {}, .profile = profile});
  ASSERT_NE(verdict.refusal(), nullptr);
  EXPECT_EQ(verdict.refusal()->rule, "allow_explain");
}

TEST(Modes, RefusalsTeach) {
  const Profile profile = profile_of(Mode::ReadOnly);
  for (int i = 0; i <= static_cast<int>(StatementClass::Unknown); ++i) {
    const auto violation = judge_class(static_cast<StatementClass>(i), profile);
    if (!violation) continue;
    EXPECT_TRUE(violation->message.ends_with("mode")) << violation->message;
    EXPECT_TRUE(violation->hint.ends_with(".")) << violation->message;
    EXPECT_FALSE(violation->rule.empty()) << violation->message;
  }
}

}  // namespace
}  // namespace policy
