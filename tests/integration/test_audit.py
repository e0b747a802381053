# SPDX-License-Identifier: Apache-2.0
"""Every statement has exactly one decision record, and every allowed one exactly one end record."""

import itertools

import pytest

from harness import wire
from harness.audit import decisions, settled
from harness.slow_disk import SlowDisk
from harness.waiting import eventually
from harness.wire import SYNC, bind, execute, parse, query, run

numbers = itertools.count(1)


@pytest.fixture
def marker():
    """A text that occurs in the statements of one test only."""
    return f"audit-{next(numbers)}-marker"


def statuses(pairs):
    return [(decision["event_type"], end and end["result"]["status"]) for decision, end in pairs]


def test_a_decision_record_says_who_and_what(read_only, marker):
    with read_only.connect(parameters={"application_name": "auditor"}) as connection:
        connection.rows(f"SELECT '{marker}'")
    (decision, end), = settled(read_only, marker)
    assert decision["event_type"] == "query_allowed" and decision["door"] == "wire"
    assert decision["database"] == "app"
    assert decision["principal"] == {"user": "tester", "auth": "scram-sha-256"}
    assert decision["client_info"]["ip"] == "127.0.0.1"
    assert decision["client_info"]["application"] == "auditor"
    assert decision["query"]["sql"] == f"SELECT '{marker}'"
    assert end["event_type"] == "query_executed" and end["result"]["rows"] == 1
    assert end["seq"] > decision["seq"]


def test_a_denied_statement(read_only, marker):
    with read_only.connect() as connection:
        connection.simple(f"INSERT INTO scratch VALUES (1, '{marker}')")
    (decision, _), = settled(read_only, marker)
    assert decision["event_type"] == "query_denied"
    assert decision["result"]["status"] == "denied"
    assert decision["result"]["error_code"] == "UNSAFE_SQL"
    assert decision["violations"][0]["check"] == "statement"


def test_each_statement_of_a_message(read_only, marker):
    with read_only.connect() as connection:
        connection.simple(f"SELECT '{marker} a'; SELECT '{marker} b'; SELECT '{marker} c'")
    pairs = settled(read_only, marker, 3)
    assert [decision["query"]["sql"] for decision, _ in pairs] == [
        f"SELECT '{marker} {letter}'" for letter in "abc"]
    assert {end["result"]["status"] for _, end in pairs} == {"ok"}


def test_the_rest_of_a_failed_message_was_skipped(through, marker):
    with through.connect() as connection:
        connection.simple(f"SELECT '{marker}'; SELECT 1/0, '{marker}'; SELECT 2, '{marker}'")
    pairs = settled(through, marker, 3)
    assert [end["result"]["status"] for _, end in pairs] == ["ok", "error", "skipped"]
    assert pairs[1][1]["event_type"] == "query_failed"


def test_a_message_with_a_refused_statement_runs_nothing(read_only, marker):
    with read_only.connect() as connection:
        connection.simple(f"SELECT '{marker}'; DROP TABLE scratch /* {marker} */")
    found = eventually(lambda: decisions(read_only, marker))
    assert "query_allowed" not in {record["event_type"] for record in found}


def test_extended_protocol(read_only, marker):
    with read_only.connect() as connection:
        connection.send(run(f"SELECT '{marker}'"), SYNC)
        connection.ready()
    (_, end), = settled(read_only, marker)
    assert end["result"] ["status"] == "ok"


def test_each_execution_of_a_prepared_statement(read_only, marker):
    """Parsed once, run three times: three ends, so three decisions at least."""
    with read_only.connect() as connection:
        connection.send(parse(f"SELECT '{marker}'", "s"), SYNC)
        connection.ready()
        for _ in range(3):
            connection.send(bind(name="s"), execute(), SYNC)
            connection.ready()
    found = eventually(lambda: len(decisions(read_only, marker)) >= 4 and
                       settled(read_only, marker, len(decisions(read_only, marker))))
    assert [end["result"]["status"] for _, end in found].count("ok") == 3


def test_a_pipeline_with_an_error(through, marker):
    with through.connect() as connection:
        connection.send(run(f"SELECT '{marker}'"), run(f"SELECT 1/0, '{marker}'"),
                        run(f"SELECT 2, '{marker}'"), SYNC)
        connection.ready()
    pairs = settled(through, marker, 3)
    assert [end["result"]["status"] for _, end in pairs] == ["ok", "error", "skipped"]


def test_a_cancelled_statement(through, marker):
    with through.connect() as connection:
        connection.send(query(f"SELECT pg_sleep(120), '{marker}'"))
        eventually(lambda: decisions(through, marker))  # before it, the cancel hits the wait
        eventually(lambda: wire.send_cancel(through.port, connection.key) or
                   any(settled_now(through, marker)))
        assert wire.errors(connection.ready())[0]["C"] == "57014"
    (_, end), = settled(through, marker)
    assert end["result"]["status"] == "cancelled"


def settled_now(gateway, marker):
    requests = {record["request_id"] for record in decisions(gateway, marker)}
    return [record for record in gateway.audit() if record["event_type"] == "query_failed"
            and record["request_id"] in requests]


def test_a_client_that_goes_away(through, marker, admin):
    connection = through.connect()
    connection.send(query(f"SELECT pg_sleep(120), '{marker}'"))
    eventually(lambda: decisions(through, marker))
    connection.reset()
    (_, end), = settled(through, marker)
    assert end["result"]["status"] == "disconnected"
    eventually(lambda: admin.execute("SELECT count(*) FROM pg_stat_activity WHERE query LIKE %s "
                                     "AND pid <> pg_backend_pid()",
                                     [f"%{marker}%"]).fetchone() == (0,),
               what="the end of the abandoned query")


def test_a_server_that_goes_away(through, marker, admin):
    with through.connect() as connection:
        (pid,), = connection.rows("SELECT pg_backend_pid()")
        connection.send(query(f"SELECT pg_sleep(120), '{marker}'"))
        eventually(lambda: decisions(through, marker))
        admin.execute("SELECT pg_terminate_backend(%s)", [int(pid)])
        connection.rest()
    (_, end), = settled(through, marker)
    assert end["event_type"] == "query_failed"


@pytest.mark.parametrize("text, sqlstate", [("SELEC {}", "42601"), ("SELECT '{}", "42601")])
def test_unreadable_text(read_only, marker, text, sqlstate):
    with read_only.connect() as connection:
        answer = connection.simple(text.format(marker))
        assert wire.errors(answer)[0]["C"] == sqlstate
    (decision, _), = settled(read_only, marker)
    assert decision["event_type"] == "query_denied"
    assert decision["result"]["error_code"] == "SYNTAX_ERROR"


def test_sessions_begin_and_end(read_only):
    with read_only.connect(parameters={"application_name": "short visit"}):
        pass

    def events():
        records = read_only.audit()
        ids = [record["session_id"] for record in records if
               record["event_type"] == "session_started" and
               (record.get("client_info") or {}).get("application") == "short visit"]
        return [record["event_type"] for record in records if record["session_id"] in ids]
    eventually(lambda: events() == ["session_started", "session_ended"], what="both records")


def test_failed_logins_are_recorded(read_only):
    with pytest.raises(wire.ServerError):
        read_only.connect(password="wrong")
    eventually(lambda: any(record["event_type"] == "authentication_failed"
                           for record in read_only.audit()))


def test_no_record_has_a_password(read_only):
    assert "tester-password" not in read_only.audit_path.read_text() + read_only.log_text()


def test_records_are_numbered_without_a_gap(read_only):
    numbers = [record["seq"] for record in read_only.audit()]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def told_by(gateway, sql):
    """The SQLSTATE of the error that refuses `sql`, or already the login."""
    try:
        with gateway.connect() as connection:
            connection.send(query(sql), wire.TERMINATE)
            return wire.errors(connection.rest())[0]["C"]
    except wire.ServerError as failure:
        return failure.sqlstate


@pytest.mark.parametrize("durability", ["write", "fsync"])
def test_nothing_runs_when_the_audit_cannot_be_written(gateways, admin, durability):
    gateway = gateways({"mode": "permissive"},
                       audit={"file_path": "/dev/full", "durability": durability})
    assert told_by(gateway, "INSERT INTO scratch VALUES (1, 'unseen')") == "58030"
    assert admin.execute("SELECT count(*) FROM scratch").fetchone() == (0,)
    eventually(lambda: gateway.get("/readyz")[0] == 503, what="/readyz to say so")
    assert gateway.get("/healthz")[0] == 200


@pytest.mark.parametrize("on_failure", ["deny", "continue"])
def test_a_disk_that_stops_answering(gateways, admin, tmp_path, monkeypatch, on_failure):
    audit = {"durability": "fsync", "write_timeout": "200ms", "on_failure": on_failure}
    with SlowDisk(tmp_path, monkeypatch) as disk:
        gateway = gateways({"mode": "permissive"}, audit=audit)
    with gateway.connect() as connection:
        assert connection.rows("SELECT 1") == [["1"]]
        disk.stop_answering()
        connection.send(query("INSERT INTO scratch VALUES (1, 'held')"), wire.TERMINATE)
        held = connection.rest()
    if on_failure == "continue":
        assert not wire.errors(held)
        assert admin.execute("DELETE FROM scratch RETURNING v").fetchall() == [("held",)]
    else:
        assert wire.errors(held)[0]["C"] == "58030"
        assert told_by(gateway, "INSERT INTO scratch VALUES (1, 'unseen')") == "58030"
        assert "not answered" in gateway.get("/readyz")[1]
        assert admin.execute("SELECT count(*) FROM scratch").fetchone() == (0,)
    disk.answer_again()
    eventually(lambda: gateway.get("/readyz")[0] == 200, what="/readyz to be well again")
    with gateway.connect() as connection:
        assert connection.rows("SELECT 'again'") == [["again"]]
    assert settled(gateway, "held") and settled(gateway, "again")
