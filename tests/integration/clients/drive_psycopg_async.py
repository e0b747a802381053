# SPDX-License-Identifier: Apache-2.0
"""psycopg 3, asynchronous: many sessions at once, pipelines, COPY, cancel."""

import asyncio

import psycopg
from checks import RUNNING, run_async


async def connect(**options):
    return await psycopg.AsyncConnection.connect(**options)


async def many_sessions(_):
    async def one(number):
        async with await connect() as connection:
            cursor = await connection.execute("SELECT %s::int, count(*) FROM accounts", (number,))
            return await cursor.fetchone()
    return await asyncio.gather(*(one(number) for number in range(12)))


async def pipeline(connection):
    async with connection.pipeline():
        cursors = [await connection.execute("SELECT %s::int", (i,)) for i in range(100)]
        return [await cursor.fetchone() for cursor in cursors]


async def pipeline_error(connection):
    await connection.set_autocommit(True)
    found = []
    try:
        async with connection.pipeline() as unit:
            await connection.execute("SELECT 1")
            await connection.execute("SELECT 1/%s", (0,))
            await connection.execute("SELECT 2")
            await unit.sync()
    except psycopg.Error as error:
        found.append((error.sqlstate, str(error)))
    cursor = await connection.execute("SELECT 3")
    return found + await cursor.fetchall()


async def copy(connection):
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


async def server_cursor(connection):
    async with connection.cursor("c") as cursor:
        await cursor.execute("SELECT id FROM accounts ORDER BY id")
        return [row async for row in cursor]


async def stream(connection):
    """Single-row mode."""
    cursor = connection.cursor()
    return [row async for row in cursor.stream("SELECT generate_series(1, %s)", (50,))]


async def cancel(connection):
    await connection.set_autocommit(True)
    query = asyncio.create_task(connection.execute("SELECT pg_sleep(120) /* async */"))
    async with await connect(autocommit=True) as watcher:
        running = False
        while not running:
            cursor = await watcher.execute(RUNNING.format("async"))
            ((running,),) = await cursor.fetchall()
    connection.cancel()
    found = []
    try:
        await query
    except psycopg.Error as error:
        found.append((error.sqlstate, str(error)))
    cursor = await connection.execute("SELECT 1")
    return found + await cursor.fetchall()


async def notifications(connection):
    await connection.set_autocommit(True)
    await connection.execute("LISTEN channel")
    async with await connect(autocommit=True) as speaker:
        await speaker.execute("NOTIFY channel, 'payload'")
    async for notification in connection.notifies():
        return notification.channel, notification.payload


asyncio.run(run_async([many_sessions, pipeline, pipeline_error, copy, server_cursor, stream, cancel,
                       notifications], connect))
