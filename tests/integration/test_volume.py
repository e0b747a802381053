# SPDX-License-Identifier: Apache-2.0
"""Much data, and many clients: in how much memory, and that nothing hangs. POSTERN_VOLUME_MB and
POSTERN_IDLE_CLIENTS choose how much."""

import asyncio
import os
import resource
import threading

import pytest

from conftest import running
from harness import tls, wire
from harness.certificates import listen_tls
from harness.cluster import DATABASE, PASSWORD, USER
from harness.gateway import DIRECT
from harness.process import forget_peak, has_sanitizers, memory_kib
from harness.waiting import eventually

MEGABYTES = int(os.environ.get("POSTERN_VOLUME_MB", "200"))
IDLE_CLIENTS = int(os.environ.get("POSTERN_IDLE_CLIENTS", "1000"))
BURST = 1000
PEAK_KIB_MAX = 32 * 1024   # above what the gateway has when nothing happens
KEPT_KIB_MAX = 8 * 1024
CLIENT_KIB_MAX = 8
IDLE_TLS_CLIENTS = int(os.environ.get("POSTERN_IDLE_TLS_CLIENTS", "200"))
TLS_CLIENT_KIB_MAX = 32
TRUSTED = [{"name": USER, "auth": "trust"}]

pytestmark = pytest.mark.skipif(DIRECT, reason="memory of the gateway")
measured = pytest.mark.skipif(
    not DIRECT and has_sanitizers(os.environ["POSTERN_BINARY"]), reason="a sanitizer's memory")


@pytest.fixture(scope="module")
def spacious(cluster):
    with running(cluster.port, {"statement_timeout": 0, "idle_in_transaction_timeout": 0,
                                "pool_wait_timeout": "5s"},
                 listen={"max_clients": IDLE_CLIENTS + 100}, users=TRUSTED) as gateway:
        gateway.connect().close()
        yield gateway


@pytest.fixture
def bounded(spacious):
    """The gateway; at the end it must not have taken much more, and have given most of it back."""
    before = memory_kib(spacious.process)
    forget_peak(spacious.process)
    yield spacious
    peak = memory_kib(spacious.process, "VmHWM") - before
    assert peak < PEAK_KIB_MAX, f"{peak} KiB more at the peak"
    eventually(lambda: memory_kib(spacious.process) - before < KEPT_KIB_MAX,
               what="most of the memory to be given back")


def discard(connection, until=b"Z"):
    """Reads up to a message of that type without keeping what comes before; gives its bytes."""
    count = 0
    while True:
        kind, length = connection.take(1), int.from_bytes(connection.take(4), "big") - 4
        count += length + 5
        if kind == until:
            connection.take(length)
            return count
        assert kind != b"E", connection.take(length)
        while length > 0:
            length -= len(connection.take(min(length, 1 << 20)))


@measured
def test_a_large_copy_out(bounded):
    with bounded.connect() as connection:
        connection.send(wire.query("COPY (SELECT repeat('c', 10000) FROM "
                                   f"generate_series(1, {MEGABYTES * 100})) TO STDOUT"))
        assert discard(connection) > MEGABYTES * 1_000_000


@measured
def test_a_large_copy_in(bounded):
    data = wire.copy_data(b"".join(b"%d\t%s\n" % (i, b"d" * 1000) for i in range(1000)))
    with bounded.connect() as connection:
        connection.send(wire.query("COPY scratch FROM STDIN WHERE k < 0"))
        connection.read_until("G", 1)
        for _ in range(MEGABYTES):
            connection.send(data)
        connection.send(wire.COPY_DONE)
        assert wire.kinds(connection.ready()) == "CZ"


@measured
def test_a_row_of_a_hundred_megabytes(bounded):
    with bounded.connect() as connection:
        connection.send(wire.query("SELECT repeat('x', 100000000)"))
        assert discard(connection) > 100_000_000


@measured
def test_a_value_of_a_hundred_megabytes(bounded):
    with bounded.connect() as connection:
        connection.send(wire.parse("SELECT length($1)"), wire.bind("v" * 100_000_000), wire.execute(),
                        wire.SYNC)
        assert connection.ready()[2].columns == ["100000000"]


@measured
def test_a_large_result_that_nobody_reads(bounded):
    with bounded.connect(buffers=16384) as connection:
        connection.send(wire.query("SELECT repeat('r', 100000) FROM generate_series(1, 1000)"))
        connection.read_until("D", 3)
        eventually(lambda: bounded.get("/readyz")[0] == 200)
        assert discard(connection) > 90_000_000


@measured
def test_both_directions_full_at_once(bounded):
    """The client sends more than everything on the way holds before it reads a single answer."""
    unit = wire.query("SELECT repeat('x', 200000) /* " + "y" * 200_000 + " */")
    with bounded.connect(buffers=65536, timeout=60) as connection:
        sender = threading.Thread(target=lambda: connection.send(*[unit] * 100))
        sender.start()
        sender.join(timeout=2)
        assert sender.is_alive(), "nothing was full"
        answers = [discard(connection) for _ in range(100)]
        sender.join(timeout=30)
        assert not sender.is_alive() and all(count > 200_000 for count in answers)


@pytest.fixture
def many_descriptors():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < max(IDLE_CLIENTS, BURST) + 200:
        pytest.skip(f"{hard} descriptors are too few")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


class Guest:
    """A client that asks one thing. What became of it: "served", or the SQLSTATE."""

    def __init__(self, port):
        self.port, self.reader, self.writer = port, None, None

    async def visit(self):
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            self.writer.write(wire.startup(user=USER, database=DATABASE) + wire.query("SELECT 1"))
            error = await self.ready() or await self.ready()
            return error or "served"
        finally:
            self.writer.close()

    async def ready(self):
        while True:
            kind, length = await self.reader.readexactly(1), await self.reader.readexactly(4)
            body = await self.reader.readexactly(int.from_bytes(length, "big") - 4)
            if kind == b"E":
                return wire.Message("E", body).fields["C"]
            if kind == b"Z":
                return None


def test_a_burst_of_clients(many_descriptors, gateways):
    """More than there is room for, all at once: each is served or told 53300."""
    gateway = gateways({"max_pool_size": 10, "pool_wait_timeout": "5s"}, users=TRUSTED,
                       listen={"max_clients": BURST * 4 // 5})

    async def burst():
        guests = [Guest(gateway.port).visit() for _ in range(BURST)]
        return await asyncio.wait_for(asyncio.gather(*guests), timeout=60)

    outcomes = asyncio.run(burst())
    assert len(outcomes) == BURST and set(outcomes) <= {"served", "53300"}, set(outcomes)
    assert outcomes.count("served") >= BURST // 10
    eventually(lambda: gateway.metric("postern_clients") == 0, what="everybody to have left")
    with gateway.connect() as connection:
        assert connection.rows("SELECT 'served'") == [["served"]]


@measured
def test_idle_clients_take_little(many_descriptors, spacious):
    """Those that have asked something and given their server back are the exception: in session mode
    a client keeps it. So these have only logged in."""
    warm = [spacious.connect() for _ in range(50)]
    before = memory_kib(spacious.process)
    clients = [spacious.connect() for _ in range(IDLE_CLIENTS)]
    used = (memory_kib(spacious.process) - before) / IDLE_CLIENTS
    print(f"\n{used:.2f} KiB for each of {IDLE_CLIENTS} idle clients")
    assert spacious.metric("postern_clients", state="idle") == IDLE_CLIENTS + len(warm)
    for client in warm + clients:
        client.close()
    assert used <= CLIENT_KIB_MAX


@measured
def test_idle_clients_inside_tls_are_measured(many_descriptors, gateways, authority):
    pair = authority.issue("gateway", "gateway", "DNS:localhost")
    gateway = gateways(listen={"max_clients": 5000, "tls": listen_tls("require", pair)})
    context = tls.trusting()

    def enter():
        connection = wire.Wire(gateway.port)
        tls.ask(connection)
        tls.start(connection, context)
        connection.login(USER, PASSWORD, DATABASE)
        return connection

    warm = [enter() for _ in range(50)]
    before = memory_kib(gateway.process)
    clients = [enter() for _ in range(IDLE_TLS_CLIENTS)]
    used = (memory_kib(gateway.process) - before) / IDLE_TLS_CLIENTS
    print(f"\n{used:.2f} KiB for each of {IDLE_TLS_CLIENTS} idle clients inside TLS")
    for client in warm + clients:
        client.close()
    assert used <= TLS_CLIENT_KIB_MAX
