# SPDX-License-Identifier: Apache-2.0
"""One measurement of one target: what a client saw, and what the proxy's process spent."""

import pathlib
import re
import subprocess
import tempfile
import time
from dataclasses import dataclass, field

from harness import wire
from harness.cluster import binaries

CLIENTS = 8
LAST_MESSAGE = wire.message(b"Z", b"I")


@dataclass
class Sample:
    rate: float  # transactions, connections or bytes a second
    latency_us: float = 0
    p99_us: float = 0
    cpu_us: float = 0  # of the proxy, user and system: a transaction, connection or megabyte
    system_share: float = 0
    verdicts: dict = field(default_factory=dict)  # seconds -> verdicts that took at most that


def with_cpu(target, count, run):
    """run() gives a Sample; its CPU is counted over count(sample) units."""
    before = target.cpu_seconds() if hasattr(target, "cpu_seconds") else (0, 0)
    sample, units = run()
    after = target.cpu_seconds() if hasattr(target, "cpu_seconds") else (0, 0)
    user, system = after[0] - before[0], after[1] - before[1]
    sample.cpu_us = (user + system) * 1e6 / max(1, units / count)
    sample.system_share = system / (user + system) if user + system else 0
    return sample


def pgbench(target, length, *options, clients=CLIENTS):
    """The run's output and the latency of each transaction, in microseconds. `length`: seconds, or
    pgbench's own -t for as many transactions of each client."""
    ends = length if isinstance(length, tuple) else ("-T", str(length))
    with tempfile.TemporaryDirectory(prefix="postern-bench-") as folder:
        done = subprocess.run(
            [binaries() / "pgbench", "-n", "-c", str(clients), "-j", "1", *ends,
             "-l", "--log-prefix", f"{folder}/log", *options],
            env=target.environment(), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-2000:]
        latencies = []
        for log in pathlib.Path(folder).iterdir():
            with open(log, encoding="ascii") as lines:
                latencies += [int(line.split(" ", 3)[2]) for line in lines]
    assert latencies, done.stdout + done.stderr
    return done.stdout, sorted(latencies)


def transactions(target, length, *options, clients=CLIENTS):
    def run():
        text, latencies = pgbench(target, length, *options, clients=clients)
        rate = float(re.search(r"^tps = ([0-9.]+)", text, re.MULTILINE)[1])
        return Sample(rate, sum(latencies) / len(latencies),
                      latencies[len(latencies) * 99 // 100]), len(latencies)
    return with_cpu(target, 1, run)


def connections(target, seconds, script):
    """Connect, one statement, disconnect; the log has no latency of the connecting."""
    def run():
        text, latencies = pgbench(target, seconds, "-C", "-f", script)
        rate = float(re.search(r"^tps = ([0-9.]+)", text, re.MULTILINE)[1])
        return Sample(rate, CLIENTS / rate * 1e6), len(latencies)
    return with_cpu(target, 1, run)


def result_bytes(target, sql):
    """One client that reads a large result as fast as it can and looks at none of it."""
    def run():
        with target.connect() as connection:
            plain = connection.socket
            buffer = memoryview(bytearray(1 << 20))
            start, total, tail = time.monotonic(), 0, b""
            plain.sendall(wire.query(sql))
            while not tail.endswith(LAST_MESSAGE):
                count = plain.recv_into(buffer)
                assert count > 0, "the result was cut off"
                total += count
                tail = (tail + bytes(buffer[max(0, count - 8):count]))[-8:]
            elapsed = time.monotonic() - start
        return Sample(total / elapsed), total
    return with_cpu(target, 1e6, run)


def copied_in_bytes(target, sql, row, count):
    """One client that sends so many rows, 64 in a CopyData."""
    some = wire.copy_data(row * 64)
    pieces = max(1, count // 64)
    piece = some * 16

    def run():
        with target.connect() as connection:
            start = time.monotonic()
            connection.send(wire.query(sql))
            connection.read_until("G")
            for _ in range(pieces // 16):
                connection.socket.sendall(piece)
            connection.send(some * (pieces % 16), wire.message(b"c"))
            answer = connection.ready()
            assert wire.kinds(answer) == "CZ", answer
            elapsed = time.monotonic() - start
        total = pieces * len(some)
        return Sample(total / elapsed), total
    return with_cpu(target, 1e6, run)
