# SPDX-License-Identifier: Apache-2.0
"""Catalogs that change beside the gateway: what it learns of them, and how fast."""

import contextlib
import json
import threading

import psycopg
import pytest

from harness import wire
from harness.cluster import DATABASE, Cluster
from harness.gateway import Gateway
from harness.waiting import eventually
from harness.wire import ServerError, code_of

REFRESH = "300ms"
RULES = {"columns": {"denied_patterns": ["*.*secret*"]}, "tables": {"denied": ["hidden"]}}

# The catalog is as old as the interval plus one look at most; a shared machine gets more.
AGE_MAX_SECONDS = 10


def guarded(refresh=REFRESH, **rules):
    return {"mode": "permissive", "catalog_refresh": refresh, "access_policy": RULES | rules}


def catalog(gateway):
    status, body = gateway.get("/status")
    assert status == 200
    return json.loads(body)["databases"][0]["catalog"]


@pytest.fixture
def made(admin):
    """made(sql): runs it now as the tables' owner, and `undo` at the end."""
    with contextlib.ExitStack() as stack:
        def make(sql, undo):
            admin.execute("SET ROLE tester")
            stack.callback(admin.execute, undo)
            admin.execute(sql)
            return admin
        yield make


class Client:
    """The row guard may end its session, with 42501; then it connects anew."""

    def __init__(self, gateway):
        self.gateway, self.connection, self.rows = gateway, gateway.connect(), b""

    def code_of(self, sql):
        self.connection.send(wire.query(sql))
        messages = self.connection.read_until("ZE")
        self.rows += b"".join(one.body for one in messages if one.kind == "D")
        if messages[-1].kind == "Z":
            return None
        error = messages[-1].fields
        if error["S"] == "FATAL":
            assert error["C"] == "42501", error
            self.connection = self.gateway.connect()
        else:
            self.connection.ready()
        return error["C"]


@contextlib.contextmanager
def load(gateway, statements, threads=3):
    """Clients that run `statements` all the time; refused or not, they must be answered."""
    stopping, deaths = threading.Event(), []

    def run():
        try:
            client = Client(gateway)
            while not stopping.is_set():
                for sql in statements:
                    client.code_of(sql)
        except Exception as error:  # noqa: BLE001: told by the main thread
            deaths.append(error)

    clients = [threading.Thread(target=run) for _ in range(threads)]
    for client in clients:
        client.start()
    try:
        yield
    finally:
        stopping.set()
        for client in clients:
            client.join()
    assert not deaths, deaths


def test_status_and_metrics_tell_of_the_catalog(gateways):
    gateway = gateways(guarded())
    first = catalog(gateway)
    assert first["state"] == "ready" and first["epoch"] == 1 and first["relations"] > 0
    eventually(lambda: gateway.metric("postern_catalog_looks_total", result="unchanged") >= 2)
    assert gateway.metric("postern_catalog_epoch", database=DATABASE) == 1
    assert gateway.metric("postern_catalog_looks_total", result="changed") == 1
    assert gateway.metric("postern_catalog_age_seconds", database=DATABASE) < AGE_MAX_SECONDS
    eventually(lambda: "catalog loaded" in gateway.log_text())


def test_databases_without_rules_have_no_catalog(gateways):
    gateway = gateways()
    assert catalog(gateway) == {"state": "off"}
    assert gateway.metric("postern_catalog_looks_total") == 0


def test_the_catalog_connection_can_be_told(gateways, admin):
    gateways(guarded())
    sql = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'postern catalog'"
    assert admin.execute(sql).fetchone() == (1,)


def test_a_new_table_is_known_after_a_while(gateways, made):
    gateway = gateways(guarded())
    with gateway.connect() as connection:
        made("CREATE TABLE newborn AS SELECT 1 AS id", "DROP TABLE newborn")
        eventually(lambda: code_of(connection, "SELECT id FROM newborn") is None)
    assert gateway.metric("postern_catalog_epoch") >= 2
    eventually(lambda: "catalog changed" in gateway.log_text())


def test_a_new_table_is_known_at_once_where_it_is_missed(gateways, made):
    gateway = gateways(guarded("1h"))
    with gateway.connect() as connection:
        made("CREATE TABLE missed AS SELECT 1 AS id", "DROP TABLE missed")
        assert code_of(connection, "SELECT id FROM missed") is None


def test_a_hidden_column_added_under_load_is_refused_at_once(gateways, made):
    made("CREATE TABLE growing AS SELECT 1 AS id", "DROP TABLE growing")
    gateway = gateways(guarded())
    sql = "SELECT * FROM growing"
    client = Client(gateway)
    with load(gateway, [sql, "SELECT count(*) FROM growing"]):
        assert client.code_of(sql) is None
        made("ALTER TABLE growing ADD COLUMN my_secret text DEFAULT 'leaked'", "SELECT 1")
        # The row guard looks at each answer: not even the first one leaks.
        assert client.code_of(sql) == "42501"
        assert client.code_of(sql) == "42501"
    assert b"leaked" not in client.rows


def test_a_renamed_table_is_judged_by_its_new_name(gateways, made):
    admin = made("CREATE TABLE plain AS SELECT 1 AS id", "DROP TABLE IF EXISTS plain, hidden")
    gateway = gateways(guarded())
    with gateway.connect() as connection, load(gateway, ["SELECT id FROM plain"]):
        assert code_of(connection, "SELECT id FROM plain") is None
        admin.execute("ALTER TABLE plain RENAME TO hidden")
        eventually(lambda: code_of(connection, "SELECT id FROM hidden") == "42501")
        admin.execute("ALTER TABLE hidden RENAME TO plain")
        eventually(lambda: code_of(connection, "SELECT id FROM plain") is None)


def test_a_replaced_view_is_followed_anew(gateways, made):
    admin = made("CREATE TABLE base AS SELECT 1 AS id, 'x' AS my_secret",
                 "DROP TABLE base CASCADE")
    admin.execute("CREATE VIEW shown AS SELECT id FROM base")
    gateway = gateways(guarded())
    client = Client(gateway)
    with load(gateway, ["SELECT * FROM shown"]):
        assert client.code_of("SELECT * FROM shown") is None
        admin.execute("CREATE OR REPLACE VIEW shown AS SELECT id, my_secret AS harmless FROM base")
        eventually(lambda: client.code_of("SELECT * FROM shown") == "42501")


def test_a_replaced_function_is_read_anew(gateways, made):
    admin = made("CREATE TABLE kept AS SELECT 1 AS id, 'x' AS my_secret",
                 "DROP TABLE kept CASCADE; DROP FUNCTION told()")
    admin.execute("CREATE FUNCTION told() RETURNS text LANGUAGE sql STABLE AS "
                  "'SELECT id::text FROM public.kept'")
    gateway = gateways(guarded())
    with gateway.connect() as connection, load(gateway, ["SELECT told()"]):
        assert code_of(connection, "SELECT told()") is None
        admin.execute("CREATE OR REPLACE FUNCTION told() RETURNS text LANGUAGE sql STABLE AS "
                      "'SELECT my_secret FROM public.kept'")
        eventually(lambda: code_of(connection, "SELECT told()") == "42501")


def test_temporary_tables_and_rows_change_no_catalog(gateways, admin):
    gateway = gateways(guarded())
    admin.execute("CREATE TEMP TABLE passing (id int PRIMARY KEY, note text DEFAULT 'x')")
    admin.execute("DROP TABLE passing")
    looks = gateway.metric("postern_catalog_looks_total")
    eventually(lambda: gateway.metric("postern_catalog_looks_total") >= looks + 3)
    assert gateway.metric("postern_catalog_epoch") == 1


def test_a_lost_catalog_connection_is_made_anew(gateways, admin, made):
    gateway = gateways(guarded())
    admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                  " WHERE application_name = 'postern catalog'")
    made("CREATE TABLE after_loss AS SELECT 1 AS id", "DROP TABLE after_loss")
    with gateway.connect() as connection:
        eventually(lambda: code_of(connection, "SELECT id FROM after_loss") is None)
    assert gateway.metric("postern_catalog_looks_total", result="failed") == 0


def test_a_catalog_that_cannot_be_read_refuses_and_says_why(gateways, admin, cluster):
    admin.execute("REVOKE SELECT ON pg_rewrite FROM PUBLIC")
    try:
        with unready(cluster.port, guarded()) as gateway:
            eventually(lambda: "permission denied for table pg_rewrite" in gateway.get("/readyz")[1])
            assert gateway.get("/readyz")[0] == 503
            assert catalog(gateway)["state"] == "unavailable"
            with gateway.connect() as connection:
                assert code_of(connection, "SELECT 1") == "08006"
                admin.execute("GRANT SELECT ON pg_rewrite TO PUBLIC")
                eventually(lambda: code_of(connection, "SELECT 1") is None)
            assert gateway.get("/readyz")[0] == 200
            eventually(lambda: "catalog can be read again" in gateway.log_text())
    finally:
        admin.execute("GRANT SELECT ON pg_rewrite TO PUBLIC")


def test_a_database_that_is_down_at_start_is_served_when_it_is_there():
    cluster = Cluster()
    try:
        cluster.stop()
        with unready(cluster.port, guarded(tables={"denied": ["accounts"]})) as gateway:
            eventually(lambda: "cannot connect" in gateway.get("/readyz")[1])
            with pytest.raises(ServerError) as refused:
                gateway.connect().close()
            assert refused.value.fields["C"] == "08006"
            cluster.start(cluster.port)
            eventually(lambda: gateway.get("/readyz")[0] == 200, within=30)
            with gateway.psycopg() as connection:
                assert connection.execute("SELECT 1").fetchone() == (1,)
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute("SELECT balance FROM accounts")
    finally:
        cluster.destroy()


@contextlib.contextmanager
def unready(server_port, database):
    """A gateway that is there, whatever /readyz says."""
    class Unready(Gateway):
        def _settled(self):
            if self.process.poll() is not None:
                return "dead"
            return self.get("/healthz")[0] == 200 and "ready"

    gateway = Unready(server_port, database)
    try:
        yield gateway.start()
    finally:
        gateway.stop()


def test_a_lock_on_a_table_keeps_nobody_from_being_judged(gateways, admin, cluster):
    """The definition of the view over it cannot be read; everything else is read and judged."""
    gateway = gateways(guarded())
    with gateway.connect() as connection, cluster.admin() as locking:
        with locking.transaction():
            locking.execute("LOCK TABLE accounts IN ACCESS EXCLUSIVE MODE")
            admin.execute("DROP TABLE IF EXISTS beside; CREATE TABLE beside (k int); "
                          "GRANT SELECT ON beside TO tester")
            assert code_of(connection, "SELECT k FROM beside") is None
            assert gateway.get("/readyz")[0] == 200
        assert code_of(connection, "SELECT id FROM rich") is None
    admin.execute("DROP TABLE beside")
