# SPDX-License-Identifier: Apache-2.0
"""What PostgreSQL quotes in errors and notices, where the statement itself names no column that may not
be read.

Each attack first runs directly, and has to show the hidden value there. Through the gateway it fails in
the same way - SQLSTATE, constraint - and the value is nowhere in what came back."""

import pathlib
import re

import pytest

from harness import wire
from harness.cluster import DATABASE, PASSWORD, USER, Cluster
from harness.gateway import Target, make_gateway

HIDDEN = re.compile(rb"912-34|900-00|CANARY", re.I)
PROTOCOLS = ("simple", "extended")
POLICY = {"allowed_schemas": ["public"], "allow_explain": True,
          "columns": {"denied_patterns": ["*.ssn", "*.password_hash"]},
          "functions": {"allowed": ["public.loud(integer)", "public.chatty(integer)",
                                    "public.casting(integer)"]}}

# name -> statements, the last of which fails. In simple protocol each is a Query of its own.
ATTACKS = {
    "not null": ["UPDATE users SET email = NULL WHERE id = 1"],
    "not null of a new row": ["INSERT INTO defaults (id) VALUES (1)"],
    "default values": ["INSERT INTO defaults DEFAULT VALUES"],
    "check": ["UPDATE users SET age = -1 WHERE id = 1"],
    "on conflict": ["INSERT INTO users (id, email) VALUES (1, 'x') "
                    "ON CONFLICT (id) DO UPDATE SET age = -1"],
    "merge": ["MERGE INTO users u USING (SELECT 1 AS id) s ON u.id = s.id "
              "WHEN MATCHED THEN UPDATE SET age = -1"],
    "writing with": ["WITH w AS (UPDATE users SET age = -1 WHERE id = 1 RETURNING id) SELECT id FROM w"],
    "check option": ["UPDATE adults SET age = 1 WHERE id = 1"],
    "unique": ["INSERT INTO unique_ssn (id) VALUES (2)"],
    "unique index on an expression": ["INSERT INTO unique_lower (id) VALUES (2)"],
    "exclusion": ["INSERT INTO excluded (id) VALUES (2)"],
    "foreign key of a new row": ["INSERT INTO children (id) VALUES (2)"],
    "foreign key of a deleted row": ["DELETE FROM parents WHERE id = 1"],
    "deferred, at commit": ["BEGIN", "INSERT INTO deferred (id) VALUES (1)", "COMMIT"],
    "deferred, at once": ["BEGIN", "INSERT INTO deferred (id) VALUES (1)",
                          "SET CONSTRAINTS ALL IMMEDIATE"],

    "no partition": ["INSERT INTO routed (id) VALUES (1)"],
    "wrong partition": ["UPDATE aged_young SET age = 70 WHERE id = 1"],
    "generated column": ["INSERT INTO generated (id) VALUES (1)"],
    "index expression": ["INSERT INTO indexed (id) VALUES (1)"],
    "index predicate": ["INSERT INTO partly_indexed (id) VALUES (1)"],
    "cast in a check": ["INSERT INTO checked (id) VALUES (1)"],
    "cast in a domain": ["INSERT INTO domains (id) VALUES (1)"],
    "trigger with transition table": ["INSERT INTO transitions (id) VALUES (1)"],
    "trigger at commit": ["BEGIN", "INSERT INTO at_commit (id) VALUES (1)", "COMMIT"],
    "row security": ["SELECT id FROM guarded"],
    "raise in a function": ["SELECT loud(1)"],
    "notice in a function": ["SELECT chatty(1)"],
    "cast in a function": ["SELECT casting(1)"],
    "in a transaction": ["BEGIN", "UPDATE users SET age = -1 WHERE id = 1"],
    "in a cursor": ["BEGIN", "DECLARE c CURSOR FOR SELECT id FROM as_int", "FETCH ALL FROM c"],
    "in a prepared statement": ["PREPARE p AS UPDATE users SET age = -1 WHERE id = 1", "EXECUTE p"],
    "explain analyze": ["EXPLAIN ANALYZE SELECT id FROM as_int"],
    "copy out": ["COPY (SELECT id FROM as_int) TO STDOUT"],
}
ATTACKS |= {f"trigger: {kind}": [f"UPDATE raising SET kind = '{kind}' WHERE id = 1"]
            for kind in ("exception", "detail", "hint", "state", "constraint", "column", "assert", "notice",
                         "warning", "info", "nested", "dynamic")}
ATTACKS |= {f"view: {view}": [f"SELECT id FROM {view}"]
            for view in ("as_int", "as_json", "as_timestamp", "as_enum", "as_regclass", "as_regtype",
                         "as_regproc", "as_regprocedure", "as_regrole", "as_regnamespace", "as_regconfig",
                         "as_tsquery", "as_zone", "as_unit", "as_interval", "as_uuid",
                         "as_encoding", "as_array", "as_format")}
# What a client said itself, and rows that may be read: not a word is lost.
HARMLESS = [
    "SELECT 'abc'::int", "SELECT 1 / 0", "SELECT '{'::json", "SELECT 'x' ~ '('",
    "SELECT id FROM open WHERE id = '912-34-567x'",
    "INSERT INTO open VALUES (1, 'again', 1)", "INSERT INTO open (id) VALUES (2)",
    "UPDATE open SET size = 0 WHERE id = 1", "INSERT INTO open VALUES (3, 'x', 'abc')",
    "INSERT INTO open VALUES (1, 'x', 1) ON CONFLICT (id) DO UPDATE SET size = 0",
    "SELECT to_date('nonsense', 'Month')", "SELECT now()::text::int4 IS NULL WHERE false", "SELEC 1",
]


@pytest.fixture(scope="module")
def hiding():
    """PostgreSQL itself, and the gateway in front of it."""
    cluster = Cluster(schema=pathlib.Path(__file__).parent / "harness" / "hidden_values.sql")
    try:
        gateway = make_gateway(cluster.port, {"mode": "balanced", "access_policy": POLICY})
        yield Target(cluster.port), gateway
        gateway.stop()
    finally:
        cluster.destroy()


def login(target):
    connection = wire.Wire(target.port)
    connection.login(USER, PASSWORD, DATABASE)
    return connection


def play(target, statements, protocol):
    """All that comes back, from the first statement on; what was done is undone by the next play."""
    with login(target) as connection:
        wrapped = statements if statements[0] == "BEGIN" else ["BEGIN", *statements]
        messages = []
        for sql in wrapped:
            connection.send(wire.query(sql) if protocol == "simple" else wire.run(sql) + wire.SYNC)
            messages += connection.ready()
        connection.send(wire.TERMINATE)
        connection.rest()
        return messages


def bytes_of(messages):
    return b"\n".join(one.body for one in messages)


def outcome(messages):
    """What an application decides by: tags, and of errors the state and what it was about."""
    found = []
    for one in messages:
        if one.kind == "E":
            found.append({code: value for code, value in one.fields.items() if code in "SVCn"
                          and not HIDDEN.search(value.encode())})
        elif one.kind in "CZ":
            found.append(one.tag)
    return found


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("attack", ATTACKS)
def test_a_hidden_value_stays_hidden(hiding, attack, protocol):
    direct, gateway = hiding
    shown = play(direct, ATTACKS[attack], protocol)
    assert HIDDEN.search(bytes_of(shown)), "the attack shows nothing"
    got = play(gateway, ATTACKS[attack], protocol)
    assert not HIDDEN.search(bytes_of(got)), [one.fields for one in got if one.kind in "EN"]
    assert outcome(got) == outcome(shown)


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("sql", HARMLESS)
def test_an_error_about_what_may_be_read_stays_whole(hiding, sql, protocol):
    wanted, got = ([one.fields for one in play(target, [sql], protocol) if one.kind in "EN"]
                   for target in hiding)
    for fields in wanted + got:
        for source in "FLR":
            fields.pop(source, None)
    assert got == wanted


def test_a_row_that_is_copied_in_stays_hidden(hiding):
    for target, hidden in zip(hiding, (False, True)):
        with login(target) as connection:
            connection.send(wire.query("COPY defaults (id, email) FROM STDIN"))
            connection.read_until("G")
            connection.send(wire.copy_data("1\t\\N\n"), wire.COPY_DONE)
            messages = connection.ready()
        (error,) = wire.errors(messages)
        assert error["C"] == "23502"
        assert bool(HIDDEN.search(bytes_of(messages))) != hidden, error


def test_values_in_a_pipeline_stay_hidden(hiding):
    statements = ["UPDATE raising SET kind = 'notice' WHERE id = 1",
                  "UPDATE users SET age = 3 WHERE id = 1",
                  "UPDATE users SET age = -1 WHERE id = 1", "SELECT id FROM as_int"]
    for target, hidden in zip(hiding, (False, True)):
        with login(target) as connection:
            connection.send(*map(wire.run, statements), wire.SYNC, wire.run("SELECT id FROM as_int"),
                            wire.SYNC, wire.run("SELECT 7"), wire.SYNC)
            messages = connection.ready(3)
        assert [error["C"] for error in wire.errors(messages)] == ["23514", "22P02"]
        assert [one.columns for one in messages if one.kind == "D"] == [["7"]]
        assert bool(HIDDEN.search(bytes_of(messages))) != hidden


def test_a_batch_in_one_query_stays_hidden(hiding):
    sql = ("UPDATE raising SET kind = 'warning' WHERE id = 1; SELECT 'mine'; "
           "UPDATE users SET age = -1 WHERE id = 2")
    for target, hidden in zip(hiding, (False, True)):
        with login(target) as connection:
            messages = connection.simple(sql)
        assert wire.errors(messages)[0]["n"] == "users_age_check"
        assert bool(HIDDEN.search(bytes_of(messages))) != hidden
