# SPDX-License-Identifier: Apache-2.0
"""Refused statements: what the client is told, that nothing ran, and that the session goes on."""

import pytest

from harness import wire
from harness.refusal import check_refusal, fingerprint
from harness.waiting import eventually

WRITES = ["INSERT INTO scratch VALUES (1, 'x')", "UPDATE accounts SET balance = 0",
          "DELETE FROM accounts", "WITH w AS (INSERT INTO scratch VALUES (2, 'y') RETURNING k) "
          "SELECT * FROM w", "SELECT * FROM accounts FOR UPDATE",
          "SELECT * FROM accounts FOR SHARE", "MERGE INTO scratch USING accounts ON k = id "
          "WHEN NOT MATCHED THEN INSERT VALUES (id, '')",
          "COPY scratch FROM STDIN"]
SCHEMA_CHANGES = ["CREATE TABLE t (i int)", "SELECT 1 AS i INTO t", "CREATE TABLE t AS SELECT 1",
                  "CREATE TEMP TABLE t (i int)", "DROP TABLE scratch", "TRUNCATE scratch",
                  "ALTER TABLE scratch ADD x int", "CREATE VIEW v AS SELECT 1",
                  "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'", "VACUUM", "ANALYZE",
                  "REINDEX TABLE scratch", "CLUSTER", "CREATE INDEX ON scratch (v)",
                  "LOCK TABLE scratch", "LISTEN x", "NOTIFY x",
                  "COMMENT ON TABLE scratch IS 'x'", "REFRESH MATERIALIZED VIEW m"]
NEVER = ["COPY accounts TO PROGRAM 'cat'", "COPY accounts TO '/tmp/postern-test-out'",
         "COPY scratch FROM PROGRAM 'echo'", "COPY scratch FROM '/etc/passwd'", "LOAD 'x'",
         "ALTER SYSTEM SET work_mem = '1MB'", "CREATE EXTENSION dblink", "CREATE ROLE r",
         "ALTER ROLE tester SUPERUSER", "DROP ROLE reader", "GRANT ALL ON accounts TO PUBLIC",
         "REVOKE ALL ON accounts FROM reader", "SET ROLE reader", "SET SESSION ROLE reader",
         "RESET ROLE", "SET SESSION AUTHORIZATION reader", "RESET SESSION AUTHORIZATION",
         "SET role = 'reader'", "SET LOCAL ROLE reader", "CREATE SUBSCRIPTION s CONNECTION '' "
         "PUBLICATION p", "CREATE SERVER s FOREIGN DATA WRAPPER w", "SET search_path = pg_temp",
         "SET client_encoding = 'LATIN1'", "SET standard_conforming_strings = off",
         "SET NAMES 'LATIN1'"]
HIDDEN = ["EXPLAIN ANALYZE DELETE FROM accounts", "PREPARE p AS DELETE FROM accounts",
          "DECLARE c CURSOR FOR SELECT * FROM accounts FOR UPDATE",
          "COPY (DELETE FROM accounts RETURNING id) TO STDOUT",
          "SELECT * FROM (WITH w AS (SELECT 1) SELECT * FROM w) x, accounts FOR UPDATE OF accounts",
          "BEGIN READ WRITE", "START TRANSACTION READ WRITE", "SET TRANSACTION READ WRITE",
          "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE",
          "SET default_transaction_read_only = off", "SET transaction_read_only = off",
          "DO $$ BEGIN DELETE FROM accounts; END $$", "CALL nothing()"]
HARMLESS = ["SELECT 1", "TABLE accounts", "VALUES (1), (2)", "SHOW ALL", "SHOW work_mem",
            "SET DateStyle = 'ISO'", "RESET DateStyle", "RESET ALL", "DISCARD ALL",
            "WITH w AS (SELECT 1) SELECT * FROM w", "SELECT 'INSERT INTO x; DROP TABLE y'",
            "SELECT 'delete' AS update FROM accounts -- DROP TABLE accounts",
            "BEGIN; SELECT 1; COMMIT", "BEGIN READ ONLY; COMMIT",
            "BEGIN; SAVEPOINT a; ROLLBACK TO a; RELEASE a; COMMIT",
            "PREPARE p AS SELECT 1; EXECUTE p; DEALLOCATE p",
            "BEGIN; DECLARE c CURSOR FOR SELECT 1; FETCH c; CLOSE c; COMMIT",
            "COPY (SELECT 1) TO STDOUT", "COPY accounts TO STDOUT", "SET application_name = 'x'",
            "SET client_encoding = 'UTF8'", "SET NAMES 'UTF8'", "UNLISTEN *", "CLOSE ALL",
            "SELECT set_config('DateStyle', 'ISO', false)", "SET statement_timeout = '1s'", ""]
READ_ONLY = WRITES + SCHEMA_CHANGES + NEVER + HIDDEN


@pytest.fixture(autouse=True)
def untouched(admin):
    before = fingerprint(admin)
    yield
    assert fingerprint(admin) == before


def check_refused(target, sql):
    with target.connect() as connection:
        refused = connection.simple(sql)
        assert wire.kinds(refused) == "EZ" and wire.statuses(refused) == "I"
        check_refusal(refused[0].fields)
        connection.send(wire.run(sql), wire.SYNC)
        refused = connection.ready()
        assert wire.kinds(refused) == "EZ" and wire.statuses(refused) == "I"
        check_refusal(refused[0].fields)
        assert connection.rows("SELECT 1") == [["1"]]


@pytest.mark.parametrize("sql", READ_ONLY)
def test_refused_in_read_only(read_only, sql):
    check_refused(read_only, sql)


@pytest.mark.parametrize("sql", SCHEMA_CHANGES + NEVER)
def test_refused_in_balanced(balanced, sql):
    check_refused(balanced, sql)


@pytest.mark.parametrize("sql", NEVER)
def test_refused_in_permissive(through, sql):
    check_refused(through, sql)


@pytest.mark.parametrize("sql", HARMLESS)
def test_harmless_ones_pass(direct, read_only, sql):
    """With the same tags and rows as PostgreSQL gives."""
    def play(target):
        with target.connect() as connection:
            return [message.kind + message.tag for message in connection.simple(sql)
                    if message.kind in "CEIZ"]
    got = play(read_only)
    assert got == play(direct) and not any(item[0] == "E" for item in got)


@pytest.mark.parametrize("denied", ["INSERT INTO scratch VALUES (1, 'x')", "SET ROLE reader",
                                    "SELEC 1"])
def test_a_refusal_aborts_the_transaction(read_only, admin, denied):
    """The server agrees: it is not only the gateway that says so."""
    with read_only.connect() as connection:
        (pid,), = connection.rows("SELECT pg_backend_pid()")
        assert wire.statuses(connection.simple("BEGIN")) == "T"
        assert wire.statuses(connection.simple(denied)) == "E"
        eventually(lambda: admin.execute("SELECT state FROM pg_stat_activity WHERE pid = %s",
                                         [int(pid)]).fetchone()
                   == ("idle in transaction (aborted)",), what="the server's agreement")
        answer = connection.simple("SELECT 1")
        assert wire.errors(answer)[0]["C"] == "25P02" and wire.statuses(answer) == "E"
        # In an aborted transaction PostgreSQL's own answer passes, and nothing can run.
        assert wire.statuses(connection.simple(denied)) == "E"
        assert wire.statuses(connection.simple("COMMIT")) == "I"
        assert connection.rows("SELECT 1") == [["1"]]


@pytest.mark.parametrize("sql", [
    "SELECT 1; DROP TABLE scratch", "DROP TABLE scratch; SELECT 1",
    "SELECT 1; SELECT 2; INSERT INTO scratch VALUES (1, ''); SELECT 3",
    "BEGIN; DELETE FROM accounts; COMMIT", "SELECT 1; SELEC 2",
    "COMMIT; DELETE FROM accounts"])
def test_one_refusal_refuses_the_whole_message(read_only, sql):
    with read_only.connect() as connection:
        answer = connection.simple(sql)
        assert wire.kinds(answer) == "EZ" and wire.statuses(answer) == "I"


def test_a_write_beside_a_refused_statement_does_not_run(balanced):
    with balanced.connect() as connection:
        answer = connection.simple("INSERT INTO scratch VALUES (1, 'x'); CREATE TABLE t ()")
        assert wire.kinds(answer) == "EZ"


def test_a_syntax_error_is_worded_like_postgresql(direct, read_only):
    def told(target):
        with target.connect() as connection:
            return [{code: fields.get(code) for code in "SVCMP"} for sql in [
                "SELEC 1", "SELECT 1 +", "SELECT 'abc", "SELECT ü FROM öä FROM", "SELECT 1; FROM x"]
                for fields in wire.errors(connection.simple(sql))]
    wanted = told(direct)
    assert told(read_only) == wanted and len(wanted) == 5


UNREADABLE = {
    "too long": b"SELECT '" + b"x" * (1 << 20) + b"'",
    "too deep": b"SELECT " + b"(" * 20_000 + b"1" + b")" * 20_000,
    "a long chain": b"SELECT 1" + b"+1" * 60_000,
    "nested comments": b"/*" * 40_000 + b"*/" * 40_000 + b"SELECT 1",
    "a run of operators": b"SELECT 1 " + b"+-" * 40_000 + b"1",
    "not UTF-8": b"SELECT '\xff\xfe'",
    "half a character": b"SELECT '\xf0\x9f'",
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_unreadable_text_is_refused_quickly(read_only, name):
    """Whatever the reason, the session survives it, in both protocols."""
    with read_only.connect(timeout=10) as connection:
        for data in (wire.query(UNREADABLE[name]), wire.run(UNREADABLE[name]) + wire.SYNC):
            connection.send(data)
            answer = connection.ready()
            assert wire.kinds(answer) == "EZ", answer[:3]
            assert wire.errors(answer)[0]["S"] == "ERROR"
        assert connection.rows("SELECT 1") == [["1"]]
