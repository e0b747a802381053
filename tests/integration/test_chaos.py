# SPDX-License-Identifier: Apache-2.0
"""Random connects, statements, cancels and kills; at the end nothing is left over.
POSTERN_CHAOS_ACTIONS and POSTERN_CHAOS_SEED choose how long and which."""

import os
import random
import threading

from harness import wire
from harness.cluster import DATABASE, PASSWORD, USER
from harness.waiting import eventually

ACTIONS = int(os.environ.get("POSTERN_CHAOS_ACTIONS", "500"))
SEED = int(os.environ.get("POSTERN_CHAOS_SEED", "20261121"))
THREADS = 8
SERVERS = 4
ALLOWED_ERRORS = {"57014", "53300", "42501", "42601", "22012", "25001", "25P02", "57P01", "08006",
                  "26000"}


class Chaos(threading.Thread):
    """One client after the other. Whatever it does, only known errors may come back."""

    def __init__(self, gateway, seed, actions):
        super().__init__()
        self.gateway, self.random, self.actions = gateway, random.Random(seed), actions
        self.connection, self.failure = None, None

    def run(self):
        try:
            for _ in range(self.actions):
                self.act()
            if self.connection:
                self.connection.close()
        except Exception as failure:  # handed to the test, which raises it
            self.failure = failure

    def act(self):
        if self.connection is None:
            return self.enter()
        action = self.random.choices(
            [self.ask, self.ask_extended, self.pipeline, self.transaction, self.cancel,
             self.leave_politely, self.hang_up, self.reset, self.die_in_flight, self.terminate,
             self.send_half, self.copy],
            weights=[6, 6, 3, 3, 3, 2, 1, 1, 2, 1, 1, 2])[0]
        try:
            action()
        except (wire.Closed, BrokenPipeError, ConnectionError):
            self.drop()  # its server was killed

    def enter(self):
        if self.random.random() < 0.1:
            return self.knock()
        try:
            self.connection = self.gateway.connect(timeout=60)
        except wire.ServerError as error:
            assert error.sqlstate in ALLOWED_ERRORS, error
        except wire.Closed:
            pass

    def knock(self):
        """Comes to the door, and goes at some point of the login."""
        with wire.Wire(self.gateway.port) as stranger:
            data = wire.startup(user=USER, database=DATABASE)
            stranger.send(data[:self.random.randrange(len(data) + 1)])

    def check(self, answer):
        for fields in wire.errors(answer):
            assert fields["C"] in ALLOWED_ERRORS, fields
        if answer and wire.statuses(answer)[-1] != "I" and self.random.random() < 0.8:
            self.connection.simple("ROLLBACK")

    def statement(self):
        number = self.random.randrange(1000)
        return self.random.choice([
            f"SELECT {number}", "SELECT * FROM accounts", "SELECT 1/0", "SELEC 1",
            "SET ROLE reader", "INSERT INTO scratch VALUES (1, 'x'); ROLLBACK", f"SELECT pg_sleep(0.00{number % 9})",
            "SELECT repeat('x', 100000)", "BEGIN", "DISCARD ALL", "SET DateStyle = 'German'"])

    def ask(self):
        self.check(self.connection.simple(self.statement()))

    def ask_extended(self):
        self.connection.send(wire.run(self.statement()), wire.SYNC)
        self.check(self.connection.ready())

    def pipeline(self):
        units = [wire.query(self.statement()) if self.random.random() < 0.5 else
                 wire.run(self.statement()) + wire.SYNC for _ in range(self.random.randrange(2, 9))]
        self.connection.send(*units)
        self.check(self.connection.ready(len(units)))

    def transaction(self):
        for sql in ["BEGIN", self.statement(), self.statement(), "ROLLBACK"]:
            answer = self.connection.simple(sql)
        self.check(answer)

    def copy(self):
        self.connection.send(wire.query("COPY accounts TO STDOUT"))
        self.check(self.connection.ready())

    def cancel(self):
        self.connection.send(wire.query("SELECT pg_sleep(0.02)"))
        wire.send_cancel(self.gateway.port, self.connection.key)
        self.check(self.connection.ready())

    def terminate(self):
        """Its server process is killed behind the gateway's back."""
        self.connection.send(wire.query("SELECT pg_terminate_backend(pg_backend_pid())"))
        self.check(self.connection.ready())

    def drop(self):
        self.connection.close()
        self.connection = None

    def leave_politely(self):
        self.connection.send(wire.TERMINATE)
        self.drop()

    def hang_up(self):
        self.drop()

    def reset(self):
        self.connection.reset()
        self.connection = None

    def die_in_flight(self):
        self.connection.send(wire.query(self.random.choice(
            ["SELECT pg_sleep(0.01)", "BEGIN", "SELECT repeat('x', 3000000)"])))
        self.random.choice([self.drop, self.reset])()

    def send_half(self):
        data = wire.run(self.statement()) + wire.SYNC
        self.connection.send(data[:self.random.randrange(1, len(data))])
        self.drop()


def test_counters_return_to_zero(gateways, admin):
    gateway = gateways({"max_pool_size": SERVERS, "pool_wait_timeout": "30s"})
    with gateway.connect() as survivor:
        threads = [Chaos(gateway, SEED + number, ACTIONS // THREADS) for number in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for number, thread in enumerate(threads):
            if thread.failure:
                raise AssertionError(f"seed {SEED + number}") from thread.failure
        assert survivor.rows("SELECT 'unharmed'") == [["unharmed"]]
    eventually(lambda: gateway.metric("postern_clients") == 0, within=30, what="no clients")
    eventually(lambda: gateway.metric("postern_pool_waiting") == 0, what="no waiters")
    eventually(lambda: gateway.metric("postern_requests_in_flight") == 0, what="no requests")
    eventually(lambda: gateway.metric("postern_pool_size") ==
               gateway.metric("postern_pool_available") <= SERVERS, what="no busy server")
    eventually(lambda: admin.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE usename = 'tester' AND state <> 'idle'"
    ).fetchone() == (0,), what="nothing running on the server")
    # And all the places of the pool are still there.
    clients = [gateway.connect() for _ in range(SERVERS)]
    for client in clients:
        assert wire.statuses(client.simple("BEGIN")) == "T"
    for client in clients:
        client.close()
    assert admin.execute("SELECT count(*) FROM scratch").fetchone() == (0,)
