# SPDX-License-Identifier: Apache-2.0
"""A side that does not read stops the other side; what flows through is not kept. POSTERN_COPY_MB is
the size of what is copied."""

import os
import select
import subprocess
import threading

import psycopg
import pytest
from harness import wire
from harness.cluster import binaries
from harness.gateway import DIRECT
from harness.waiting import eventually

pytestmark = pytest.mark.skipif(DIRECT, reason="the gateway's memory")

COPY_MB = int(os.environ.get("POSTERN_COPY_MB", "128"))
# What a session and its libraries may take beyond what the gateway had before it.
GROWTH_MB_MAX = 16
WAITS = ("SELECT count(*) FROM pg_stat_activity WHERE wait_event = %s AND backend_type = "
         "'client backend'")


@pytest.fixture
def gateway(gateways, monkeypatch):
    # AddressSanitizer keeps what was freed.
    monkeypatch.setenv("ASAN_OPTIONS", "quarantine_size_mb=1")
    one = gateways()
    with one.connect() as connection:
        connection.rows("SELECT 1")
    return one


def memory_mb(gateway, what="VmHWM"):
    """Resident now (VmRSS), or the most there was (VmHWM)."""
    with open(f"/proc/{gateway.process.pid}/status") as status:
        (kilobytes,) = [line.split()[1] for line in status if line.startswith(what)]
    return int(kilobytes) / 1024


def waits(admin, event):
    return admin.execute(WAITS, [event]).fetchone()[0]


@pytest.mark.parametrize("send", [
    wire.query("SELECT repeat('x', 1000000) FROM generate_series(1, 100)"),
    wire.run("SELECT repeat('x', 1000000) FROM generate_series(1, 100)") + wire.SYNC,
    wire.query("COPY (SELECT repeat('x', 1000000) FROM generate_series(1, 100)) TO STDOUT")],
    ids=["simple", "extended", "copy"])
def test_a_client_that_reads_slowly(gateway, admin, send):
    """The server waits, and then all rows come."""
    before = memory_mb(gateway)
    with gateway.connect(buffers=4096) as client:
        client.send(send)
        eventually(lambda: waits(admin, "ClientWrite") == 1)
        with gateway.connect() as other:
            assert other.rows("SELECT 'served'") == [["served"]]
        assert sum(len(got.body) >= 1_000_000 for got in client.ready()) == 100
        assert memory_mb(gateway) - before < GROWTH_MB_MAX


def test_a_server_that_does_not_read_a_copy(gateway, admin):
    """A trigger waits for a lock: the server takes no more rows until it is free."""
    before = memory_mb(gateway)
    admin.execute("""CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS
                  $$ BEGIN PERFORM pg_advisory_xact_lock_shared(815); RETURN NULL; END $$;
                  CREATE TRIGGER wait BEFORE INSERT ON scratch FOR EACH ROW EXECUTE FUNCTION wait();
                  SELECT pg_advisory_lock(815)""")
    row, count = wire.copy_data("1\t" + "x" * 1_000_000 + "\n"), 60
    try:
        with gateway.connect() as client:
            client.send(wire.query("COPY scratch FROM STDIN"))
            assert client.read().kind == "G"
            sender = threading.Thread(target=client.send, args=(row * count + wire.COPY_DONE,))
            sender.start()
            eventually(lambda: waits(admin, "advisory") == 1)
            sender.join(1)
            assert sender.is_alive()
            assert memory_mb(gateway) - before < GROWTH_MB_MAX
            admin.execute("SELECT pg_advisory_unlock(815)")
            messages = client.ready()
            sender.join()
        assert wire.kinds(messages) == "CZ"
    finally:
        admin.execute("DROP FUNCTION wait CASCADE")


def send_until_blocked(client, data):
    """How much went before the socket took nothing for a second."""
    sent = 0
    client.socket.setblocking(False)
    while sent < len(data) and select.select([], [client.socket], [], 1.0)[1]:
        sent += client.socket.send(data[sent:sent + 65536])
    client.socket.settimeout(60)
    return sent


def test_both_directions_blocked_at_once(gateway):
    """The client reads nothing until it cannot send any more; then everything is answered."""
    before, count = memory_mb(gateway), 300
    unit = wire.run("SELECT length($1), repeat('y', 100000)", "z" * 100_000) + wire.SYNC
    data = memoryview(unit * count)
    with gateway.connect(buffers=4096) as client:
        sent = send_until_blocked(client, data)
        assert sent < len(data)
        sender = threading.Thread(target=client.send, args=(data[sent:],))
        sender.start()
        messages = client.ready(count)
        sender.join()
    assert wire.kinds(messages) == "12TDCZ" * count
    assert memory_mb(gateway) - before < GROWTH_MB_MAX


def test_a_big_copy_takes_constant_memory(gateway, admin):
    """psql to psql, in and out at once."""
    before = memory_mb(gateway)
    admin.execute("CREATE UNLOGGED TABLE big (i int, t text); ALTER TABLE big OWNER TO tester; "
                  "ALTER TABLE big ALTER t SET STORAGE EXTERNAL")
    rows = COPY_MB * 100
    made = f"COPY (SELECT i, repeat('c', 10000) FROM generate_series(1, {rows}) i) TO STDOUT"
    psql = [binaries() / "psql", "-X", "-q", "-w", "-c"]
    try:
        reader = subprocess.Popen([*psql, made], env=gateway.environment(), stdout=subprocess.PIPE)
        subprocess.run([*psql, "COPY big FROM STDIN"], env=gateway.environment(),
                       stdin=reader.stdout, check=True, timeout=300)
        assert reader.wait(timeout=60) == 0
        assert admin.execute("SELECT count(*), min(length(t)) FROM big").fetchone() == (rows, 10_000)
        assert memory_mb(gateway) - before < GROWTH_MB_MAX
    finally:
        reader.kill()
        reader.stdout.close()
        admin.execute("DROP TABLE big")


def test_memory_of_a_long_message_is_given_back(gateway):
    """A statement and a parameter of a megabyte, then small ones: the session keeps no such buffer."""
    with psycopg.connect(**gateway.parameters()) as client:
        client.execute("SELECT 1")
        before = memory_mb(gateway, "VmRSS")
        for _ in range(3):
            client.execute("SELECT length(%s)", ("x" * 50_000_000,))
        client.execute("SELECT 1")
        assert memory_mb(gateway, "VmRSS") - before < GROWTH_MB_MAX
