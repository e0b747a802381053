# SPDX-License-Identifier: Apache-2.0
"""Killed at any moment, under load: what the server ran has a decision record, and the chain holds.

The server's own log is the witness. The gateway's own statements begin with a comment that says so."""

import itertools
import os
import random
import re
import subprocess
import threading

import pytest

from harness import wire
from harness.cluster import Cluster
from harness.gateway import make_gateway
from harness.waiting import eventually
from harness.wire import SYNC, query, run

KILLS = 5
CLIENTS = 4
MARKER = re.compile(r"kill-\w+-\d+-\d+-\d+-x")
STATEMENT = re.compile(r"^LOG:  (?:statement|execute [^:]*): (.*)")
OWN = "/* postern"  # and the plan gate's


@pytest.fixture(scope="module")
def logging_cluster():
    cluster = Cluster(settings=["log_statement=all", "log_line_prefix=%a|"])
    yield cluster
    cluster.destroy()


def simple(connection, texts):
    connection.simple(next(texts))


def in_transaction(connection, texts):
    connection.simple(next(texts).replace("SELECT", "BEGIN; SELECT", 1))
    connection.simple(next(texts) + "; COMMIT")


def extended(connection, texts):
    connection.send(run(next(texts)), SYNC)
    connection.ready()


def pipelined(connection, texts):
    count = random.randint(2, 20)
    connection.send(*(run(next(texts)) for _ in range(count)), SYNC,
                    *(query(next(texts)) for _ in range(count)))
    connection.ready(1 + count)


def keep_busy(gateway, texts):
    """Until the gateway is gone."""
    ways = [simple, in_transaction, extended, pipelined]
    try:
        with gateway.connect() as connection:
            while True:
                random.choice(ways)(connection, texts)
    except (OSError, wire.Closed, wire.ServerError):
        return


def texts_of(name, client):
    return (f"SELECT 'kill-{name}-{client}-{number}-x'" for number in itertools.count())


def load_and_kill(gateway, name):
    clients = [threading.Thread(target=keep_busy, args=(gateway, texts_of(name, client)))
               for client in range(CLIENTS)]
    for client in clients:
        client.start()
    size = gateway.audit_path.stat().st_size + random.randint(1_000, 200_000)
    eventually(lambda: gateway.audit_path.stat().st_size >= size, what="a moment to kill it")
    gateway.process.kill()
    gateway.process.wait()
    for client in clients:
        client.join(30)
        assert not client.is_alive()


def server_statements(cluster):
    """(application name, first line of the text) of all that the server was given to run."""
    for line in (cluster.folder / "postgres.log").read_text(errors="replace").splitlines():
        name, bar, rest = line.partition("|")
        found = STATEMENT.match(rest)
        if bar and found:
            yield name, found[1]


def recorded_markers(path):
    markers = set()
    for line in path.read_text(errors="replace").splitlines():
        if '"event_type":"query_allowed"' in line:
            markers.update(MARKER.findall(line))
    return markers


def verify(gateway):
    return subprocess.run([os.environ["POSTERN_BINARY"], "audit", "verify", "--config",
                           gateway.folder / "postern.yaml"], capture_output=True, text=True)


@pytest.mark.parametrize("durability", ["write", "fsync"])
def test_no_kill_loses_a_decision(logging_cluster, durability):
    gateway = make_gateway(logging_cluster.port, {"user": "tester"},
                           audit={"durability": durability, "key": "a key for this test alone"})
    try:
        for round_number in range(KILLS):
            load_and_kill(gateway, f"{durability}-{round_number}")
            done = verify(gateway)
            assert done.returncode == 0, done.stdout + done.stderr
            gateway.start()
        ran = list(server_statements(logging_cluster))
        markers = {marker for _, text in ran for marker in MARKER.findall(text)
                   if marker.startswith(f"kill-{durability}-")}
        assert len(markers) > 10 * KILLS, "there was no load"
        assert markers - recorded_markers(gateway.audit_path) == set()
    finally:
        gateway.stop()


def test_what_has_no_marker_is_the_gateways_own(logging_cluster):
    """After the other tests: all that a gateway made the server run, besides the schema's psql."""
    strange = [(name, text) for name, text in server_statements(logging_cluster)
               if not MARKER.search(text) and not text.startswith(OWN)
               and name not in ("psql", "postern catalog")]
    assert strange == []
