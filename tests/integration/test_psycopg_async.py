# SPDX-License-Identifier: Apache-2.0
"""psycopg 3, asynchronous: many sessions at once, pipelines, COPY, cancel."""

import asyncio

import psycopg
import pytest


async def connect(target, **options):
    return await psycopg.AsyncConnection.connect(**target.parameters(), **options)


async def many_sessions(target):
    async def one(number):
        async with await connect(target) as connection:
            cursor = await connection.execute("SELECT %s::int, count(*) FROM accounts", (number,))
            return await cursor.fetchone()
    return await asyncio.gather(*(one(number) for number in range(15)))


async def pipeline(target):
    async with await connect(target) as connection:
        async with connection.pipeline():
            cursors = [await connection.execute("SELECT %s::int", (i,)) for i in range(100)]
            return [await cursor.fetchone() for cursor in cursors]


async def pipeline_error(target):
    async with await connect(target, autocommit=True) as connection:
        with pytest.raises(psycopg.errors.DivisionByZero):
            async with connection.pipeline() as unit:
                await connection.execute("SELECT 1")
                await connection.execute("SELECT 1/%s", (0,))
                await connection.execute("SELECT 2")
                await unit.sync()
        cursor = await connection.execute("SELECT 3")
        return await cursor.fetchall()


async def copy(target):
    async with await connect(target) as connection:
        cursor = connection.cursor()
        async with cursor.copy("COPY scratch FROM STDIN") as stream:
            for i in range(1000):
                await stream.write_row((i, f"v{i}"))
        found = []
        async with cursor.copy("COPY (SELECT * FROM scratch ORDER BY k) TO STDOUT") as stream:
            async for row in stream.rows():
                found.append(row)
        await connection.rollback()
        return found


async def server_cursor(target):
    async with await connect(target) as connection:
        async with connection.cursor("c") as cursor:
            await cursor.execute("SELECT id FROM accounts ORDER BY id")
            return [row async for row in cursor]


@pytest.mark.parametrize("scenario", [many_sessions, pipeline, pipeline_error, copy, server_cursor],
                         ids=lambda scenario: scenario.__name__)
def test_results_are_equal(direct, through, scenario):
    wanted = asyncio.run(scenario(direct))
    assert asyncio.run(scenario(through)) == wanted and wanted


def test_cancel(through):
    async def cancelled():
        async with await connect(through, autocommit=True) as connection:
            query = asyncio.create_task(connection.execute("SELECT pg_sleep(120)"))
            while not query.done():  # a cancel may come before the query is there
                connection.cancel()
                await asyncio.wait([query], timeout=0.2)
            with pytest.raises(psycopg.errors.QueryCanceled):
                query.result()
            cursor = await connection.execute("SELECT 1")
            assert await cursor.fetchall() == [(1,)]
    asyncio.run(cancelled())


def test_notifications(through):
    async def listening():
        async with await connect(through, autocommit=True) as listener:
            await listener.execute("LISTEN channel")
            async with await connect(through, autocommit=True) as speaker:
                await speaker.execute("NOTIFY channel, 'payload'")
            async for notification in listener.notifies():
                return notification.payload
    assert asyncio.run(asyncio.wait_for(listening(), 30)) == "payload"
