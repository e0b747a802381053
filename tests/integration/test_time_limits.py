# SPDX-License-Identifier: Apache-2.0
"""How long a statement and a transaction may take, and how many clients may come."""

import json
import signal

import pytest

from conftest import running
from harness import wire
from harness.cluster import DATABASE, PASSWORD, USER
from harness.gateway import DIRECT
from harness.waiting import eventually

pytestmark = pytest.mark.skipif(DIRECT, reason="limits of the gateway")
SLEEP = "SELECT pg_sleep(120)"
OTHER = "other"


@pytest.fixture(scope="module")
def hasty(cluster):
    with running(cluster.port, {"query_timeout": "500ms"}) as gateway:
        yield gateway


def overdue(messages):
    fields, = wire.errors(messages)
    assert fields["C"] == "57014" and fields["M"] == "canceling statement due to query timeout"
    return wire.statuses(messages)


UNITS = {"simple": wire.query(SLEEP), "extended": wire.run(SLEEP) + wire.SYNC,
         "rows": wire.query("SELECT pg_sleep(0.05) FROM generate_series(1, 2000)"),
         "copy": wire.query("COPY (SELECT pg_sleep(0.05) FROM generate_series(1, 2000)) TO STDOUT")}


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS)
def test_an_overdue_query_is_cancelled_and_the_session_stays(hasty, admin, unit):
    with hasty.connect() as connection:
        connection.send(unit)
        assert overdue(connection.ready()) == "I"
        assert connection.rows("SELECT 1") == [["1"]]
        connection.simple("BEGIN")
        connection.send(unit)
        assert overdue(connection.ready()) == "E"
    eventually(lambda: admin.execute("SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND "
                                     "query LIKE '%%pg_sleep(%%' AND pid <> pg_backend_pid()"
                                     ).fetchone() is None, what="nothing to run on the server")
    ends = eventually(lambda: [record for record in hasty.audit()
                               if record.get("result", {}).get("error_code") == "EXECUTION_TIMEOUT"])
    assert ends[0]["result"]["error_message"] == "canceling statement due to query timeout"


def test_an_exchange_with_nothing_in_flight_is_not_overdue(hasty, admin):
    """Whatever is open: a transaction, or a unit without its Sync."""
    with hasty.connect() as one, hasty.connect() as two:
        one.simple("BEGIN")
        two.send(wire.parse("SELECT 7"), wire.FLUSH)
        two.read_until("1", 1)
        admin.execute("SELECT pg_sleep(1.2)")  # longer than the limit
        assert one.rows("SELECT 1") == [["1"]]
        two.send(wire.bind(), wire.execute(), wire.SYNC)
        assert wire.kinds(two.ready()) == "2DCZ"


def test_a_pipeline_of_quick_queries_is_not_overdue(hasty):
    """The limit is for each of them."""
    with hasty.connect() as connection:
        connection.send(*[wire.query("SELECT pg_sleep(0.2)")] * 5)
        assert wire.errors(connection.ready(5)) == []


@pytest.mark.parametrize("is_busy", [False, True], ids=["idle", "running"])
def test_an_overdue_transaction_ends_its_session(gateways, admin, is_busy):
    gateway = gateways({"transaction_timeout": "500ms"})
    with gateway.connect() as connection, gateway.connect() as other:
        connection.simple("BEGIN; LOCK TABLE scratch")
        if is_busy:
            connection.send(wire.query(SLEEP))
        fields = wire.errors(connection.rest())[-1]
        assert (fields["S"], fields["C"]) == ("FATAL", "25P04")
        assert fields["M"] == "terminating connection due to transaction timeout"
        eventually(lambda: admin.execute(
            "SELECT count(*) FROM pg_locks WHERE relation = 'scratch'::regclass").fetchone() == (0,),
            what="the lock to be given back")
        assert other.rows("SELECT 1") == [["1"]]
    assert gateway.metric("postern_session_closed_total", reason="transaction_timeout") == 1


def refused(gateway, **who):
    with pytest.raises(wire.ServerError) as failure:
        gateway.connect(**who)
    assert failure.value.fields["S"] == "FATAL" and failure.value.sqlstate == "53300"
    return failure.value.fields["M"]


def users(*names):
    return [{"name": name, "auth": "scram-sha-256", "password": PASSWORD} for name in names]


def enter_again(gateway, **who):
    """As soon as the gateway has noticed that somebody left."""
    def attempt():
        try:
            return gateway.connect(**who)
        except wire.ServerError as error:
            assert error.sqlstate == "53300"
            return None
    return eventually(attempt, what="a free place")


def test_more_clients_of_a_database_than_allowed(gateways):
    gateway = gateways({"max_db_client_connections": 2}, users=users(USER, OTHER))
    with gateway.connect() as first, gateway.connect(user=OTHER):
        assert refused(gateway) == f'too many connections for database "{DATABASE}"'
        first.send(wire.TERMINATE)
        enter_again(gateway).close()


def test_more_clients_of_a_user_than_allowed(gateways):
    """Counted by user and database; a reload changes it for the logins to come."""
    gateway = gateways({"limits": {"max_user_client_connections": 2}}, users=users(USER, OTHER))
    with gateway.connect() as first, gateway.connect(), gateway.connect(user=OTHER):
        assert refused(gateway) == f'too many connections for role "{USER}"'
        first.send(wire.TERMINATE)
        enter_again(gateway).close()
        config = gateway.config()
        config["databases"][0]["limits"]["max_user_client_connections"] = 1
        (gateway.folder / "postern.yaml").write_text(json.dumps(config))
        gateway.process.send_signal(signal.SIGHUP)
        eventually(lambda: gateway.metric("postern_config_reload_total", result="ok") == 1)
        assert refused(gateway) == f'too many connections for role "{USER}"'
        assert refused(gateway, user=OTHER) == f'too many connections for role "{OTHER}"'
