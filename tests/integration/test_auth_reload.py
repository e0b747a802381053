# SPDX-License-Identifier: Apache-2.0
"""Users of a database (`auth_query`) after a reload: asked for where the new file says."""

import struct

import pytest

from harness import wire
from harness.cluster import DATABASE, PASSWORD, USER, Cluster
from harness.reloading import reload
from harness.waiting import eventually
from harness.wire import Scram, ServerError, Wire, message, startup, text

SLOW = "SELECT rolname, rolpassword || left(pg_sleep(60)::text, 0) FROM pg_authid WHERE rolname = $1"


def provide(cluster, password):
    with cluster.admin() as admin:
        admin.execute("ALTER ROLE postgres PASSWORD 'super-password'")
        admin.execute(f"CREATE ROLE lea LOGIN PASSWORD '{password}'")


@pytest.fixture(scope="module", autouse=True)
def old(cluster):
    provide(cluster, "old-password")
    return cluster


@pytest.fixture(scope="module")
def new():
    cluster = Cluster()
    provide(cluster, "new-password")
    yield cluster
    cluster.destroy()


def asking(gateways, **more):
    return gateways(auth_query={"database": DATABASE, "user": "postgres",
                                "password": "super-password"} | more)


def attempt(gateway, password, user="lea"):
    """None once logged in, else the SQLSTATE."""
    try:
        with gateway.connect(user=user, password=password) as connection:
            assert connection.rows("SELECT 1") == [["1"]]
    except ServerError as refused:
        return refused.sqlstate
    return None


@pytest.mark.parametrize("cache_ttl", ["0", "60s"])
def test_users_are_those_of_the_new_place(gateways, new, cache_ttl):
    gateway = asking(gateways, cache_ttl=cache_ttl)
    assert attempt(gateway, "old-password") is None
    assert attempt(gateway, "new-password") == "28P01"
    assert attempt(gateway, "old-password") is None
    reload(gateway, {"port": new.port})
    assert attempt(gateway, "old-password") == "28P01"
    assert attempt(gateway, "new-password") is None
    assert "needs a restart" not in gateway.log_text()


def disconnect(admin, user):
    admin.execute(f"SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity "
                  f"WHERE usename = '{user}'")


def test_the_password_of_who_asks_changes(gateways, old):
    with old.admin() as admin:
        admin.execute("CREATE ROLE asker SUPERUSER LOGIN PASSWORD 'first'")
        gateway = asking(gateways, user="asker", password="first")
        assert attempt(gateway, "old-password") is None
        admin.execute("ALTER ROLE asker PASSWORD 'second'")
        reload(gateway, auth_query={"password": "second"})
        disconnect(admin, "asker")
        assert attempt(gateway, "old-password") is None


def test_the_password_of_the_database_asks_where_it_has_no_own(gateways, old):
    with old.admin() as admin:
        admin.execute("CREATE ROLE owner SUPERUSER LOGIN PASSWORD 'first'")
        gateway = gateways({"user": "owner", "password": "first"}, auth_query={"database": DATABASE})
        assert attempt(gateway, "old-password") is None
        admin.execute("ALTER ROLE owner PASSWORD 'second'")
        reload(gateway, {"password": "second"})
        disconnect(admin, "owner")
        eventually(lambda: attempt(gateway, "old-password") is None, what="the database's pool is back")


def test_it_comes_and_goes(gateways):
    gateway = gateways()
    assert attempt(gateway, "old-password") == "28P01"
    reload(gateway, auth_query={"database": DATABASE, "user": "postgres",
                                "password": "super-password"})
    assert attempt(gateway, "old-password") is None
    del gateway.sections["auth_query"]
    reload(gateway)
    assert attempt(gateway, "old-password") == "28P01"
    assert attempt(gateway, PASSWORD, user=USER) is None


def is_asked(admin):
    rows = admin.execute("SELECT 1 FROM pg_stat_activity WHERE state = 'active' "
                         "AND application_name = 'postern auth_query'")
    return rows.fetchone() is not None


def test_a_look_up_under_way_is_made_in_the_new_place(gateways, new, admin):
    gateway = asking(gateways, query=SLOW)
    with Wire(gateway.port) as waiting:
        waiting.send(startup(user="lea", database=DATABASE))
        eventually(lambda: is_asked(admin), what="the old server is asked")
        reload(gateway, {"port": new.port}, auth_query={"query": ""})
        waiting.authenticate("new-password")
        assert waiting.rows("SELECT 1") == [["1"]]
    eventually(lambda: not is_asked(admin), what="nobody asks the old server any more")


def test_a_proof_for_the_old_place_lets_nobody_in(gateways, new):
    """The client has its salt from the old server when the reload comes."""
    gateway = asking(gateways)
    with Wire(gateway.port) as between:
        between.send(startup(user="lea", database=DATABASE))
        assert between.read().kind == "R"
        scram = Scram("old-password")
        first = scram.first()
        between.send(message(b"p", text("SCRAM-SHA-256") + struct.pack("!I", len(first)) + first))
        challenge = between.read().body[4:]
        reload(gateway, {"port": new.port})
        between.send(message(b"p", scram.final(challenge)))
        (answer,) = wire.errors(between.rest())
        assert (answer["S"], answer["C"]) == ("FATAL", "28000")
        assert "reload" in answer["M"]


def test_a_database_that_is_not_there_yet_is_not_asked(gateways, cluster):
    gateway = asking(gateways)
    databases = gateway.config()["databases"]
    gateway.sections["databases"] = databases + [databases[0] | {"name": "more"}]
    reload(gateway, auth_query={"database": "more"})
    text = "needs a restart: auth_query.database, databases[more]"
    eventually(lambda: text in gateway.log_text(), what="the log line")
    assert attempt(gateway, "old-password") is None
