# SPDX-License-Identifier: Apache-2.0
"""What a client is told of its server's settings is so when the first row comes, whichever server it
gets and whenever that one's settings changed: drivers read dates by it."""

import datetime

import pytest

from harness.cluster import DATABASE, Cluster
from harness.waiting import eventually

DAY = datetime.date(2024, 3, 4)
# No server but those that are counted on: a pool may connect one more than it turns out to need.
TWO, ONE = ({"min_pool_size": 0, "max_pool_size": count} for count in (2, 1))


@pytest.fixture(scope="module")
def own_cluster():
    cluster = Cluster()
    yield cluster
    cluster.destroy()


@pytest.fixture
def admin(own_cluster):
    with own_cluster.admin() as connection:
        yield connection
        connection.execute(f"ALTER DATABASE {DATABASE} RESET ALL")
        connection.execute("ALTER SYSTEM RESET ALL")
        reload(connection, "ISO, MDY")


def reload(admin, style):
    """PostgreSQL signals all its processes; when this one has heard of it, all have."""
    admin.execute("SELECT pg_reload_conf()")
    eventually(lambda: admin.execute("SHOW datestyle").fetchone() == (style,))


def idle(gateway, count):
    return lambda: gateway.metric("postern_pool_available", database=DATABASE) == count


def date_read(gateway):
    """What a driver that decodes rows as they come has been told by then, and the row."""
    with gateway.connect() as connection:
        style = connection.parameters["DateStyle"]
        for got in connection.simple("SELECT date '2024-03-04'"):
            if got.kind == "S" and got.body.startswith(b"DateStyle\0"):
                style = got.body.split(b"\0")[1].decode()
            if got.kind == "D":
                return style, got.columns[0]


def test_servers_of_different_age(gateways, own_cluster, admin):
    admin.execute(f"ALTER DATABASE {DATABASE} SET datestyle = 'SQL, MDY'")
    gateway = gateways(TWO, server_port=own_cluster.port)
    with gateway.connect() as older:
        older.rows("SELECT 1")
        admin.execute(f"ALTER DATABASE {DATABASE} SET datestyle = 'SQL, DMY'")
        with gateway.connect() as newer:
            newer.rows("SELECT 1")
            with gateway.psycopg(autocommit=True) as waiting:  # told what the newest has
                older.close()
                eventually(idle(gateway, 1))
                assert waiting.execute("SELECT date '2024-03-04'").fetchone() == (DAY,)
                assert waiting.info.parameter_status("DateStyle") == "SQL, MDY"


def test_a_reload_while_servers_are_idle(gateways, own_cluster, admin):
    gateway = gateways(ONE, server_port=own_cluster.port)
    assert date_read(gateway) == ("ISO, MDY", "2024-03-04")
    eventually(idle(gateway, 1))
    admin.execute("ALTER SYSTEM SET datestyle = 'SQL, DMY'")
    reload(admin, "SQL, DMY")
    assert date_read(gateway) == ("SQL, DMY", "04/03/2024")


def test_a_setting_of_the_clients_own(gateways, own_cluster, admin):
    gateway = gateways(ONE, server_port=own_cluster.port)
    assert date_read(gateway) == ("ISO, MDY", "2024-03-04")
    eventually(idle(gateway, 1))
    admin.execute("ALTER SYSTEM SET datestyle = 'SQL, DMY'")
    reload(admin, "SQL, DMY")
    with gateway.connect(parameters={"DateStyle": "ISO, MDY"}) as connection:
        messages = connection.simple("SELECT date '2024-03-04'")
        assert [got.columns for got in messages if got.kind == "D"] == [["2024-03-04"]]
        assert not [got for got in messages if got.kind == "S"]
