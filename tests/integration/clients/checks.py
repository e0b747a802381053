# SPDX-License-Identifier: Apache-2.0
"""What the clients in Python share. A client takes libpq's environment variables, runs its checks
and prints a line of JSON for each: {"check": name, "answer": …}. It says nothing of what differs by
nature: ports, process ids, times."""

import asyncio
import json
import os
import traceback

PARAMETERS = {"host": os.environ["PGHOST"], "port": int(os.environ["PGPORT"]),
              "user": os.environ["PGUSER"], "password": os.environ["PGPASSWORD"],
              "database": os.environ["PGDATABASE"]}
# What a second connection asks until the first one's statement runs.
RUNNING = ("SELECT count(*) FROM pg_stat_activity WHERE state = 'active' "
           "AND wait_event = 'PgSleep' AND query LIKE '%/* {} */%' AND pid <> pg_backend_pid()")


def tell(name, answer):
    print(json.dumps({"check": name, "answer": answer}, default=repr), flush=True)


def raised(error):
    """A check that fails is told as such, with where it did."""
    where = traceback.extract_tb(error.__traceback__)[-1]
    return {"raised": f"{error!r} at {os.path.basename(where.filename)}:{where.lineno}"}


def run(checks, connect):
    """Each check gets a connection of its own."""
    for check in checks:
        try:
            connection = connect()
            try:
                tell(check.__name__, repr(check(connection)))
            finally:
                connection.close()
        except Exception as error:  # noqa: BLE001: whatever a driver raises is an answer
            tell(check.__name__, raised(error))


async def _one(check, connect):
    connection = await connect()
    try:
        return repr(await asyncio.wait_for(check(connection), 60))
    finally:
        await connection.close()


async def run_async(checks, connect):
    for check in checks:
        try:
            tell(check.__name__, await _one(check, connect))
        except Exception as error:  # noqa: BLE001
            tell(check.__name__, raised(error))
