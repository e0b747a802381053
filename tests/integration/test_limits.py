# SPDX-License-Identifier: Apache-2.0
"""What one client can make the gateway hold, wait for or use up."""

import datetime
import os
import resource
import select
import socket

import pytest

from harness import wire
from harness.gateway import DIRECT
from harness.waiting import eventually

pytestmark = pytest.mark.skipif(DIRECT, reason="limits of the gateway")


def send_without_reading(connection, unit, bytes_max):
    """How much the peer takes before it stops reading, at most bytes_max."""
    data, sent = memoryview(unit * 1000), 0
    connection.socket.setblocking(False)
    while sent < bytes_max:
        if not select.select([], [connection.socket], [], 3.0)[1]:
            break
        sent += connection.socket.send(data[sent % len(data):])
    return sent


@pytest.mark.parametrize("unit", [wire.query("LOAD 'x'"), wire.parse("LOAD 'x'") + wire.SYNC],
                         ids=["simple", "extended"])
def test_a_client_that_takes_no_refusals_is_not_read(read_only, unit):
    with read_only.connect(buffers=16384) as connection:
        assert send_without_reading(connection, unit, 8_000_000) < 8_000_000
        connection.socket.setblocking(True)
        assert {got.kind for got in connection.ready(10_000)} == {"E", "Z"}
        assert read_only.alive()


def test_the_idle_timeout_counts_from_the_last_answer(gateways):
    """A client that waits for a long statement is not idle."""
    gateway = gateways(listen={"client_idle_timeout": "1s"})
    with gateway.connect() as connection:
        connection.simple("SELECT pg_sleep(2)")
        assert [fields["C"] for fields in wire.errors(connection.rest())] == ["57P05"]
    answered, ended = (eventually(lambda event=event: times_of(gateway, event))[0]
                       for event in ["query_executed", "session_ended"])
    assert ended - answered > datetime.timedelta(seconds=1)


def times_of(gateway, event):
    return [datetime.datetime.fromisoformat(record["timestamp"]) for record in gateway.audit()
            if record["event_type"] == event]


@pytest.fixture
def few_descriptors():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, hard))
    yield lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_silent_connections_do_not_use_up_the_descriptors(few_descriptors, gateways):
    """The soft limit is raised to the hard one."""
    gateway = gateways()
    few_descriptors()
    silent = [socket.create_connection(("127.0.0.1", gateway.port)) for _ in range(100)]
    with gateway.connect() as connection:
        assert connection.rows("SELECT 'served'") == [["served"]]
    assert gateway.get("/readyz")[0] == 200
    for each in silent:
        each.close()


def test_too_few_descriptors_for_the_clients_are_told(gateways, monkeypatch, tmp_path):
    limited = tmp_path / "limited"
    limited.write_text(f'#!/bin/sh\nulimit -n 1024\nexec "{os.environ["POSTERN_BINARY"]}" "$@"\n')
    limited.chmod(0o755)
    monkeypatch.setenv("POSTERN_BINARY", str(limited))
    told = "1024 file descriptors are too few for listen.max_clients (1000)"
    eventually(lambda gateway=gateways(): told in gateway.log_text())
    few = gateways(listen={"max_clients": 100})
    few.connect().close()
    eventually(lambda: "session closed" in few.log_text())
    assert "too few" not in few.log_text()


def test_connections_beyond_those_that_log_in_are_told(gateways):
    """A thousand may be about to log in, besides the clients."""
    gateway = gateways(listen={"max_clients": 1})
    silent = [socket.create_connection(("127.0.0.1", gateway.port)) for _ in range(1001)]
    try:
        with wire.Wire(gateway.port) as late:
            fields, = wire.errors(late.rest())
        assert (fields["S"], fields["C"]) == ("FATAL", "53300")
    finally:
        for each in silent:
            each.close()
