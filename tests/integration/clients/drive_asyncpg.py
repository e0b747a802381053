# SPDX-License-Identifier: Apache-2.0
"""asyncpg: the binary protocol by itself, without libpq."""

import asyncio
import datetime
import decimal
import os
import ssl
import uuid

import asyncpg
from checks import PARAMETERS, run_async


def transport():
    if os.environ.get("PGSSLMODE", "disable") == "disable":
        return False
    return ssl.create_default_context(cafile=os.environ["PGSSLROOTCERT"])


async def connect(**options):
    return await asyncpg.connect(**PARAMETERS, ssl=transport(), **options)


async def values(connection):
    return [list(row.values()) for row in await connection.fetch("SELECT * FROM samples")]


async def types(connection):
    """Each there and back."""
    given = {"bool": True, "int8": -(2**62), "float8": 1.5, "numeric": decimal.Decimal("1.0000001"),
             "text": "grüße 🐘", "bytea": b"\x00\xff" * 5000, "date": datetime.date(2024, 2, 29),
             "timestamptz": datetime.datetime(2024, 2, 29, tzinfo=datetime.timezone.utc),
             "interval": datetime.timedelta(days=3, seconds=5), "uuid": uuid.UUID(int=42),
             "int4[]": [1, None, 3], "text[]": [["a", 'b"c'], ["d,e", "{}"]],
             "jsonb": '{"a": [1, null]}', "mood": "sad", "mood[]": ["sad", "glad"],
             "int4range": asyncpg.Range(1, 5), "inet": "10.0.0.0/8", "accounts": None,
             "point": asyncpg.Point(1, 2), "tid": (1, 2), "name": "n", "oid": 4}
    found = [await connection.fetchval(f"SELECT $1::{kind}", value)
             for kind, value in given.items()]
    row = await connection.fetchval("SELECT a FROM accounts a WHERE id = 1")
    return found + [tuple(row)]


async def parameters(connection):
    return [await connection.fetchval("SELECT $1::int + $2::bigint", 1, 2**40),
            await connection.fetchval("SELECT length($1)", "x" * 3_000_000),
            await connection.fetchval("SELECT $1::text IS NULL", None)]


async def prepared(connection):
    statement = await connection.prepare("SELECT owner FROM accounts WHERE id = $1")
    found = [await statement.fetchval(i) for i in range(1, 20)]
    found += [[parameter.name for parameter in statement.get_parameters()],
              [(column.name, column.type.name) for column in statement.get_attributes()]]
    # More than its cache holds: it closes the oldest.
    return found + [await connection.fetchval(f"SELECT $1::int + {i}", 1) for i in range(150)]


async def prepared_again_after_ddl(connection):
    """The cached plan's result type changes: asyncpg prepares anew outside a transaction."""
    await connection.execute("CREATE TEMP TABLE shape (a int); INSERT INTO shape VALUES (1)")
    found = [await connection.fetch("SELECT * FROM shape")]
    await connection.execute("ALTER TABLE shape ADD b text DEFAULT 'x'")
    for _ in range(2):
        try:
            found.append(await connection.fetch("SELECT * FROM shape"))
        except asyncpg.PostgresError as failure:
            found.append((failure.sqlstate, str(failure)))
    return found


async def cursor(connection):
    async with connection.transaction():
        found = [row[0] async for row in
                 connection.cursor("SELECT id FROM accounts ORDER BY id", prefetch=7)]
        paged = await connection.cursor("SELECT generate_series(1, $1::int)", 50)
        await paged.forward(10)
        return found + [await paged.fetchrow(), await paged.fetch(5)]


async def transactions(connection):
    found = []
    try:
        async with connection.transaction():
            await connection.execute("INSERT INTO scratch VALUES (1, 'a')")
            await connection.execute("SELECT 1/0")
    except asyncpg.PostgresError as failure:
        found.append(failure.sqlstate)
    async with connection.transaction(isolation="serializable", readonly=True, deferrable=True):
        found.append(await connection.fetchval("SHOW transaction_isolation"))
        try:
            async with connection.transaction():
                await connection.execute("INSERT INTO scratch VALUES (1, 'a')")
        except asyncpg.PostgresError as failure:
            found.append(failure.sqlstate)
        found.append(await connection.fetchval("SELECT count(*) FROM scratch"))
    return found


async def failures(connection):
    found = []
    for sql in ["SELECT nope", "SELEC 1", "SELECT 1/0", "SELECT fail('x')", "SELECT $1::int",
                "UPDATE accounts SET balance = -1 WHERE id = 1"]:
        try:
            await connection.fetch(sql)
        except (asyncpg.PostgresError, asyncpg.InterfaceError) as failure:
            found.append([str(failure), *(getattr(failure, name, None) for name in (
                "sqlstate", "severity", "detail", "hint", "constraint_name", "position"))])
        found.append(await connection.fetchval("SELECT 1"))
    return found


async def notices(connection):
    heard = []
    connection.add_log_listener(lambda _, notice: heard.append((notice.sqlstate, notice.message)))
    await connection.fetchval("SELECT complain($1)", "asyncpg")
    await asyncio.wait([asyncio.ensure_future(connection.fetchval("SELECT 1"))])
    return heard


async def copy(connection):
    records = [(i, f"v{i}") for i in range(1000)]
    transaction = connection.transaction()
    await transaction.start()
    found = [await connection.copy_records_to_table("scratch", records=records),
             [tuple(row) for row in await connection.fetch("SELECT k, v FROM scratch ORDER BY k")]]
    parts = []

    async def take(data):
        parts.append(bytes(data))
    found.append(await connection.copy_from_query("SELECT * FROM scratch ORDER BY k", output=take,
                                                  format="csv", header=True))
    found.append(b"".join(parts))
    await transaction.rollback()
    return found


async def many(connection):
    await connection.executemany("SELECT $1::int", [(i,) for i in range(100)])
    found = [await connection.execute("SELECT 1; SELECT 2")]
    try:
        await connection.executemany("INSERT INTO scratch VALUES ($1, 'v')", [(1,), (2,), (1,)])
    except asyncpg.PostgresError as failure:
        found.append(failure.sqlstate)
    return found + [await connection.fetchval("SELECT count(*) FROM scratch")]


async def notifications(connection):
    heard = asyncio.get_running_loop().create_future()
    await connection.add_listener("asyncpg", lambda _, pid, channel, payload: heard.set_result(
        (channel, payload)))
    speaker = await connect()
    await speaker.execute("NOTIFY asyncpg, 'payload'")
    await speaker.close()
    return await heard


async def cancel(connection):
    """By a timeout: asyncpg sends a CancelRequest."""
    try:
        await connection.execute("SELECT pg_sleep(120)", timeout=0.2)
    except asyncio.TimeoutError:
        return "timed out", await connection.fetchval("SELECT 42")


async def reset(connection):
    """What its pool does between two users of a connection."""
    await connection.execute("SET DateStyle = 'German'; CREATE TEMP TABLE t (a int); LISTEN x")
    await connection.reset()
    return [await connection.fetchval("SHOW DateStyle"),
            await connection.fetchval("SELECT count(*) FROM pg_listening_channels()")]


async def pool(_):
    async with asyncpg.create_pool(**PARAMETERS, ssl=transport(), min_size=2, max_size=4) as one:
        return await asyncio.gather(*(one.fetchval("SELECT $1::int", i) for i in range(20)))


asyncio.run(run_async([values, types, parameters, prepared, prepared_again_after_ddl, cursor,
                       transactions, failures, notices, copy, many, notifications, cancel, reset,
                       pool], connect))
