# SPDX-License-Identifier: Apache-2.0
"""A cancel reaches the statement it was meant for, and no other."""

import struct
import time

import pytest

from harness import wire
from harness.cluster import DATABASE, PASSWORD, USER
from harness.waiting import eventually

SLEEP = "SELECT pg_sleep(120)"


def is_running(admin, sql):
    return admin.execute("SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND query = %s",
                         [sql]).fetchone()


def start_sleeping(connection, admin, sql=SLEEP):
    connection.send(wire.query(sql))
    eventually(lambda: is_running(admin, sql), what="the query to run")


def check_cancelled(connection):
    before = time.monotonic()
    answer = connection.ready()
    assert wire.errors(answer)[0]["C"] == "57014"
    assert wire.errors(answer)[0]["M"] == "canceling statement due to user request"
    assert time.monotonic() - before < 5
    assert connection.rows("SELECT 1") == [["1"]]


def test_a_running_query(through, admin):
    with through.connect() as connection:
        start_sleeping(connection, admin)
        wire.send_cancel(through.port, connection.key)
        check_cancelled(connection)


def test_the_keys_are_the_gateways_own(through, cluster, admin):
    with through.connect() as connection:
        start_sleeping(connection, admin)
        (pid,), = admin.execute("SELECT pid FROM pg_stat_activity WHERE query = %s",
                                [SLEEP]).fetchall()
        wire.send_cancel(cluster.port, connection.key)  # PostgreSQL does not know it
        assert connection.process_id() != pid or connection.key
        assert admin.execute("SELECT state FROM pg_stat_activity WHERE pid = %s",
                             [pid]).fetchone() == ("active",)
        wire.send_cancel(through.port, connection.key)
        check_cancelled(connection)


def test_a_cancel_whose_socket_closes_at_once(through, admin):
    with through.connect() as connection:
        start_sleeping(connection, admin)
        with wire.Wire(through.port) as canceller:
            canceller.send(wire.untyped(wire.CANCEL_REQUEST, connection.key))
        check_cancelled(connection)


def test_wrong_keys_are_ignored(through, admin):
    with through.connect() as connection:
        start_sleeping(connection, admin)
        pid, secret = struct.unpack("!II", connection.key)
        for key in [(pid, secret ^ 1), (pid ^ 1, secret), (0, 0), (pid, 0), (secret, pid)]:
            wire.send_cancel(through.port, struct.pack("!II", *key))
        assert admin.execute("SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND "
                             "query = %s", [SLEEP]).fetchone() == (1,)
        wire.send_cancel(through.port, connection.key)
        check_cancelled(connection)


@pytest.mark.parametrize("change", [
    lambda key: key[:4], lambda key: key[:-1], lambda key: key + b"\0",
    lambda key: key[:-1] + bytes([key[-1] ^ 1]), lambda key: b"\0" * len(key)])
def test_a_key_of_protocol_3_2_counts_to_its_last_byte(through, admin, change):
    with wire.Wire(through.port) as connection:
        connection.send(wire.startup(wire.PROTOCOL_3_2, user=USER, database=DATABASE))
        connection.authenticate(PASSWORD)
        start_sleeping(connection, admin)
        pid, secret = connection.key[:4], connection.key[4:]
        wire.send_cancel(through.port, pid + change(secret))
        assert is_running(admin, SLEEP)
        wire.send_cancel(through.port, connection.key)
        check_cancelled(connection)


def test_an_idle_client(through):
    with through.connect() as connection:
        wire.send_cancel(through.port, connection.key)
        connection.rows("SELECT 1")
        wire.send_cancel(through.port, connection.key)
        assert connection.rows("SELECT 2") == [["2"]]


def test_a_query_in_a_transaction(through, admin):
    with through.connect() as connection:
        connection.simple("BEGIN")
        start_sleeping(connection, admin)
        wire.send_cancel(through.port, connection.key)
        assert wire.statuses(connection.ready()) == "E"
        assert wire.statuses(connection.simple("ROLLBACK")) == "I"


def test_extended_protocol_and_copy(through, admin):
    with through.connect() as connection:
        connection.send(wire.run(SLEEP), wire.SYNC)
        eventually(lambda: is_running(admin, SLEEP), what="the query to run")
        wire.send_cancel(through.port, connection.key)
        check_cancelled(connection)
        start_sleeping(connection, admin, f"COPY ({SLEEP}) TO STDOUT")
        wire.send_cancel(through.port, connection.key)
        check_cancelled(connection)


def test_only_the_statement_that_runs(through, admin):
    """What is pipelined behind the cancelled statement still runs."""
    with through.connect() as connection:
        start_sleeping(connection, admin)
        connection.send(wire.query("SELECT 'next'"))
        wire.send_cancel(through.port, connection.key)
        answer = connection.ready(2)
        assert wire.errors(answer)[0]["C"] == "57014" and len(wire.errors(answer)) == 1
        assert [message.columns for message in answer if message.kind == "D"] == [["next"]]


@pytest.fixture
def narrow(gateways):
    return gateways({"max_pool_size": 1, "pool_wait_timeout": "60s"})


def waiting(gateway):
    return gateway.metric("postern_pool_waiting", database="app")


def test_a_client_that_waits_for_a_server(narrow, admin):
    with narrow.connect() as holder, narrow.connect() as waiter:
        holder.simple("BEGIN")
        waiter.send(wire.query("SELECT 1"))
        eventually(lambda: waiting(narrow) == 1, what="a waiting client")
        wire.send_cancel(narrow.port, waiter.key)
        answer = waiter.ready()
        assert wire.errors(answer)[0]["C"] == "57014" and wire.statuses(answer) == "I"
        eventually(lambda: waiting(narrow) == 0, what="an empty queue")
        assert holder.rows("SELECT 'unharmed'") == [["unharmed"]]
        holder.send(wire.TERMINATE)
        assert waiter.rows("SELECT 1") == [["1"]]


def test_the_pool_is_saturated(narrow, admin):
    with narrow.connect() as holder, narrow.connect() as waiter:
        start_sleeping(holder, admin)
        waiter.send(wire.query("SELECT 'later'"))
        eventually(lambda: waiting(narrow) == 1, what="a waiting client")
        wire.send_cancel(narrow.port, holder.key)
        check_cancelled(holder)
        holder.send(wire.TERMINATE)
        assert [message.columns for message in waiter.ready() if message.kind == "D"] == [["later"]]


def test_a_waiting_client_that_leaves(narrow):
    with narrow.connect() as holder:
        holder.simple("BEGIN")
        waiter = narrow.connect()
        waiter.send(wire.query("SELECT 1"))
        eventually(lambda: waiting(narrow) == 1, what="a waiting client")
        waiter.reset()
        eventually(lambda: waiting(narrow) == 0, what="an empty queue")


def test_waiting_has_an_end(gateways):
    gateway = gateways({"max_pool_size": 1, "pool_wait_timeout": "1s"})
    with gateway.connect() as holder, gateway.connect() as waiter:
        holder.simple("BEGIN")
        waiter.send(wire.run("SELECT 1"), wire.SYNC, wire.query("SELECT 2"))
        first = waiter.ready()
        assert wire.errors(first)[0]["C"] == "53300" and wire.statuses(first) == "I"
        holder.send(wire.TERMINATE)
        waiter.ready()
        assert waiter.rows("SELECT 3") == [["3"]]


def test_waiters_are_served_in_order(narrow):
    clients = [narrow.connect() for _ in range(4)]
    clients[0].simple("BEGIN")
    for number, client in enumerate(clients[1:], 1):
        client.send(wire.query("SELECT 1"))
        eventually(lambda: waiting(narrow) == number, what="one more in the queue")
    clients[0].close()
    for position, client in enumerate(clients[1:], 1):
        assert wire.kinds(client.ready()) == "TDCZ"
        assert waiting(narrow) == 3 - position
        client.close()


def test_a_late_cancel_never_hits_another_client(narrow):
    """The only server goes from one client to the next; cancels for the first keep coming."""
    for round_number in range(20):
        first = narrow.connect()
        first.rows("SELECT 1")
        key = first.key
        wire.send_cancel(narrow.port, key)
        first.send(wire.TERMINATE)
        with narrow.connect() as second:
            second.send(wire.query("SELECT pg_sleep(0.05)"))
            for _ in range(3):
                wire.send_cancel(narrow.port, key)
            assert wire.kinds(second.ready()) == "TDCZ", f"round {round_number}"
        first.close()


def test_a_cancel_with_an_answer_on_its_way(through):
    """Cancels that race with the end of a statement: it is cancelled or not, and never the next
    but the one that was running when the cancel came."""
    with through.connect() as connection:
        for _ in range(50):
            connection.send(wire.query("SELECT pg_sleep(0.002)"))
            wire.send_cancel(through.port, connection.key)
            # The server looks for interrupts behind a row, too.
            assert wire.kinds(connection.ready()) in ("TDCZ", "EZ", "TEZ", "TDEZ")
        assert connection.rows("SELECT 1") == [["1"]]
