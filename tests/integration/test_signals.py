# SPDX-License-Identifier: Apache-2.0
"""How the process ends, and what it tells a service manager."""

import os
import re
import signal
import socket
import subprocess
import time

import pytest

from harness import wire
from harness.cluster import DATABASE, USER
from harness.reloading import hang_up, write
from harness.waiting import eventually


def ended(gateway, within=15):
    eventually(lambda: not gateway.alive(), within=within, what="the end of the process")
    return gateway.process.returncode


def farewell(connection):
    """One FATAL and the end."""
    messages = connection.rest()
    assert wire.kinds(messages) == "E", messages
    (fields,) = wire.errors(messages)
    return fields["S"], fields["C"]


@pytest.fixture
def busy(gateways):
    """A gateway and a session in a transaction."""
    gateway = gateways(listen={"shutdown_timeout": "60s"})
    with gateway.connect() as connection:
        connection.simple("BEGIN")
        yield gateway, connection


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_it_drains(busy, name):
    gateway, connection = busy
    gateway.process.send_signal(getattr(signal, name))
    eventually(lambda: gateway.get("/readyz")[0] == 503)
    assert connection.rows("SELECT 'still served'") == [["still served"]]
    connection.send(wire.query("COMMIT"))
    assert connection.read().tag == "COMMIT"
    assert ended(gateway) == 0


@pytest.mark.parametrize("first", ["SIGTERM", "SIGINT"])
def test_a_second_signal_ends_it_at_once(busy, first):
    gateway, connection = busy
    gateway.process.send_signal(getattr(signal, first))
    eventually(lambda: gateway.get("/readyz")[0] == 503)
    gateway.process.send_signal(signal.SIGINT)
    assert ended(gateway) == 0
    assert farewell(connection) == ("FATAL", "57P01")


def test_sigquit_ends_it_at_once(busy):
    gateway, connection = busy
    gateway.process.send_signal(signal.SIGQUIT)
    assert farewell(connection) == ("FATAL", "57P01")
    assert ended(gateway) == 0
    records = [record["event_type"] for record in gateway.audit()]
    assert records.count("session_ended") == records.count("session_started") == 1


@pytest.mark.parametrize("state", ["in a transaction", "in a statement"])
def test_what_is_left_after_shutdown_timeout_is_told(gateways, admin, state):
    gateway = gateways(listen={"shutdown_timeout": "1s"})
    with gateway.connect() as connection:
        if state == "in a transaction":
            connection.simple("BEGIN")
        else:
            connection.send(wire.query("SELECT pg_sleep(60) -- outlives its gateway"))
            eventually(lambda: admin.execute(
                "SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND "
                "query LIKE '%outlives its gateway'").fetchone())
        asked_at = time.monotonic()
        gateway.process.send_signal(signal.SIGTERM)
        assert farewell(connection) == ("FATAL", "57P01")
        assert time.monotonic() - asked_at > 0.9, "it had a second"
    assert ended(gateway) == 0


def test_listening_ends_when_draining_begins(gateways, tmp_path):
    gateway = gateways(listen={"address": ["127.0.0.1", "::1"], "unix_socket_dir": str(tmp_path)})
    with gateway.connect() as connection:
        connection.simple("BEGIN")
        gateway.process.send_signal(signal.SIGTERM)
        eventually(lambda: gateway.get("/readyz")[0] == 503)
        for host in ["127.0.0.1", "::1", str(tmp_path)]:
            with pytest.raises(OSError):
                wire.Wire(gateway.port, host=host)
        assert list(tmp_path.iterdir()) == [], "the socket's file is gone"
        connection.simple("COMMIT")
    assert ended(gateway) == 0


def test_what_cannot_start_ends_with_1(tmp_path):
    path = tmp_path / "postern.yaml"
    path.write_text("listen: {prot: 1}")
    ran = subprocess.run([os.environ["POSTERN_BINARY"], "serve", "--config", path], timeout=60,
                         capture_output=True, text=True, check=False)
    assert ran.returncode == 1 and "listen.prot" in ran.stderr


class Manager:
    """The service manager's end of NOTIFY_SOCKET."""

    def __init__(self, address):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind("\0" + address[1:] if address.startswith("@") else address)
        self.socket.settimeout(30)

    def told(self):
        return dict(line.split("=", 1) for line in self.socket.recv(4096).decode().split("\n"))


@pytest.mark.parametrize("kind", ["a path", "an abstract name"])
def test_a_service_manager_is_told(gateways, tmp_path, monkeypatch, kind):
    address = str(tmp_path / "n") if kind == "a path" else f"@postern-test-{os.getpid()}"
    manager = Manager(address)
    monkeypatch.setenv("NOTIFY_SOCKET", address)
    gateway = gateways()
    ready = manager.told()
    assert ready["READY"] == "1" and f"127.0.0.1 port {gateway.port}" in ready["STATUS"]

    before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    hang_up(gateway)
    reloading = manager.told()
    assert reloading["RELOADING"] == "1"
    after = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    assert before <= int(reloading["MONOTONIC_USEC"]) <= after
    assert manager.told()["READY"] == "1"

    write(gateway, "{")
    hang_up(gateway, "failed")
    assert manager.told()["RELOADING"] == "1"
    failed = manager.told()
    assert failed["READY"] == "1" and re.match("a reload failed", failed["STATUS"])

    gateway.process.send_signal(signal.SIGTERM)
    assert manager.told()["STOPPING"] == "1"
    assert ended(gateway) == 0


def test_a_service_manager_that_is_gone_does_not_matter(gateways, tmp_path, monkeypatch):
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "nobody"))
    gateway = gateways()
    gateway.connect().close()
    eventually(lambda: "cannot notify" in gateway.log_text())


def test_a_login_under_way_is_told(gateways):
    gateway = gateways()
    with wire.Wire(gateway.port) as connection:
        connection.send(wire.startup(user=USER, database=DATABASE))
        assert connection.read().kind == "R"
        gateway.process.send_signal(signal.SIGQUIT)
        assert farewell(connection) == ("FATAL", "57P01")
    assert ended(gateway) == 0
