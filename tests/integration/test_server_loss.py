# SPDX-License-Identifier: Apache-2.0
"""PostgreSQL goes away and comes back: who hears of it, once and how; who is served afterwards; how
often the gateway tries. And what servers say unasked: notifications."""

import contextlib
import json
import os
import select
import signal
import threading
import uuid

import psycopg
import pytest

from harness import wire
from harness.cluster import Cluster
from harness.faulty_proxy import FaultyProxy
from harness.waiting import eventually

DATABASE = {"connect_timeout": "2s", "pool_wait_timeout": "10s"}


@pytest.fixture(scope="module")
def lone_cluster():
    cluster = Cluster()
    yield cluster
    cluster.destroy()


def backend_of(connection):
    return int(connection.rows("SELECT pg_backend_pid()")[0][0])


def start(connection, admin):
    """A statement that runs for long."""
    sql = f"SELECT pg_sleep(120) -- {uuid.uuid4()}"
    connection.send(wire.query(sql))
    eventually(lambda: admin.execute("SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND "
                                     "query = %s", [sql]).fetchone())


def last_words(connection):
    """The one error of a session that ends."""
    (fields,) = wire.errors(connection.rest())
    return fields["S"], fields["C"]


@pytest.mark.parametrize("state", ["idle", "in a transaction", "in a statement"])
def test_the_servers_own_farewell_passes_once(gateways, admin, state):
    gateway = gateways(DATABASE)
    with gateway.connect() as connection, gateway.connect() as other:
        pid = backend_of(connection)
        other.rows("SELECT 1")
        if state == "in a transaction":
            connection.simple("BEGIN")
        elif state == "in a statement":
            start(connection, admin)
        admin.execute("SELECT pg_terminate_backend(%s)", [pid])
        assert last_words(connection) == ("FATAL", "57P01")
        assert other.rows("SELECT 'unharmed'") == [["unharmed"]]
    eventually(lambda: gateway.metric("postern_clients") == 0)


def test_a_backend_that_is_killed(gateways, lone_cluster):
    """Its own client hears 08006; PostgreSQL tells the others and starts again by itself."""
    gateway = gateways(DATABASE, server_port=lone_cluster.port)
    with gateway.connect() as killed, gateway.connect() as used, gateway.connect() as waiting:
        used.simple("BEGIN")
        with lone_cluster.admin() as admin:
            start(killed, admin)
            (pid,) = admin.execute("SELECT pid FROM pg_stat_activity WHERE state = 'active' AND "
                                   "query LIKE '%pg_sleep(120)%' AND pid <> pg_backend_pid()"
                                   ).fetchone()
        os.kill(pid, signal.SIGKILL)
        assert last_words(killed) == ("FATAL", "08006")
        assert last_words(used)[0] == "FATAL"
        eventually(lambda: wire.code_of(waiting, "SELECT 1") is None, within=60, what="recovery")
    eventually(lambda: gateway.get("/readyz")[0] == 200, within=60)


def test_all_of_it_is_gone_and_back(gateways, lone_cluster):
    gateway = gateways(DATABASE | {"min_pool_size": 1}, server_port=lone_cluster.port)
    clients = [gateway.connect() for _ in range(4)]
    idle, transaction, statement, unused = clients
    with lone_cluster.admin() as admin:
        backend_of(idle)
        transaction.simple("BEGIN")
        start(statement, admin)
    port = lone_cluster.port
    lone_cluster.stop(signal.SIGQUIT)
    for connection in (idle, transaction, statement):
        severity, code = last_words(connection)
        assert severity == "FATAL" and code in ("57P02", "08006")
    eventually(lambda: gateway.get("/readyz")[0] == 503, within=30)
    assert wire.code_of(unused, "SELECT 1") == "08006"
    with pytest.raises(wire.ServerError) as refused:
        gateway.connect().rows("SELECT 1")
    assert refused.value.sqlstate == "08006"
    lone_cluster.start(port)
    eventually(lambda: gateway.get("/readyz")[0] == 200, within=30, what="/readyz by itself")
    assert unused.rows("SELECT 'back'") == [["back"]]
    for client in clients:
        client.close()


def test_who_waits_for_a_server_gets_the_place_of_one_that_died(gateways, admin):
    gateway = gateways(DATABASE | {"max_pool_size": 1, "pool_wait_timeout": "60s"})
    with gateway.connect() as holder, gateway.connect() as waiter:
        pid = backend_of(holder)
        waiter.send(wire.query("SELECT 'served'"))
        eventually(lambda: gateway.metric("postern_pool_waiting", database="app") == 1)
        admin.execute("SELECT pg_terminate_backend(%s)", [pid])
        assert [got.columns for got in waiter.ready() if got.kind == "D"] == [["served"]]


STARTING_UP = wire.message(
    b"E", b"SFATAL\0VFATAL\0C57P03\0Mthe database system is starting up\0\0")


def test_attempts_are_few_however_many_clients_ask(gateways, cluster):
    """One at a time, each after a longer pause: no herd."""
    with FaultyProxy(cluster.port) as proxy:
        gateway = gateways(DATABASE, server_port=proxy.port)
        clients = [gateway.connect() for _ in range(20)]
        proxy.greeting = STARTING_UP
        proxy.cut()
        eventually(lambda: gateway.get("/readyz")[0] == 503)
        is_over = threading.Event()
        codes = set()

        def ask(client):
            while not is_over.is_set():
                codes.add(wire.code_of(client, "SELECT 1"))

        threads = [threading.Thread(target=ask, args=(client,)) for client in clients]
        first = len(proxy.accepted_at)
        for thread in threads:
            thread.start()
        eventually(lambda: len(proxy.accepted_at) >= first + 6, within=30)
        is_over.set()
        for thread in threads:
            thread.join()
        times = proxy.accepted_at[first:first + 6]
        # At least half of 0.1, 0.2, 0.4, 0.8 and 1 s.
        pauses = [later - earlier for earlier, later in zip(times, times[1:])]
        assert all(pause > least * 0.9 for pause, least in
                   zip(pauses, [0.05, 0.1, 0.2, 0.4, 0.5])), pauses
        assert codes == {"08006"}
        proxy.greeting = None
        for client in clients:
            eventually(lambda each=client: wire.code_of(each, "SELECT 1") is None, within=30)
            client.close()
        eventually(lambda: gateway.get("/readyz")[0] == 200)


def test_a_server_that_falls_silent_in_login_does_not_hold_the_others(gateways, cluster):
    with FaultyProxy(cluster.port) as proxy:
        gateway = gateways(DATABASE | {"connect_timeout": "1s"}, server_port=proxy.port)
        with gateway.connect() as served, contextlib.ExitStack() as others:
            served.rows("SELECT 1")
            proxy.greeting = b""
            # Some may get a server that was connected before.
            several = [others.enter_context(gateway.connect()) for _ in range(4)]
            unlucky = [each for each in several if wire.code_of(each, "SELECT 1") == "08006"]
            assert unlucky
            assert served.rows("SELECT 'unharmed'") == [["unharmed"]]
            proxy.greeting = None
            for each in unlucky:
                eventually(lambda each=each: wire.code_of(each, "SELECT 1") is None, within=30)


def test_the_next_host_serves_when_one_falls_silent(gateways, cluster):
    """Pool and catalog alike: each host of the list has its time within one attempt."""
    with FaultyProxy(cluster.port) as first:
        gateway = gateways(DATABASE | {"connect_timeout": "1s", "host": ["127.0.0.1", "127.0.0.1"],
                                       "port": [first.port, cluster.port],
                                       "access_policy": {"tables": {"denied": ["transfers"]}}})
        with gateway.connect() as connection:
            assert connection.rows("SELECT 1 FROM accounts WHERE id = 1") == [["1"]]
            first.greeting = b""
            first.cut()
            assert last_words(connection) == ("FATAL", "08006")
        with gateway.connect() as connection:
            assert connection.rows("SELECT 1 FROM accounts WHERE id = 1") == [["1"]]
            (database,) = json.loads(gateway.get("/status")[1])["databases"]
            assert database["reachable"]
            assert f"port {first.port}: no connection within 1000 ms" in database["last_error"]


@pytest.fixture(params=["direct", "through"])
def target(request, direct, through):
    return direct if request.param == "direct" else through


def notification(connection):
    message = connection.read()
    assert message.kind == "A", message
    channel, payload = message.body[4:].split(b"\0")[:2]
    return channel.decode(), payload.decode()


def test_notifications_reach_an_idle_client(target, admin):
    with target.connect() as connection:
        connection.simple("LISTEN news")
        for number in range(3):
            admin.execute(f"NOTIFY news, 'number {number}'")
            assert notification(connection) == ("news", f"number {number}")
        assert connection.rows("SELECT 1") == [["1"]]


def test_a_notification_of_a_rolled_back_transaction_never_comes(target):
    with target.connect() as listener, target.connect() as speaker:
        listener.simple("LISTEN news")
        speaker.simple("BEGIN; NOTIFY news, 'never'; ROLLBACK")
        speaker.simple("BEGIN; NOTIFY news, 'kept'")
        assert listener.rows("SELECT 1") == [["1"]], "nothing before the commit"
        speaker.simple("COMMIT")
        assert notification(listener) == ("news", "kept")


def test_listening_starts_at_the_commit(target, admin):
    with target.connect() as connection:
        connection.simple("BEGIN; LISTEN news")
        admin.execute("NOTIFY news, 'too early'")
        connection.simple("ROLLBACK")
        connection.simple("BEGIN; LISTEN news; COMMIT")
        admin.execute("NOTIFY news, 'in time'")
        assert notification(connection) == ("news", "in time")
        connection.simple("UNLISTEN news")
        admin.execute("NOTIFY news, 'too late'")
        assert wire.kinds(connection.simple("SELECT 1")) == "TDCZ"


def test_drivers_get_notifications(target, admin):
    with psycopg.connect(**target.parameters(), autocommit=True) as connection:
        connection.execute("LISTEN news")
        admin.execute("NOTIFY news, 'psycopg'")
        assert select.select([connection.fileno()], [], [], 30)[0]
        got = next(connection.notifies())
        assert (got.channel, got.payload) == ("news", "psycopg")
