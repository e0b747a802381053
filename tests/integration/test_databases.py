# SPDX-License-Identifier: Apache-2.0
"""Several databases, servers and server users behind one gateway: each apart from the others; and a
reload that moves one, or changes how it is connected to and pooled."""

import pytest

from conftest import running
from harness import wire
from harness.cluster import DATABASE, PASSWORD, USER, Cluster
from harness.reloading import reload
from harness.waiting import eventually


@pytest.fixture(scope="module")
def other_cluster():
    cluster = Cluster()
    with cluster.admin() as admin:
        admin.execute("CREATE TABLE only_here AS SELECT 1 AS i")
        admin.execute("CREATE ROLE second LOGIN PASSWORD 'second-password'")
        admin.execute("CREATE ROLE rotating LOGIN PASSWORD 'former-password'")
        admin.execute("GRANT SELECT ON only_here TO second, rotating")
        admin.execute(f"GRANT SELECT ON only_here TO {USER}")
    yield cluster
    cluster.destroy()


def entry(name, port, **changes):
    return {"name": name, "host": "127.0.0.1", "port": port, "dbname": DATABASE, "user": USER,
            "password": PASSWORD, "pool_mode": "session", "min_pool_size": 0, "max_pool_size": 2,
            "mode": "balanced", "safe_search_path": ["public"]} | changes


def test_two_servers_and_two_users_at_once(cluster, other_cluster):
    databases = [entry("first", cluster.port),
                 entry("second", other_cluster.port, user="second", password="second-password",
                       mode="read_only", max_pool_size=3)]
    with running(cluster.port, databases=databases) as gateway, \
            gateway.connect(database="first") as first, \
            gateway.connect(database="second") as second:
        where = "SELECT current_user, current_setting('port'), current_database()"
        assert first.rows(where) == [[USER, str(cluster.port), DATABASE]]
        assert second.rows(where) == [["second", str(other_cluster.port), DATABASE]]
        assert wire.code_of(first, "SELECT i FROM only_here") == "42P01"
        assert second.rows("SELECT i FROM only_here") == [["1"]]
        assert wire.code_of(first, "UPDATE accounts SET balance = balance WHERE id = 1") is None
        assert wire.code_of(second, "UPDATE only_here SET i = 2") == "42501"
        with gateway.connect(database="second") as third:
            third.rows("SELECT 1")
            for database, busy in [("first", 1), ("second", 2)]:
                assert gateway.metric("postern_pool_size", database=database) == busy
                assert gateway.metric("postern_pool_available", database=database) == 0


def test_one_server_that_is_gone_leaves_the_others_alone(cluster):
    gone = Cluster()
    databases = [entry("here", cluster.port), entry("gone", gone.port)]
    with running(cluster.port, databases=databases) as gateway, \
            gateway.connect(database="gone") as lost:
        lost.rows("SELECT 1")
        gone.destroy()
        eventually(lambda: gateway.get("/readyz")[0] == 503, within=30)
        assert "database gone: not reachable" in gateway.get("/readyz")[1]
        with gateway.connect(database="here") as connection:
            assert connection.rows("SELECT 1") == [["1"]]


def test_a_database_that_does_not_exist(through):
    with pytest.raises(wire.ServerError) as refused:
        through.connect(database="elsewhere")
    assert refused.value.sqlstate == "3D000"


COUNT = "SELECT count(*) FROM accounts WHERE id = 1"


def test_a_reload_moves_a_database(gateways, cluster, other_cluster):
    gateway = gateways({"access_policy": {"tables": {"denied": ["transfers"]}}, "mode": "balanced"})
    with gateway.connect() as idle, gateway.connect() as busy, gateway.connect() as fresh:
        assert idle.rows(COUNT) == [["1"]]
        busy.simple("BEGIN")
        assert busy.rows(COUNT) == [["1"]]
        reload(gateway, {"port": other_cluster.port})
        # Whose server is the old one ends, a transaction at its own end; nothing is judged by the
        # other's catalog meanwhile.
        messages = idle.rest()
        assert [error["C"] for error in wire.errors(messages)] == ["57P01"]
        assert wire.code_of(busy, "SELECT 1 FROM accounts") == "08006"
        busy.send(wire.query("COMMIT"))
        assert busy.read().tag == "ROLLBACK", "the refusal aborted it"
        assert [error["C"] for error in wire.errors(busy.rest())] == ["57P01"]
        # Who had none yet gets a new one.
        eventually(lambda: gateway.get("/readyz")[0] == 200)
        assert fresh.rows("SELECT i FROM only_here") == [["1"]]
        assert wire.code_of(fresh, "SELECT 1 FROM transfers") == "42501"
    ends = [record["result"]["status"] for record in gateway.audit()
            if record["event_type"] == "session_ended"]
    assert ends.count("database_moved") == 2


def test_a_reload_to_a_place_where_nobody_is_tells_readyz(gateways):
    gateway = gateways({"connect_timeout": "1s"})
    reload(gateway, {"host": "127.0.0.9"})
    eventually(lambda: gateway.get("/readyz")[0] == 503)
    with pytest.raises(wire.ServerError) as refused:
        gateway.connect()
    assert refused.value.sqlstate == "08006"
    reload(gateway, {"host": "127.0.0.1"})
    eventually(lambda: gateway.get("/readyz")[0] == 200)
    gateway.connect().close()


def test_a_password_that_changes_drops_nobody(gateways, cluster, other_cluster):
    with other_cluster.admin() as admin:
        gateway = gateways({"user": "rotating", "password": "former-password",
                            "access_policy": {"tables": {"denied": ["transfers"]}},
                            "mode": "read_only"}, server_port=other_cluster.port)
        with gateway.connect() as connection:
            (pid,), = connection.rows("SELECT pg_backend_pid()")
            admin.execute("ALTER ROLE rotating PASSWORD 'later-password'")
            reload(gateway, {"password": "later-password"})
            assert connection.rows("SELECT pg_backend_pid()") == [[pid]]
            with gateway.connect() as newcomer:
                assert newcomer.rows("SELECT i FROM only_here") == [["1"]]
        with gateway.connect() as connection:
            assert connection.rows("SELECT pg_backend_pid()") != [[pid]], "its login was another one"
        assert gateway.get("/readyz")[0] == 200


def test_pool_sizes_and_waiting_change_with_a_reload(gateways):
    gateway = gateways({"max_pool_size": 1, "pool_wait_timeout": "60s"})
    with gateway.connect() as first, gateway.connect() as second:
        first.rows("SELECT 1")
        second.send(wire.query("SELECT 'room'"))
        eventually(lambda: gateway.metric("postern_pool_waiting", database="app") == 1)
        reload(gateway, {"max_pool_size": 2})
        assert [got.columns for got in second.ready() if got.kind == "D"] == [["room"]]
        reload(gateway, {"max_pool_size": 1, "pool_wait_timeout": "1s"})
        with gateway.connect() as third:
            assert wire.code_of(third, "SELECT 1") == "53300"
    eventually(lambda: gateway.metric("postern_pool_size", database="app") == 1)


def test_warm_servers_come_with_a_reload(gateways):
    gateway = gateways({"min_pool_size": 0})
    reload(gateway, {"min_pool_size": 3})
    eventually(lambda: gateway.metric("postern_pool_available", database="app") == 3)
    reload(gateway, {"min_pool_size": 0, "server_idle_timeout": "1s"})
    eventually(lambda: gateway.metric("postern_pool_size", database="app") <= 1)


def test_the_limit_of_clients_changes_with_a_reload(gateways):
    gateway = gateways(listen={"max_clients": 1})
    with gateway.connect():
        with pytest.raises(wire.ServerError) as refused:
            gateway.connect()
        assert refused.value.sqlstate == "53300"
        reload(gateway, listen={"max_clients": 2})
        gateway.connect().close()
