# SPDX-License-Identifier: Apache-2.0
"""A server that dies, stalls or talks nonsense: the client in flight is told, the others go on."""

import contextlib
import random
import struct
import threading
import uuid

import pytest

from harness import wire
from harness.cluster import Cluster
from harness.faulty_proxy import FaultyProxy
from harness.gateway import Gateway
from harness.ports import free_port
from harness.waiting import eventually

DATABASE = {"connect_timeout": "1s", "pool_wait_timeout": "2s"}


@pytest.fixture
def proxy(cluster):
    with FaultyProxy(cluster.port) as proxy:
        yield proxy


@pytest.fixture
def gateway(gateways, proxy):
    return gateways(DATABASE, server_port=proxy.port)


def outcome(gateway, sql="SELECT 1"):
    """The SQLSTATE that one new client meets, at login or later; None when all is well."""
    try:
        with gateway.connect() as connection:
            answer = connection.simple(sql)
            return wire.errors(answer)[0]["C"] if wire.errors(answer) else None
    except wire.ServerError as failure:
        return failure.sqlstate


def lost(connection):
    """The statement in flight gets 08006, as an ERROR or as a FATAL with the end."""
    messages = []
    try:
        while not messages or messages[-1].kind not in "EZ":
            messages.append(connection.read())
    except wire.Closed:
        raise AssertionError(f"closed without a word after {messages}") from None
    assert wire.errors(messages)[-1]["C"] == "08006", messages


def start_query(connection, admin, sql="SELECT pg_sleep(120)"):
    """The text is like no other: servers of former tests may still be at theirs."""
    sql += f" -- {uuid.uuid4()}"
    connection.send(wire.query(sql))
    eventually(lambda: admin.execute("SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND "
                                     "query = %s", [sql]).fetchone())


def test_a_server_that_dies_in_the_middle_of_a_query(gateway, proxy, admin):
    with gateway.connect() as connection, gateway.connect() as idle:
        start_query(connection, admin)
        proxy.cut()
        lost(connection)
        assert idle.rows("SELECT 'unharmed'") == [["unharmed"]]
    assert outcome(gateway) is None


def test_a_server_that_dies_while_it_sends_rows(gateway, proxy):
    with gateway.connect() as connection:
        connection.send(wire.query("SELECT repeat('x', 1000) FROM generate_series(1, 1000000)"))
        connection.read_until("D", 10)
        proxy.cut()
        lost(connection)
    assert outcome(gateway) is None


def test_a_server_that_dies_in_a_transaction_between_statements(gateway, proxy):
    with gateway.connect() as connection:
        connection.simple("BEGIN")
        proxy.cut()
        try:
            answer = connection.simple("SELECT 1")
        except (wire.Closed, BrokenPipeError):
            answer = []
        assert not [message for message in answer if message.kind == "D"], "the transaction went on"
    assert outcome(gateway) is None


RUBBISH = {
    "random bytes": random.Random(3).randbytes(4000),
    "a length below four": b"D" + struct.pack("!I", 3),
    "a huge length": b"D" + struct.pack("!I", 0xFFFFFFF0),
    "a client's message": wire.query("SELECT 1"),
    "ReadyForQuery nobody waits for": wire.message(b"Z", b"I") * 3,
    "ReadyForQuery with a bad status": wire.message(b"Z", b"?"),
    "ReadyForQuery without a status": wire.message(b"Z", b""),
    "an authentication request": wire.message(b"R", struct.pack("!I", 0)),
    "a ParameterStatus without an end": wire.message(b"S", b"name"),
}


@pytest.mark.parametrize("name", RUBBISH)
def test_rubbish_in_the_middle_of_a_query(gateway, proxy, admin, name):
    """The client is told or cut off; the server connection is never used again."""
    with gateway.connect() as idle, gateway.connect() as connection:
        start_query(connection, admin)
        proxy.inject(RUBBISH[name])
        proxy.cut()
        connection.rest_or_half()
        assert idle.rows("SELECT 'unharmed'") == [["unharmed"]]
    assert gateway.alive() and outcome(gateway) is None


class KeylessServer(FaultyProxy):
    """Has more to say during a login than it must, but not its key."""
    NOISE = (wire.message(b"N", b"SNOTICE\0C00000\0Mwelcome\0\0") +
             wire.message(b"S", b"some_setting\0some value\0"))

    def _relay(self, client):
        server = wire.Wire(self.server_port)
        server.socket.settimeout(None)
        self.pairs.append((client, server.socket))
        threading.Thread(target=self._copy, args=(client, server.socket), daemon=True).start()
        with contextlib.suppress(OSError, wire.Closed):
            got = None
            while got is None or got.kind != "Z":
                got = server.read()
                frame = wire.message(got.kind.encode(), got.body)
                client.sendall(self.NOISE if got.kind == "K" else frame)
        self._copy(server.socket, client)


def test_a_server_that_sends_no_key_and_says_more(gateways, cluster):
    """It serves; a cancel does nothing there."""
    with KeylessServer(cluster.port) as server:
        gateway = gateways(DATABASE | {"ssl_mode": "disable"}, server_port=server.port)
        with gateway.connect() as connection:
            assert connection.rows("SELECT 1") == [["1"]]
            connection.send(wire.query("SELECT pg_sleep(0.5)"))
            wire.send_cancel(gateway.port, connection.key)
            assert wire.kinds(connection.ready()) == "TDCZ"


def test_rubbish_from_an_idle_server(gateways, proxy):
    """Bytes that come while it waits in the pool: it is closed, not handed out."""
    gateway = gateways({**DATABASE, "max_pool_size": 1}, server_port=proxy.port)
    assert outcome(gateway) is None
    proxy.inject(wire.message(b"D", b"\0\1\0\0\0\3old"))
    with gateway.connect() as connection:
        assert connection.rows("SELECT 'mine'") == [["mine"]]


GREETINGS = {
    "silence": b"",
    "random bytes": random.Random(4).randbytes(3000),
    "an error without a SQLSTATE": wire.message(b"E", b"SFATAL\0Mno\0\0"),
    "an endless error": b"E" + struct.pack("!I", 0x7FFFFFFF),
    "an unknown authentication": wire.message(b"R", struct.pack("!I", 99)),
    "ready before authentication": wire.message(b"Z", b"I"),
    "http": b"HTTP/1.1 400 Bad Request\r\n\r\n",
}


@pytest.mark.parametrize("name", GREETINGS)
def test_a_server_that_does_not_get_through_login(gateway, proxy, name):
    assert outcome(gateway) is None
    proxy.greeting = GREETINGS[name]
    proxy.cut()
    assert outcome(gateway) in ("08006", "53300")
    proxy.greeting = None
    proxy.cut()
    eventually(lambda: outcome(gateway) is None, within=30, what="recovery")


def test_stalled_logins_free_their_places(gateways, proxy):
    gateway = gateways({**DATABASE, "max_pool_size": 2}, server_port=proxy.port)
    proxy.greeting = b""
    proxy.cut()
    for _ in range(4):
        assert outcome(gateway) in ("08006", "53300")
    proxy.greeting = None
    eventually(lambda: outcome(gateway) is None, within=30, what="recovery")


@pytest.fixture
def lone_cluster():
    cluster = Cluster()
    yield cluster
    cluster.destroy()


def test_a_restart_of_the_server(gateways, lone_cluster):
    gateway = gateways(DATABASE, server_port=lone_cluster.port)
    with gateway.connect() as idle, gateway.connect() as used:
        used.rows("SELECT 1")
        port = lone_cluster.port
        lone_cluster.stop()
        eventually(lambda: gateway.get("/readyz")[0] == 503, within=30, what="/readyz to say so")
        assert gateway.get("/healthz")[0] == 200
        assert wire.errors(idle.simple("SELECT 1"))[0]["C"] == "08006"
        lone_cluster.start(port)
        eventually(lambda: gateway.get("/readyz")[0] == 200, within=60, what="/readyz")
        assert idle.rows("SELECT 'back'") == [["back"]]
    assert outcome(gateway) is None


def test_a_server_that_is_not_there(gateways):
    """The gateway starts, says that it is not ready, and tells clients why."""
    gateway = Gateway(free_port(), DATABASE)
    gateway._settled = lambda: ("dead" if not gateway.alive() else
                                gateway.get("/healthz")[0] == 200 and "ready")
    try:
        gateway.start()
        assert gateway.get("/readyz")[0] == 503
        assert outcome(gateway) in ("08006", "53300")
    finally:
        gateway.stop()
