# SPDX-License-Identifier: Apache-2.0
"""Health, metrics, status, log lines, and how the process ends."""

import json
import signal
import socket

import pytest

from harness import wire
from harness.cluster import DATABASE, PASSWORD, USER
from harness.waiting import eventually


def test_health_and_readiness(through):
    assert through.get("/healthz")[0] == 200
    assert through.get("/readyz")[0] == 200
    assert through.get("/no-such-page")[0] == 404


def test_status_is_json_without_secrets(through):
    status, body = through.get("/status")
    assert status == 200 and isinstance(json.loads(body), dict)
    assert PASSWORD not in body


def test_metrics_count_statements(gateways):
    gateway = gateways({"mode": "read_only"})
    with gateway.connect() as connection:
        for _ in range(3):
            connection.rows("SELECT 1")
        connection.simple("DELETE FROM accounts")
        assert gateway.metric("postern_clients") == 1
        eventually(lambda: gateway.metric("postern_requests_total", status="denied") == 1)
        eventually(lambda: gateway.metric("postern_requests_total", status="ok") == 3)
        assert gateway.metric("postern_verdict_cache_hits_total") >= 2
        assert gateway.metric("postern_pool_size", database="app") == 1
        assert gateway.metric("postern_audit_records_total", event="query_denied") == 1
    eventually(lambda: gateway.metric("postern_clients") == 0)
    eventually(lambda: gateway.metric("postern_pool_available", database="app") == 1)
    assert any("build_info" in name for name in gateway.metrics())


def test_a_garbage_http_request_harms_nobody(through):
    for data in [b"\0" * 100, b"GET " + b"/" * 100_000,
                 b"POST / HTTP/1.1\r\nContent-Length: -1\r\n",
                 b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 10_000]:
        with socket.create_connection(("127.0.0.1", through.http_port), timeout=10) as connection:
            try:
                connection.sendall(data)
                connection.shutdown(socket.SHUT_WR)
                while connection.recv(65536):
                    pass
            except OSError:
                pass
    assert through.get("/healthz")[0] == 200


def test_a_session_leaves_two_lines_in_the_log(gateways):
    gateway = gateways()
    with gateway.connect(parameters={"application_name": "log reader"}) as connection:
        connection.rows("SELECT 1")
        connection.send(wire.TERMINATE)
        connection.rest()

    def session_lines():
        lines = [json.loads(line) for line in gateway.log_text().splitlines()
                 if line.startswith("{")]
        return [line for line in lines if "session" in json.dumps(line)]
    eventually(lambda: len(session_lines()) >= 2, what="a line for the start and one for the end")


def test_the_role_and_settings_are_pinned(gateways):
    """RESET and DISCARD ALL return to them."""
    gateway = gateways({"mode": "read_only", "readonly_role": "reader",
                        "safe_search_path": ["public", "pg_catalog"], "statement_timeout": "7s",
                        "idle_in_transaction_timeout": "9s"})
    wanted = [["reader"], ["public, pg_catalog"], ["7s"], ["9s"], ["on"]]
    with gateway.connect() as connection:
        for change in [None, "RESET ALL", "DISCARD ALL", "SET statement_timeout = '1s'; RESET ALL"]:
            if change:
                assert not wire.errors(connection.simple(change))
            seen = [connection.rows(sql)[0] for sql in [
                "SELECT current_user", "SHOW search_path", "SHOW statement_timeout",
                "SHOW idle_in_transaction_session_timeout", "SHOW default_transaction_read_only"]]
            assert seen == wanted, change
        # The role's grants are PostgreSQL's business, and its error passes unchanged.
        error, = wire.errors(connection.simple("SELECT * FROM accounts"))
        assert error["C"] == "42501" and error["M"] == "permission denied for table accounts"


@pytest.fixture
def draining(gateways, admin):
    gateway = gateways({"pool_wait_timeout": "5s"}, listen={"shutdown_timeout": "20s"})
    with gateway.connect() as busy, gateway.connect() as idle:
        busy.simple("BEGIN")
        busy.rows("SELECT 1")
        gateway.process.send_signal(signal.SIGTERM)
        yield gateway, busy, idle


def refuses_connections(gateway):
    try:
        gateway.connect().close()
    except (OSError, wire.ServerError, wire.Closed):
        return True


def test_sigterm_finishes_transactions(draining):
    gateway, busy, idle = draining
    eventually(lambda: refuses_connections(gateway), what="the end of accepting")
    assert [fields["C"] for fields in wire.errors(idle.rest())] in ([], ["57P01"])
    assert busy.rows("SELECT 'still served'") == [["still served"]]
    busy.send(wire.query("COMMIT"))
    assert busy.read().tag == "COMMIT"
    eventually(lambda: not gateway.alive(), what="the end of the process")
    assert gateway.process.returncode == 0


def test_a_second_sigterm_ends_it_at_once(draining):
    gateway, busy, _ = draining
    eventually(lambda: refuses_connections(gateway), what="the end of accepting")
    gateway.process.send_signal(signal.SIGTERM)
    eventually(lambda: not gateway.alive(), within=5, what="the end of the process")
    assert [fields["C"] for fields in wire.errors(busy.rest())] == ["57P01"]
    records = [record["event_type"] for record in gateway.audit()]
    assert records.count("session_ended") == records.count("session_started")


def test_a_login_that_draining_interrupts_is_told(gateways):
    gateway = gateways()
    with wire.Wire(gateway.port) as connection:
        connection.send(wire.startup(user=USER, database=DATABASE))
        assert connection.read().kind == "R"
        gateway.process.send_signal(signal.SIGTERM)
        assert [fields["C"] for fields in wire.errors(connection.rest())] == ["57P01"]


def test_draining_has_an_end(gateways):
    gateway = gateways(listen={"shutdown_timeout": "1s"})
    with gateway.connect() as busy:
        busy.simple("BEGIN")
        gateway.process.send_signal(signal.SIGTERM)
        eventually(lambda: not gateway.alive(), within=15, what="the end of the process")
        assert gateway.process.returncode == 0


def test_a_server_is_clean_for_the_next_session(gateways):
    """Nothing of a session stays: settings, temporary tables, cursors, locks, prepared names."""
    gateway = gateways({"max_pool_size": 1})
    with gateway.connect() as first:
        (pid,), = first.rows("SELECT pg_backend_pid()")
        for sql in ["CREATE TEMP TABLE left_behind (i int)", "PREPARE left_behind AS SELECT 1",
                    "DECLARE left_behind CURSOR WITH HOLD FOR SELECT 1", "LISTEN left_behind",
                    "SELECT pg_advisory_lock(42)", "SET DateStyle = 'German'"]:
            assert not wire.errors(first.simple(sql)), sql
        first.send(wire.TERMINATE)
    with gateway.connect() as second:
        assert second.rows("SELECT pg_backend_pid()") == [[pid]], "not the same server"
        for sql, wanted in [("SELECT to_regclass('left_behind')", None),
                            ("SELECT count(*) FROM pg_prepared_statements", "0"),
                            ("SELECT count(*) FROM pg_cursors", "0"),
                            ("SELECT count(*) FROM pg_listening_channels()", "0"),
                            ("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'", "0"),
                            ("SHOW DateStyle", "ISO, MDY")]:
            assert second.rows(sql) == [[wanted]], sql


def test_an_open_transaction_of_a_lost_client_is_rolled_back(gateways, admin):
    gateway = gateways({"max_pool_size": 1})
    lost = gateway.connect()
    lost.simple("BEGIN; INSERT INTO scratch VALUES (1, 'lost')")
    lost.reset()
    with gateway.connect() as connection:
        assert connection.rows("SELECT count(*) FROM scratch") == [["0"]]
    assert admin.execute("SELECT count(*) FROM scratch").fetchone() == (0,)


def test_login_takes_no_server(gateways):
    """More clients than servers may be logged in, as long as they ask nothing."""
    gateway = gateways({"max_pool_size": 1, "pool_wait_timeout": "60s"})
    clients = [gateway.connect() for _ in range(10)]
    for client in clients:
        assert client.rows("SELECT 1") == [["1"]]
        client.close()
