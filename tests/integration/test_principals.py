# SPDX-License-Identifier: Apache-2.0
"""Who asks decides by what is judged, and on which connections it runs: a principal that may write
where the database may not, and functions called by their OIDs."""

import pytest

from conftest import running
from harness import wire
from harness.cluster import PASSWORD, USER

USERS = [{"name": name, "auth": "scram-sha-256", "password": PASSWORD}
         for name in (USER, "writer", "counter")]
DATABASE = {
    "mode": "read_only", "readonly_role": "reader", "max_pool_size": 2,
    "access_policy": {"tables": {"denied": ["transfers"]}, "columns": {"denied": ["accounts.balance"]}},
    "principals": [
        {"match": {"users": ["writer"]}, "mode": "balanced",
         "access_policy": {"columns": {"denied": []}}},
        {"match": {"users": ["counter"], "networks": ["10.0.0.0/8"]},
         "access_policy": {"tables": {"denied": []}}},
    ],
}


@pytest.fixture(scope="module")
def gateway(cluster):
    with cluster.admin() as admin:
        admin.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader")
    with running(cluster.port, DATABASE, users=USERS) as gateway:
        yield gateway


def test_a_principal_may_write_where_the_database_may_not(gateway):
    with gateway.connect(user="writer") as connection:
        assert wire.code_of(connection, "INSERT INTO scratch VALUES (4711, 'w')") is None
        assert wire.code_of(connection, "DELETE FROM scratch WHERE k = 4711") is None
        assert wire.code_of(connection, "SELECT balance FROM accounts") is None
        assert wire.code_of(connection, "SELECT 1 FROM transfers") == "42501"
        assert connection.rows("SELECT current_user, current_setting('default_transaction_read_only')") \
            == [[USER, "off"]]


def test_the_others_stay_read_only_and_in_their_role(gateway):
    with gateway.connect() as connection:
        assert connection.rows("SELECT current_user, current_setting('default_transaction_read_only')") \
            == [["reader", "on"]]
        assert wire.code_of(connection, "INSERT INTO scratch VALUES (4711, 'w')") == "42501"
        assert wire.code_of(connection, "SELECT balance FROM accounts") == "42501"


def test_every_condition_of_a_match_counts(gateway):
    with gateway.connect(user="counter") as connection:
        assert wire.code_of(connection, "SELECT 1 FROM transfers") == "42501"


@pytest.mark.parametrize("function, argument, expected", [
    ("pg_catalog.abs(integer)", b"-3", "VZ"),
    ("pg_catalog.pg_sleep(double precision)", b"60", "EZ"),
    ("pg_catalog.lo_unlink(oid)", b"1", "EZ"),
    ("public.complain(text)", b"x", "EZ"),
])
def test_a_function_call_is_judged_by_its_oid(gateway, admin, function, argument, expected):
    (oid,) = admin.execute("SELECT %s::regprocedure::oid::bigint", [function]).fetchone()
    with gateway.connect() as connection:
        connection.send(wire.function_call(oid, argument))
        messages = connection.ready()
        assert wire.kinds(messages) == expected
        assert [error["C"] for error in wire.errors(messages)] == ["42501"] * expected.count("E")
        assert connection.rows("SELECT 1") == [["1"]]


def test_a_principal_may_not_write_where_the_database_may(cluster, admin):
    """Nor by a call that no parser can tell from one that reads."""
    admin.execute("CREATE TABLE narrowed (a int); GRANT ALL ON narrowed TO PUBLIC")
    admin.execute("CREATE FUNCTION write_narrowed() RETURNS void LANGUAGE sql AS 'INSERT INTO narrowed VALUES (1)'")
    narrow = {"mode": "balanced", "principals": [{"match": {"applications": ["agent"]}, "mode": "read_only"}]}
    with running(cluster.port, narrow) as gateway:
        with gateway.connect(parameters={"application_name": "agent"}) as connection:
            assert connection.rows("SHOW default_transaction_read_only") == [["on"]]
            assert wire.code_of(connection, "SELECT write_narrowed()") == "25006"
            assert wire.code_of(connection, "RESET ALL; SELECT write_narrowed()") == "25006"
        with gateway.connect() as connection:
            assert wire.code_of(connection, "SELECT write_narrowed()") is None
    assert admin.execute("SELECT count(*) FROM narrowed").fetchone() == (1,)
