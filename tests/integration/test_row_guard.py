# SPDX-License-Identifier: Apache-2.0
"""Schemas that change between a verdict and its statement: no row of a denied column arrives, and
nothing else is refused. The gateway looks at the catalog only when something makes it."""

import contextlib

import psycopg
import pytest

from conftest import running
from harness import audit, wire
from harness.waiting import eventually
from harness.wire import code_of, errors, kinds, statuses

CANARY = b"CANARY"
TABLES = [f"people{number}" for number in range(20)]
RULES = {"mode": "balanced", "catalog_refresh": "1h",
         "access_policy": {"allow_explain": True, "trusted_views": ["rich"],
                           "columns": {"denied_patterns": ["*.ssn"]}}}


@pytest.fixture(scope="module")
def tables(cluster):
    """Gives a table of (id, email, ssn) that no other test has."""
    with cluster.admin() as admin:
        admin.execute("SET ROLE tester")
        for table in TABLES:
            admin.execute(f"CREATE TABLE {table} (id integer, email text, ssn text)")
            admin.execute(f"INSERT INTO {table} VALUES (1, 'an email', 'CANARY')")
        admin.execute("CREATE TABLE parts (k integer, v text) PARTITION BY LIST (k)")
        admin.execute("CREATE TABLE part1 PARTITION OF parts FOR VALUES IN (1)")
        admin.execute("INSERT INTO parts VALUES (1, 'in a partition')")
        admin.execute("CREATE TABLE heirs (extra text) INHERITS (scratch)")
        yield iter(TABLES)
        admin.execute(f"DROP TABLE {', '.join(TABLES)}, parts, heirs")


@pytest.fixture(scope="module")
def guarded(cluster, tables):
    with running(cluster.port, RULES) as gateway:
        yield gateway


@pytest.fixture
def table(tables):
    return next(tables)


@pytest.fixture
def swap(admin, table):
    """Makes `email` the name of the column with the numbers, behind the gateway's back."""
    def rename():
        with admin.transaction():
            admin.execute(f"ALTER TABLE {table} RENAME ssn TO other")
            admin.execute(f"ALTER TABLE {table} RENAME email TO ssn")
            admin.execute(f"ALTER TABLE {table} RENAME other TO email")
    return rename


def ends(connection, *messages):
    """Sends them; the session must end with 42501 and without a row."""
    connection.send(*messages)
    got = connection.rest()
    (error,) = errors(got)
    assert (error["S"], error["C"]) == ("FATAL", "42501"), error
    assert "D" not in kinds(got) and not any(CANARY in one.body for one in got)
    return error


def test_columns_that_were_renamed_end_the_session(guarded, table, swap):
    with guarded.connect() as connection:
        assert connection.rows(f"SELECT email FROM {table}") == [["an email"]]
        swap()
        error = ends(connection, wire.query(f"SELECT email FROM {table}"))
        assert f"public.{table}.ssn" in error["D"]
    (_, end) = audit.settled(guarded, table, 2)[-1]
    assert end["result"]["error_code"] == "COLUMN_ACCESS_DENIED"
    assert end["result"]["status"] == "error" and table in end["result"]["error_detail"]
    eventually(lambda: guarded.audit()[-1]["result"]["status"] == "denied_rows")
    # It made the gateway look: judged by the new names, this one is another column.
    with guarded.connect() as connection:
        assert code_of(connection, f"SELECT ssn FROM {table}") == "42501"


def test_a_prepared_statement_is_looked_at_each_time_it_runs(guarded, table, swap):
    execution = wire.bind(name="s") + wire.execute() + wire.SYNC
    with guarded.connect() as connection:
        connection.send(wire.parse(f"SELECT email FROM {table}", name="s"), wire.SYNC)
        connection.ready()
        for _ in range(2):
            connection.send(execution)
            assert kinds(connection.ready()) == "2DCZ"
        swap()
        ends(connection, execution)


def test_what_execute_names_is_looked_at(guarded, table, swap):
    with guarded.connect() as connection:
        connection.simple(f"PREPARE p AS SELECT email FROM {table}")
        assert connection.rows("EXECUTE p") == [["an email"]]
        swap()
        ends(connection, wire.query("EXECUTE p"))


def test_what_a_portal_executes_is_looked_at(guarded, table, swap):
    with guarded.connect() as connection:
        connection.simple(f"PREPARE p AS SELECT email FROM {table}")
        swap()
        ends(connection, wire.parse("EXECUTE p"), wire.bind(), wire.execute(), wire.SYNC)


@pytest.mark.parametrize("fetch", [
    [wire.query("FETCH c")],
    [wire.parse("FETCH c"), wire.bind(), wire.execute(), wire.SYNC],
    [wire.execute("c", 1), wire.SYNC],
])
def test_what_a_cursor_gives_is_looked_at(guarded, table, swap, fetch):
    with guarded.connect() as connection:
        swap()
        sql = f"BEGIN; DECLARE c CURSOR FOR SELECT email FROM {table}"
        assert statuses(connection.simple(sql)) == "T"
        ends(connection, *fetch)


def test_what_a_write_returns_is_looked_at(guarded, table, swap):
    swap()
    with guarded.connect() as connection:
        ends(connection, wire.query(f"UPDATE {table} SET id = 2 WHERE id = 1 RETURNING email"))


def test_a_column_that_came_since_is_looked_for(guarded, admin, table):
    admin.execute(f"ALTER TABLE {table} DROP COLUMN ssn")
    with guarded.connect() as connection:
        assert code_of(connection, f"SELECT missing FROM {table}") == "42703"  # the gateway looks
        assert connection.rows(f"SELECT * FROM {table}") == [["1", "an email"]]
        admin.execute(f"ALTER TABLE {table} ADD COLUMN ssn text DEFAULT 'CANARY'")
        ends(connection, wire.query(f"SELECT * FROM {table}"))


def test_a_table_that_was_made_anew_is_looked_for(guarded, admin, table):
    sql = f"SELECT id, email FROM {table}"
    with guarded.connect() as connection:
        for value in ("once", "twice"):
            with admin.transaction():
                admin.execute("SET LOCAL ROLE tester")
                admin.execute(f"DROP TABLE {table}")
                admin.execute(f"CREATE TABLE {table} AS SELECT 1 AS id, '{value}' AS email")
            assert connection.rows(sql) == [["1", value]]
        with admin.transaction():
            admin.execute("SET LOCAL ROLE tester")
            admin.execute(f"DROP TABLE {table}")
            admin.execute(f"CREATE TABLE {table} AS SELECT 1 AS id, 'CANARY' AS ssn")
        ends(connection, wire.query(f"SELECT * FROM {table}"))


def test_a_client_may_leave_while_its_rows_are_held(guarded, admin, table):
    with admin.transaction():
        admin.execute("SET LOCAL ROLE tester")
        admin.execute(f"DROP TABLE {table}")
        admin.execute(f"CREATE TABLE {table} AS SELECT 1 AS id")
    connection = guarded.connect()
    connection.send(wire.query(f"SELECT id FROM {table}"))
    connection.reset()
    with guarded.connect() as other:
        assert other.rows(f"SELECT id FROM {table}") == [["1"]]


HARMLESS = [
    "SELECT id, owner, ctid, tableoid FROM accounts WHERE id < 3",
    "SELECT accounts, owner FROM accounts WHERE id = 1",
    "SELECT * FROM rich ORDER BY id LIMIT 2",
    "SELECT r.id, a.owner FROM rich r JOIN accounts a USING (id) ORDER BY 1 LIMIT 1",
    "WITH one AS (SELECT id, owner FROM accounts) SELECT o.owner FROM one o WHERE id = 1",
    "SELECT id FROM accounts WHERE id = 1 UNION ALL SELECT 2",
    "SELECT k, v FROM parts", "SELECT * FROM part1", "SELECT k FROM heirs", "SELECT v FROM scratch",
    "SELECT s.id FROM (SELECT id, email FROM people19) s",
    "SELECT relname, oid FROM pg_class WHERE relname = 'accounts'",
    "SELECT table_name FROM information_schema.tables WHERE table_name = 'accounts'",
    "SELECT name, setting FROM pg_settings WHERE name = 'server_version'",
    "SHOW server_version", "EXPLAIN (COSTS OFF) SELECT id FROM accounts", "VALUES (1)", "TABLE rich",
    "SELECT g FROM generate_series(1, 2) g", "COPY (SELECT id FROM accounts WHERE id = 1) TO STDOUT",
    "INSERT INTO scratch VALUES (77, 'v') RETURNING k, v",
    "UPDATE scratch SET v = 'w' WHERE k = 77 RETURNING *",
    "DELETE FROM scratch WHERE k = 77 RETURNING v", "SELECT id, email FROM people19", "SELECT", "",
]


def test_what_is_harmless_is_answered_as_by_the_server(guarded, direct):
    with guarded.connect() as one, direct.connect() as other:
        for sql in HARMLESS:
            for messages in ([wire.query(sql)], [wire.run(sql), wire.SYNC],
                             [wire.parse(sql), wire.bind(), wire.execute(), wire.SYNC]):
                one.send(*messages)
                answer = one.ready()
                one.simple("DELETE FROM scratch WHERE k = 77")
                other.send(*messages)
                assert answer == other.ready(), sql
                other.simple("DELETE FROM scratch WHERE k = 77")


def test_descriptions_of_the_gateways_own_are_not_seen(guarded, direct):
    scripts = [
        [wire.parse("SELECT id FROM accounts ORDER BY id"), wire.bind(), wire.execute("", 2),
         wire.execute("", 2), wire.SYNC],
        [wire.parse("SELECT 1 / (id - 1) FROM accounts"), wire.bind(), wire.execute(), wire.SYNC],
        [wire.parse("BEGIN"), wire.bind(), wire.execute(), wire.parse("SELECT k FROM scratch"),
         wire.bind(portal="p"), wire.execute("p"), wire.SYNC, wire.execute("p"), wire.SYNC,
         wire.query("SELECT 1 / 0"), wire.parse("ROLLBACK", "r"), wire.SYNC,
         wire.parse("ROLLBACK"), wire.bind(), wire.execute(), wire.SYNC],
        [wire.parse("SELECT k FROM scratch"), wire.bind(), wire.execute("none"), wire.SYNC],
    ]
    with guarded.connect() as one, direct.connect() as other:
        for script in scripts:
            syncs = sum(part in (wire.SYNC, wire.query("SELECT 1 / 0")) for part in script)
            one.send(*script)
            other.send(*script)
            assert one.ready(syncs) == other.ready(syncs)


def test_a_cancel_reaches_what_a_description_precedes(guarded, admin):
    sql = "SELECT count(*) FROM accounts a, accounts b, accounts c, accounts d, accounts e"
    with guarded.connect() as connection:
        connection.send(wire.parse(sql), wire.bind(), wire.execute(), wire.SYNC)
        active = "SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND query = %s"
        eventually(lambda: admin.execute(active, [sql]).fetchone())
        # PostgreSQL ignores one that comes between two messages.
        connection.socket.settimeout(0.2)

        def is_answered():
            wire.send_cancel(guarded.port, connection.key)
            with contextlib.suppress(TimeoutError):
                return connection.take(1)
        connection.pending[:0] = eventually(is_answered)
        connection.socket.settimeout(30)
        (error,) = errors(connection.ready())
        assert error["M"] == "canceling statement due to user request"


def test_drivers_notice_nothing(guarded):
    with guarded.psycopg(autocommit=True, prepare_threshold=1) as connection:
        for _ in range(5):
            sql = "SELECT owner FROM accounts WHERE id = %s"
            assert connection.execute(sql, [1]).fetchone() == ("owner 1",)
        with connection.transaction(), connection.cursor("named") as cursor:
            cursor.execute("SELECT id FROM accounts ORDER BY id")
            assert len(cursor.fetchmany(7)) == 7
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SELECT ssn FROM people19")


def test_rules_that_only_warn_let_rows_pass(gateways, swap, table):
    gateway = gateways(RULES | {"enforcement": "warn"})
    swap()
    with gateway.connect() as connection:
        assert connection.rows(f"SELECT email FROM {table}") == [["CANARY"]]


