# SPDX-License-Identifier: Apache-2.0
"""Refusals among other messages: pipelines, units of the extended protocol, COPY, names."""

import pytest

from harness import wire
from harness.refusal import check_refusal, fingerprint
from harness.wire import FLUSH, SYNC, bind, describe, execute, parse, query, run

WRITE = "INSERT INTO scratch VALUES (1, 'never')"


@pytest.fixture(autouse=True)
def untouched(admin):
    before = fingerprint(admin)
    yield
    assert fingerprint(admin) == before


@pytest.fixture
def session(read_only):
    with read_only.connect() as connection:
        yield connection
        assert connection.rows("SELECT 'still here'") == [["still here"]]


def test_refusal_behind_an_unanswered_begin(session):
    session.send(query("BEGIN"), query(WRITE), query("SELECT 1"), query("ROLLBACK"))
    answer = session.ready(4)
    assert wire.statuses(answer) == "TEEI"
    assert [fields["C"] for fields in wire.errors(answer)] == ["42501", "25P02"]


def test_refusal_behind_an_unanswered_select(session):
    session.send(query("SELECT 1"), query(WRITE), query("SELECT 2"))
    answer = session.ready(3)
    assert wire.kinds(answer) == "TDCZ" "EZ" "TDCZ" and wire.statuses(answer) == "III"


def test_refusal_behind_an_unanswered_begin_extended(session):
    session.send(run("BEGIN"), SYNC, run(WRITE), SYNC, run("SELECT 1"), SYNC, run("COMMIT"), SYNC)
    answer = session.ready(4)
    assert wire.statuses(answer) == "TEEI"
    assert [message.tag for message in answer if message.kind == "C"] == ["BEGIN", "ROLLBACK"]


def test_what_follows_a_refused_parse_is_skipped_up_to_sync(session):
    session.send(run(WRITE), run("SELECT 1"), describe(b"S", "none"), SYNC, run("SELECT 2"), SYNC)
    answer = session.ready(2)
    assert wire.kinds(answer) == "EZ" "12TDCZ"
    check_refusal(answer[0].fields)


def test_refused_then_allowed_parse_of_one_name_in_one_unit(session):
    session.send(parse(WRITE, "s"), parse("SELECT 1", "s"), bind(name="s"), execute(), SYNC)
    assert wire.kinds(session.ready()) == "EZ"
    session.send(bind(name="s"), execute(), SYNC)
    assert wire.errors(session.ready())[0]["C"] == "26000"


def test_allowed_then_refused_in_one_unit(session):
    session.send(run("SELECT 1"), run(WRITE), run("SELECT 2"), SYNC)
    answer = session.ready()
    assert wire.kinds(answer) == "12TDC" "EZ" and wire.statuses(answer) == "I"


def test_a_write_before_a_refused_statement_is_rolled_back(balanced):
    """As PostgreSQL does with an error: the unit is one implicit transaction."""
    with balanced.connect() as connection:
        connection.send(run(WRITE), run("CREATE TABLE t ()"), SYNC)
        answer = connection.ready()
        assert wire.kinds(answer) == "12nC" "EZ"
        assert connection.rows("SELECT count(*) FROM scratch") == [["0"]]


def test_errors_before_a_refusal_win(session):
    session.send(run("SELECT 1/0"), run(WRITE), SYNC)
    answer = session.ready()
    assert [fields["C"] for fields in wire.errors(answer)] == ["22012"]


def test_a_failed_refusal_keeps_the_older_statement_of_that_name(session):
    session.send(parse("SELECT 'old'", "s"), SYNC)
    session.ready()
    session.send(parse(WRITE, "s"), SYNC)
    assert wire.kinds(session.ready()) == "EZ"
    session.send(bind(name="s"), execute(), SYNC)
    answer = session.ready()
    assert [message.columns for message in answer if message.kind == "D"] == [["old"]]


def test_the_statement_that_runs_is_the_one_that_was_judged(through):
    """Close and Parse behind an error never happened: the old statement stays, with its verdict."""
    with through.connect() as connection:
        connection.send(parse("SELECT 'old'", "s"), SYNC)
        connection.ready()
        connection.send(run("SELECT 1/0"), wire.close(b"S", "s"), parse("SELECT 'new'", "s"), SYNC,
                        bind(name="s"), execute(), SYNC)
        answer = connection.ready(2)
        assert [message.columns for message in answer if message.kind == "D"] == [["old"]]


def test_flush_brings_the_refusal_without_sync(session):
    session.send(parse(WRITE), FLUSH)
    check_refusal(session.read().fields)
    session.send(bind(), execute(), SYNC)
    assert wire.kinds(session.ready()) == "Z"


def test_a_refused_copy_leaves_no_data_behind(session):
    session.send(query("COPY scratch FROM STDIN"), wire.copy_data("1\ta\n") * 100, wire.COPY_DONE,
                 query("SELECT 1"))
    answer = session.ready(2)
    assert wire.kinds(answer) == "EZ" "TDCZ"


def test_a_refused_copy_in_extended_protocol(session):
    session.send(run("COPY scratch FROM STDIN"), SYNC, wire.copy_data("1\ta\n"), wire.COPY_DONE,
                 SYNC, run("SELECT 1"), SYNC)
    answer = session.ready(3)
    assert wire.kinds(answer) == "EZ" "Z" "12TDCZ"


@pytest.mark.parametrize("begin, status", [(None, "I"), ("BEGIN", "E")])
def test_function_calls_are_refused(session, begin, status):
    if begin:
        session.simple(begin)
    session.send(wire.function_call(1299))  # now()
    answer = session.ready()
    assert wire.kinds(answer) == "EZ" and wire.statuses(answer) == status
    session.simple("ROLLBACK")


def test_large_objects_are_read_another_way(session):
    """libpq's lo_open() and others come as FunctionCall."""
    session.send(wire.function_call(952, b"\0\0\0\1", b"\0\4\0\0"))
    fields = check_refusal(wire.errors(session.ready())[0], "42501")
    assert "lo_get" in fields["H"]


def test_a_refused_prepare_does_not_exist(session):
    assert wire.kinds(session.simple(f"PREPARE p AS {WRITE}")) == "EZ"
    assert wire.errors(session.simple("EXECUTE p"))[0]["C"] == "26000"


def test_refusals_of_a_whole_pipeline(session):
    """One ReadyForQuery a unit, whatever the mixture."""
    units, wanted = [], ""
    for number in range(60):
        denied = number % 3 == 1
        if number % 2:
            units.append(query(WRITE if denied else "SELECT 1"))
            wanted += "EZ" if denied else "TDCZ"
        else:
            units.append(run(WRITE if denied else "SELECT 1") + SYNC)
            wanted += "EZ" if denied else "12TDCZ"
    session.send(*units)
    assert wire.kinds(session.ready(len(units))) == wanted


def test_savepoints_bring_back_a_refused_transaction(session):
    assert wire.statuses(session.simple("BEGIN; SAVEPOINT a")) == "T"
    assert wire.statuses(session.simple(WRITE)) == "E"
    assert wire.statuses(session.simple("ROLLBACK TO a")) == "T"
    assert session.rows("SELECT 1") == [["1"]]
    assert wire.statuses(session.simple("COMMIT")) == "I"
