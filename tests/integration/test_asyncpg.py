# SPDX-License-Identifier: Apache-2.0
"""asyncpg speaks the binary protocol by itself, without libpq."""

import asyncio

import asyncpg
import pytest

from harness.cluster import DATABASE, PASSWORD, USER


async def connect(target, **options):
    return await asyncpg.connect(host="127.0.0.1", port=target.port, user=USER, password=PASSWORD,
                                 database=DATABASE, ssl=False, **options)


async def values(connection):
    return [repr(list(row.values())) for row in await connection.fetch("SELECT * FROM samples")]


async def parameters(connection):
    return [await connection.fetchval("SELECT $1::int + $2::bigint", 1, 2**40),
            await connection.fetchval("SELECT $1::int[]", [1, None, 3]),
            await connection.fetchval("SELECT $1::mood", "sad"),
            await connection.fetchval("SELECT $1::jsonb", '{"a": 1}')]


async def prepared(connection):
    statement = await connection.prepare("SELECT owner FROM accounts WHERE id = $1")
    return [await statement.fetchval(i) for i in range(1, 20)]


async def cursor(connection):
    async with connection.transaction():
        return [row[0] async for row in
                connection.cursor("SELECT id FROM accounts ORDER BY id", prefetch=7)]


async def transactions(connection):
    try:
        async with connection.transaction():
            await connection.execute("INSERT INTO scratch VALUES (1, 'a')")
            await connection.execute("SELECT 1/0")
    except asyncpg.PostgresError as failure:
        return [failure.sqlstate, await connection.fetchval("SELECT count(*) FROM scratch")]


async def copy(connection):
    records = [(i, f"v{i}") for i in range(1000)]
    transaction = connection.transaction()
    await transaction.start()
    tag = await connection.copy_records_to_table("scratch", records=records)
    found = await connection.fetch("SELECT k, v FROM scratch ORDER BY k")
    await transaction.rollback()
    return [tag, [tuple(row) for row in found] == records]


async def many(connection):
    await connection.executemany("SELECT $1::int", [(i,) for i in range(100)])
    return [await connection.execute("SELECT 1; SELECT 2")]


@pytest.mark.parametrize("scenario", [values, parameters, prepared, cursor, transactions, copy,
                                      many], ids=lambda scenario: scenario.__name__)
def test_results_are_equal(direct, through, scenario):
    async def play(target):
        connection = await connect(target)
        try:
            return await scenario(connection)
        finally:
            await connection.close()
    wanted = asyncio.run(play(direct))
    assert asyncio.run(play(through)) == wanted and wanted


def test_a_timeout_cancels(through):
    async def timed_out():
        connection = await connect(through)
        with pytest.raises(asyncio.TimeoutError):
            await connection.execute("SELECT pg_sleep(120)", timeout=0.5)
        value = await connection.fetchval("SELECT 42")
        await connection.close()
        return value
    assert asyncio.run(timed_out()) == 42
