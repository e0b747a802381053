# SPDX-License-Identifier: Apache-2.0
"""How much one user may do: statements a minute, sessions that run something."""

import json
import re
import signal

from harness import wire
from harness.cluster import DATABASE, PASSWORD, USER
from harness.refusal import check_refusal
from harness.waiting import eventually
from harness.wire import code_of

OTHER = "other"


def limited(gateways, limits, **database):
    return gateways({"mode": "permissive", "limits": limits} | database, users=[
        {"name": name, "auth": "scram-sha-256", "password": PASSWORD} for name in (USER, OTHER)])


def denied_records(gateway):
    return [record for record in gateway.audit() if record["event_type"] == "query_denied"]


def test_statements_a_minute_over_all_sessions_of_a_user(gateways):
    gateway = limited(gateways, {"statements_per_minute": 4})
    with gateway.connect() as one, gateway.connect() as two, gateway.connect(user=OTHER) as other:
        assert code_of(one, "SELECT 1") is None
        assert code_of(two, "SELECT 1; SELECT 2") is None
        one.send(wire.parse("SELECT 1", "p"), wire.message(b"S"))
        assert not wire.errors(one.ready()), "a Parse counts nothing"
        one.send(wire.bind(name="p"), wire.execute(), wire.message(b"S"))
        assert not wire.errors(one.ready())
        fields = check_refusal(wire.errors(two.simple("SELECT 1"))[0], "53400")
        assert "limits.statements_per_minute" in fields["D"]
        assert re.fullmatch(r"Retry after \d+ s\.", fields["H"])
        one.send(wire.bind(name="p"), wire.execute(), wire.message(b"S"))
        assert wire.errors(one.ready())[0]["C"] == "53400"
        assert code_of(other, "SELECT 1") is None, "another user has a minute of its own"
    assert gateway.metric("postern_rate_limit_exceeded_total",
                          limit_type="statements_per_minute") == 2
    assert gateway.metric("postern_rate_limit_current", limit_type="statements_per_minute") == 5
    records = eventually(lambda: len(denied_records(gateway)) == 2 and denied_records(gateway))
    assert records[0]["result"]["error_code"] == "RATE_LIMIT_EXCEEDED"
    assert records[0]["violations"][0]["check"] == "rate"


def test_a_transaction_can_always_be_ended(gateways):
    gateway = limited(gateways, {"statements_per_minute": 2})
    with gateway.connect() as connection:
        assert code_of(connection, "BEGIN") is None
        assert code_of(connection, "UPDATE accounts SET balance = balance WHERE id = 1") is None
        assert code_of(connection, "COMMIT") is None
        assert code_of(connection, "SELECT 1") == "53400"
        assert code_of(connection, "ROLLBACK") is None


def test_a_refusal_in_a_transaction_aborts_it(gateways):
    gateway = limited(gateways, {"statements_per_minute": 1})
    with gateway.connect() as connection:
        assert code_of(connection, "BEGIN") is None
        answer = connection.simple("SELECT 1")
        assert wire.errors(answer)[0]["C"] == "53400"
        assert wire.statuses(answer) == "E"
        assert code_of(connection, "ROLLBACK") is None


def test_sessions_that_run_something(gateways, admin):
    gateway = limited(gateways, {"running_statements": 1})
    lock = "SELECT pg_advisory_xact_lock(5550)"
    with gateway.connect() as one, gateway.connect() as two, admin.transaction():
        admin.execute(lock)
        one.send(wire.query(lock))
        eventually(lambda: gateway.metric("postern_rate_limit_current",
                                          limit_type="running_statements") == 1)
        fields = check_refusal(wire.errors(two.simple("SELECT 1"))[0], "53400")
        assert "limits.running_statements" in fields["D"]
        one.send(wire.query("SELECT 2"))  # it runs one already
        wire.send_cancel(gateway.port, one.key)
        assert [each["C"] for each in wire.errors(one.ready(2))] == ["57014"]
        assert code_of(two, "SELECT 1") is None
    assert gateway.metric("postern_rate_limit_current", limit_type="running_statements") == 0


def test_a_client_that_vanishes_gives_back(gateways, admin):
    gateway = limited(gateways, {"running_statements": 1})
    lock = "SELECT pg_advisory_xact_lock(5551)"
    with gateway.connect() as two, admin.transaction():
        admin.execute(lock)
        for _ in range(3):
            one = gateway.connect()
            one.send(wire.query(lock))
            eventually(lambda: gateway.metric("postern_rate_limit_current",
                                              limit_type="running_statements") == 1)
            one.reset()
            eventually(lambda: code_of(two, "SELECT 1") is None)


def test_limits_of_a_principal_and_a_reload(gateways):
    principal = {"match": {"users": [OTHER]}, "limits": {"statements_per_minute": 0}}
    gateway = limited(gateways, {"statements_per_minute": 1}, principals=[principal])
    with gateway.connect() as one, gateway.connect(user=OTHER) as other:
        assert [code_of(other, "SELECT 1") for _ in range(3)] == [None] * 3
        assert [code_of(one, "SELECT 1") for _ in range(2)] == [None, "53400"]
        gateway.database_changes["limits"] = {"statements_per_minute": 3}
        (gateway.folder / "postern.yaml").write_text(json.dumps(gateway.config()))
        gateway.process.send_signal(signal.SIGHUP)
        eventually(lambda: gateway.metric("postern_config_reload_total", result="ok") == 1)
        assert [code_of(one, "SELECT 1") for _ in range(3)] == [None, None, "53400"]
    assert DATABASE in gateway.audit()[0]["database"]
