# SPDX-License-Identifier: Apache-2.0
"""What clients ask when they start and when they look around passes under the shop's policy
(examples/shop.yaml), and is answered as PostgreSQL answers the same user.

Real clients: psql and its tab key, psycopg 3, asyncpg, node-postgres, postgres.js, JDBC, SQLAlchemy
and Prisma's `db pull`, whose schema engine runs as WebAssembly here: the native one is not in npm's
packages."""

import asyncio
import json
import os
import pathlib
import pty
import select
import shutil
import subprocess
import time

import asyncpg
import pytest
import sqlalchemy
from harness import shop, wire
from harness.cluster import binaries
from harness.waiting import eventually
from psycopg.types import TypeInfo
from psycopg.types.composite import CompositeInfo

ROOT = pathlib.Path(__file__).parents[2]
CLIENTS = pathlib.Path(__file__).with_name("clients")
JDBC = "/usr/share/java/postgresql.jar"

PSQL = [r"\d", r"\dS", r"\d customers", r"\d+ customers", r"\d order_items", r"\d analytics.*",
        r"\d+ analytics.category_sales", r"\d customers_pkey", r"\dt", r"\dt+", r"\dt *.*", r"\df",
        r"\df+ order_total", r"\sf order_total", r"\sv analytics.category_sales", r"\dn", r"\dn+",
        r"\l", r"\dv analytics.*", r"\dv+ analytics.*", r"\dm analytics.*", r"\di", r"\di+", r"\dT",
        r"\dT+", r"\du", r"\dg", r"\dp", r"\z customers", r"\dx", r"\dd", r"\dC", r"\dD", r"\do",
        r"\dO", r"\dL", r"\dA", r"\dy", r"\dF", r"\des", r"\det", r"\dRp", r"\ddp",
        r"\encoding", r"\conninfo \echo :SERVER_VERSION_NAME"]


@pytest.fixture(scope="module")
def both():
    with shop.running() as (direct, through):
        yield direct, through
        # The first record of a refusal: what came before it was not refused, and one can be seen.
        secret = "SELECT ssn FROM customers"
        with through.connect(shop.USER, shop.PASSWORD, shop.DATABASE) as connection:
            assert wire.errors(connection.simple(secret))
        found = eventually(lambda: shop.refused(through), what="the record of a refusal")
        assert found == [(secret, "COLUMN_ACCESS_DENIED")]


@pytest.fixture(autouse=True)
def nothing_is_refused(both):
    yield
    assert shop.refused(both[1]) == []


def same(both, take):
    """take(target) is equal direct and through; gives it back."""
    wanted, got = (take(target) for target in both)
    assert got == wanted
    return wanted


def run(target, *command, **options):
    done = subprocess.run(command, env=target.environment(), capture_output=True, text=True,
                          timeout=60, check=False, **options)
    assert done.returncode == 0, done.stdout[-1000:] + done.stderr[-3000:]
    return done.stdout


@pytest.mark.parametrize("command", PSQL)
def test_psql_commands(both, command):
    def take(target):
        text = run(target, binaries() / "psql", "-X", "-w", "-c", command)
        return text.replace(str(target.port), "PORT")
    assert same(both, take)


class Terminal:
    """psql at a terminal."""

    def __init__(self, target):
        self.end, terminal = pty.openpty()
        environment = target.environment() | {"TERM": "dumb", "PAGER": "cat"}
        self.process = subprocess.Popen(
            [binaries() / "psql", "-X", "-w", "-q"], env=environment, stdin=terminal,
            stdout=terminal, stderr=terminal, start_new_session=True)
        os.close(terminal)
        self.text = ""

    def until(self, wanted):
        """Reads until the text has it, and forgets what was read."""
        deadline = time.monotonic() + 15
        while wanted not in self.text:
            left = deadline - time.monotonic()
            if left < 0 or not select.select([self.end], [], [], left)[0]:
                raise AssertionError(f"{wanted!r} did not come: {self.text!r}")
            self.text += os.read(self.end, 65536).decode(errors="replace").replace("\a", "")
        self.text = ""

    def type(self, text):
        os.write(self.end, text.encode())

    def close(self):
        self.process.kill()
        self.process.wait()
        os.close(self.end)


@pytest.mark.parametrize("typed, completed", [
    ("SELECT * FROM cust", "customers"),
    ("SELECT * FROM analytics.cat", "analytics.category_sales"),
    ("SELECT count(*) FROM orders WHERE cust", "customer_id"),
    (r"\d order_i", "order_items"),
    (r"\dn ana", "analytics"),
    (r"\df order_t", "order_total"),
    ("SET extra_float_d", "extra_float_digits"),
    ("COMMENT ON TABLE prod", "products"),
])
def test_psql_completes_names(both, typed, completed):
    for target in both:
        terminal = Terminal(target)
        try:
            terminal.until("shop=> ")
            terminal.type(typed + "\t")
            terminal.until(completed)
        finally:
            terminal.close()


def ask_psycopg(target):
    with target.psycopg() as connection:
        types = [TypeInfo.fetch(connection, name) for name in ("numeric", "orders", "_orders")]
        composite = CompositeInfo.fetch(connection, "orders")
        composite.register(connection)
        row = connection.execute("SELECT o FROM orders o WHERE id = 1").fetchone()
        with connection.cursor("named") as cursor:
            cursor.execute("SELECT id, price FROM products ORDER BY id")
            pages = [cursor.fetchmany(30), cursor.fetchall()]
        for _ in range(7):  # the fifth time it is prepared
            again = connection.execute("SELECT email FROM customers WHERE id = %s", [7]).fetchall()
        with connection.cursor().copy("COPY (SELECT id FROM orders WHERE id < 9) TO STDOUT") as copy:
            copied = b"".join(copy)
        return ([(one.name, one.oid, one.array_oid) for one in types], composite.field_names,
                composite.field_types, repr(row), pages, again, copied)


def test_psycopg(both):
    same(both, ask_psycopg)


async def ask_asyncpg(target):
    parameters = target.parameters()
    parameters["database"] = parameters.pop("dbname")
    pool = await asyncpg.create_pool(**parameters, min_size=1, max_size=2)
    try:
        async with pool.acquire() as connection:
            version = connection.get_server_version()
            # Neither type is known: it asks pg_type and its kin about each and what it consists of.
            composites = await connection.fetch("SELECT o FROM orders o ORDER BY id LIMIT 2")
            arrays = await connection.fetch("SELECT array_agg(p) FROM products p WHERE id < 3")
            ranges = await connection.fetch("SELECT numrange(1, 2), ARRAY[int4range(1, 5)]")
            await connection.set_type_codec("numeric", encoder=str, decoder=str,
                                            schema="pg_catalog", format="text")
            async with connection.transaction(readonly=True):
                cursor = [row async for row in connection.cursor(
                    "SELECT id, price FROM products WHERE id < $1", 90)]
            statement = await connection.prepare("SELECT * FROM orders WHERE id = $1")
            described = (statement.get_parameters(), statement.get_attributes())
        # Giving a connection back resets it.
        async with pool.acquire() as connection:
            again = await connection.fetchval("SELECT count(*) FROM customers")
    finally:
        await pool.close()
    return (version, composites, arrays, ranges, cursor, described, again)


def test_asyncpg(both):
    same(both, lambda target: repr(asyncio.run(ask_asyncpg(target))))


@pytest.fixture
def javascript(tmp_path):
    """A folder with the clients' programs and packages."""
    found = subprocess.run([ROOT / "scripts" / "clients", "--list"], check=True,
                           capture_output=True, text=True).stdout.strip()
    assert found, "the JavaScript clients are not installed: run scripts/clients"
    for source in CLIENTS.iterdir():
        shutil.copy(source, tmp_path)
    (tmp_path / "node_modules").symlink_to(found)
    return tmp_path


@pytest.mark.parametrize("program", ["node_pg.mjs", "postgres_js.mjs"])
def test_javascript(both, javascript, program):
    answers = same(both, lambda target: json.loads(run(target, "node", program, cwd=javascript)))
    assert len(answers) > 5


def test_prisma_db_pull(both, javascript):
    # The file that is named instead of an engine is never started: it only must not be fetched.
    unused = {"PRISMA_QUERY_ENGINE_LIBRARY": "/bin/true", "PRISMA_SCHEMA_ENGINE_BINARY": "/bin/true",
              "PRISMA_HIDE_UPDATE_MESSAGE": "1", "CHECKPOINT_DISABLE": "1"}

    def pull(target):
        done = subprocess.run(
            ["node", "node_modules/prisma/build/index.js", "db", "pull", "--print"], cwd=javascript,
            env=os.environ | unused | {"DATABASE_URL": target.url()}, capture_output=True,
            text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stdout[-1000:] + done.stderr[-3000:]
        return done.stdout
    pulled = same(both, pull)
    assert "model order_items {" in pulled and "@relation(fields: [order_id]" in pulled


def test_jdbc_metadata(both):
    answers = same(both, lambda target: run(
        target, "java", "-XX:TieredStopAtLevel=1", "-cp", JDBC, CLIENTS / "Metadata.java",
        f"jdbc:postgresql://127.0.0.1:{target.port}/{shop.DATABASE}", shop.USER, shop.PASSWORD))
    assert "null|public|customers|full_name|" in answers


def describe(inspector, schema, table):
    return {name: getattr(inspector, name)(table, schema=schema) for name in (
        "get_columns", "get_pk_constraint", "get_foreign_keys", "get_indexes",
        "get_unique_constraints", "get_check_constraints", "get_table_comment")}


def reflect(target):
    engine = sqlalchemy.create_engine(target.url("postgresql+psycopg2"))
    try:
        inspector = sqlalchemy.inspect(engine)
        found = {"schemas": inspector.get_schema_names()}
        for schema in ("public", "analytics"):
            tables = inspector.get_table_names(schema)
            views = inspector.get_view_names(schema)
            found[schema] = tables, views, inspector.get_sequence_names(schema)
            found |= {table: describe(inspector, schema, table) for table in tables}
            found |= {view: inspector.get_view_definition(view, schema) for view in views}
        found["enums"] = inspector.get_enums()
        metadata = sqlalchemy.MetaData()
        metadata.reflect(engine, schema="public", views=True)
        orders = metadata.tables["public.orders"]
        with engine.connect() as connection:
            found["rows"] = connection.execute(
                sqlalchemy.select(orders).order_by(orders.c.id).limit(3)).fetchall()
        return found
    finally:
        engine.dispose()


def test_sqlalchemy(both):
    found = same(both, lambda target: repr(reflect(target)))
    assert "order_items_quantity_check" in found and "credit_file" in found
