# SPDX-License-Identifier: Apache-2.0
"""Results that are larger than a read_only principal may have, and statements that cost too much:
each ends within bounds, by a cap or by a timeout, and the session goes on."""

import json

import psycopg
import pytest

from conftest import running
from harness import audit, wire
from harness.policy import corpus
from harness.waiting import eventually
from harness.wire import code_of, errors, kinds, statuses

ROWS, BYTES = 1000, 100_000
LIMITS = {"mode": "read_only", "statement_timeout": "60s",
          "limits": {"max_result_rows": ROWS, "max_result_bytes": BYTES}}
# Row by row: a function in FROM would be read to its end first.
MANY = "SELECT generate_series(1, 5000000)"
TIMEOUT, CAP = "57014", "54000"
# By what each of the corpus's attacks ends. The others of its category end before they run. array_fill does not look
# whether its time is over: on a fast machine it is done before, and the cap ends what it made.
ATTACKS = {"A-resource-002": {TIMEOUT}, "A-resource-010": {TIMEOUT}, "A-resource-021": {TIMEOUT},
           "A-resource-026": {TIMEOUT, CAP}, "A-resource-027": {TIMEOUT}, "A-resource-030": {CAP}}


@pytest.fixture(scope="module")
def capped(cluster):
    with running(cluster.port, LIMITS) as gateway:
        yield gateway


@pytest.fixture(scope="module")
def hurried(cluster):
    with cluster.admin() as admin:
        admin.execute("CREATE SCHEMA analytics; GRANT USAGE ON SCHEMA analytics TO PUBLIC")
        admin.execute("CREATE TABLE analytics.page_views AS SELECT g, md5(g::text) AS page "
                      "FROM generate_series(1, 200000) g; GRANT SELECT ON analytics.page_views TO PUBLIC")
    with running(cluster.port, LIMITS | {"statement_timeout": "700ms"}) as gateway:
        yield gateway


def expect_cut(messages, rows=ROWS):
    """ErrorResponse behind the rows that fit, and nothing but ReadyForQuery behind it."""
    (error,) = errors(messages)
    assert (error["S"], error["C"]) == ("ERROR", "54000"), error
    assert error["D"].startswith("RESULT_TOO_LARGE: at most 1000 rows") and "LIMIT" in error["H"]
    assert kinds(messages).lstrip("12T") == "D" * rows + "EZ"


def test_a_result_ends_behind_the_rows_that_fit(capped, admin):
    with capped.connect() as connection:
        expect_cut(connection.simple(MANY))
        active = "SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND query = %s"
        assert not admin.execute(active, [MANY]).fetchone()
        # Just what fits, and one more: the server is done with it before a cancel could come.
        fits = f"SELECT g FROM generate_series(1, {ROWS}) g"
        assert len(connection.rows(fits)) == ROWS
        expect_cut(connection.simple(f"SELECT g FROM generate_series(1, {ROWS + 1}) g"))
        for _ in range(20):
            expect_cut(connection.simple(MANY))
            assert connection.rows("SELECT 1") == [["1"]]


def test_the_audit_tells_what_was_cut(capped):
    with capped.connect() as connection:
        connection.simple(f"{MANY} -- audited")
    ((_, end),) = audit.settled(capped, "-- audited")
    result = end["result"]
    assert (result["status"], result["error_code"]) == ("error", "RESULT_TOO_LARGE")
    assert (result["truncated"], result["rows"], result["sqlstate"]) == (True, ROWS, "54000")


def test_an_execute_ends_as_by_an_error(capped):
    with capped.connect() as connection:
        connection.send(wire.run(MANY), wire.run("SELECT 1"), wire.SYNC)
        expect_cut(connection.ready())
        connection.send(wire.run("SELECT 2"), wire.SYNC)
        assert kinds(connection.ready()) == "12TDCZ"
        # Portals count each time that they run.
        connection.send(wire.run(MANY, max_rows=600), wire.execute("", 600), wire.SYNC)
        assert kinds(connection.ready()) == "12T" + "D" * 600 + "s" + "D" * 600 + "sZ"


@pytest.mark.parametrize("sql", [MANY, f"SELECT generate_series(1, {ROWS + 1})"])
def test_a_transaction_is_aborted(capped, sql):
    with capped.connect() as connection:
        connection.simple("BEGIN")
        messages = connection.simple(sql)
        expect_cut(messages)
        assert statuses(messages) == "E"
        assert code_of(connection, "SELECT 1") == "25P02"
        assert statuses(connection.simple("ROLLBACK")) == "I"
        assert connection.rows("SELECT 1") == [["1"]]


def test_the_rest_of_a_query_is_skipped(capped):
    with capped.connect() as connection:
        expect_cut(connection.simple(f"SELECT g FROM generate_series(1, {ROWS + 1}) g; SELECT 'x'"))


def test_copies_are_counted(capped):
    with capped.connect() as connection:
        messages = connection.simple(f"COPY ({MANY}) TO STDOUT")
        assert kinds(messages) == "H" + "d" * ROWS + "EZ"
        assert connection.rows("SELECT 1") == [["1"]]


def test_no_byte_of_a_row_that_is_too_large_arrives(capped):
    with capped.connect() as connection:
        messages = connection.simple("SELECT repeat('x', 5000000)")
        assert kinds(messages) == "TEZ" and errors(messages)[0]["C"] == "54000"
        messages = connection.simple("SELECT repeat('x', 30000) FROM generate_series(1, 1000)")
        assert kinds(messages) == "TDDDEZ"


def test_what_is_pipelined_behind_is_answered(capped):
    """A cancel of the gateway's own may at worst reach what was sent behind it before."""
    with capped.connect() as connection:
        connection.send(wire.query(MANY), wire.query("SELECT 'next'"), wire.query("SELECT 'last'"))
        messages = connection.ready(3)
        expect_cut(messages[:messages.index(next(one for one in messages if one.kind == "Z")) + 1])
        assert kinds(messages).endswith("TDCZ")
        assert all(error["C"] in ("54000", "57014") for error in errors(messages))


def test_drivers_take_it_as_an_error(capped):
    with capped.psycopg(autocommit=True) as connection:
        with pytest.raises(psycopg.errors.ProgramLimitExceeded):
            connection.execute(MANY)
        with connection.cursor() as cursor, pytest.raises(psycopg.errors.ProgramLimitExceeded):
            with cursor.copy(f"COPY ({MANY}) TO STDOUT") as copy:
                for _ in copy:
                    pass
        with connection.transaction(), connection.cursor("named") as cursor:
            cursor.execute(MANY)
            for _ in range(3):
                assert len(cursor.fetchmany(ROWS)) == ROWS
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_other_modes_have_no_caps(gateways):
    changes = {"principals": [{"match": {"users": ["tester"]}, "mode": "balanced"}]}
    with gateways(LIMITS | changes).connect() as connection:
        assert len(connection.rows(f"SELECT g FROM generate_series(1, {ROWS + 1}) g")) == ROWS + 1


def test_the_roles_limit_of_temporary_files_holds(gateways, admin):
    """PostgreSQL lets only superusers set it, so the gateway does not pin it."""
    admin.execute("ALTER ROLE tester SET temp_file_limit = '1MB'")
    try:
        with gateways(LIMITS).connect() as connection:
            connection.simple("SET temp_file_limit = -1")
            connection.simple("RESET ALL")
            connection.simple("DISCARD ALL")
            sql = "SELECT max(a) FROM (SELECT random() a FROM generate_series(1, 1000000) ORDER BY 1) s"
            assert code_of(connection, sql) == "53400"
    finally:
        admin.execute("ALTER ROLE tester RESET temp_file_limit")


@pytest.mark.parametrize("name", ATTACKS)
def test_attacks_of_the_corpus_end_within_bounds(hurried, name):
    (case,) = [one for one in corpus("corpus.jsonl") if one["id"] == name]
    with hurried.connect() as connection:
        messages = connection.simple(case["sql"])
        (error,) = errors(messages)
        assert error["C"] in ATTACKS[name], json.dumps(error)
        assert sum(len(one.body) for one in messages) <= BYTES + 1000
        assert connection.rows("SELECT 1") == [["1"]]
    eventually(lambda: hurried.metric("postern_requests_in_flight") == 0)
