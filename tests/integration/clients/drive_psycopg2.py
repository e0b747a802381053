# SPDX-License-Identifier: Apache-2.0
"""psycopg2 (libpq): simple protocol, COPY, named cursors, notifications, cancel."""

import io
import select
import threading

import psycopg2
import psycopg2.extensions
import psycopg2.extras
from checks import RUNNING, run


def connect():
    return psycopg2.connect("")


def attempt(action):
    try:
        return action()
    except psycopg2.Error as failure:
        diagnostic = failure.diag
        return (failure.pgcode, diagnostic.severity, diagnostic.message_primary,
                diagnostic.message_detail, diagnostic.message_hint, diagnostic.statement_position,
                diagnostic.constraint_name)


def rows(connection, sql, parameters=None):
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall() if cursor.description else cursor.statusmessage


def values(connection):
    psycopg2.extras.register_uuid()
    given = (True, 2**40, 1.5, "grüße 🐘", [1, None, 3], {"a": 1}, None,
             psycopg2.Binary(b"\x00\xff"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s, %s, %s, %s, %s, %s::jsonb, %s, %s",
                       (*given[:5], psycopg2.extras.Json(given[5]), *given[6:]))
        found = [bytes(value) if isinstance(value, memoryview) else value
                 for value in cursor.fetchone()]
        about = [(column.name, column.type_code) for column in cursor.description]
    return found, about, len(rows(connection, "SELECT * FROM samples"))


def failures(connection):
    found = []
    for sql in ["SELECT nope", "SELECT id FROM acounts", "SELECT 1/0", "SELECT fail('x')",
                "UPDATE accounts SET balance = -1 WHERE id = 1", "SELECT 'x'::int",
                "SELECT 1; SELECT 1/0"]:
        found.append(attempt(lambda: rows(connection, sql)))
        found.append(attempt(lambda: rows(connection, "SELECT 1")))
        connection.rollback()
    return found


def notices(connection):
    rows(connection, "SELECT complain('psycopg2')")
    return list(connection.notices)


def transactions(connection):
    found = [connection.get_transaction_status()]
    rows(connection, "INSERT INTO scratch VALUES (1, 'a')")
    rows(connection, "SAVEPOINT s")
    found.append(attempt(lambda: rows(connection, "INSERT INTO scratch VALUES (1, 'b')")))
    found.append(connection.get_transaction_status())
    rows(connection, "ROLLBACK TO s")
    found.append(rows(connection, "SELECT * FROM scratch"))
    connection.rollback()
    connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
    found.append(rows(connection, "SHOW transaction_isolation"))
    found.append(attempt(lambda: rows(connection, "INSERT INTO scratch VALUES (1, 'a')")))
    connection.rollback()
    return found


def named_cursors(connection):
    found = []
    with connection.cursor("paged") as cursor:
        cursor.itersize = 7
        cursor.execute("SELECT id FROM accounts ORDER BY id")
        found += cursor.fetchmany(3) + list(cursor)
    with connection.cursor("scrolling", scrollable=True) as cursor:
        cursor.execute("SELECT generate_series(1, 20)")
        cursor.scroll(10)
        found.append(cursor.fetchone())
        cursor.scroll(-5)
        found.append(cursor.fetchone())
    return found


def copy(connection):
    text = "".join(f"{i}\trow {i}\n" for i in range(2000))
    found = []
    with connection.cursor() as cursor:
        cursor.copy_from(io.StringIO(text), "scratch")
        found.append(cursor.rowcount)
        out = io.StringIO()
        cursor.copy_expert("COPY (SELECT * FROM scratch ORDER BY k) TO STDOUT (FORMAT csv)", out)
        found.append(out.getvalue())
        found.append(attempt(lambda: cursor.copy_from(io.StringIO("x\ty\n"), "scratch")))
    connection.rollback()
    return found


def many(connection):
    with connection.cursor() as cursor:
        found = [psycopg2.extras.execute_values(
            cursor, "INSERT INTO scratch VALUES %s RETURNING k", [(i, "v") for i in range(250)],
            fetch=True)]
        psycopg2.extras.execute_batch(cursor, "UPDATE scratch SET v = %s WHERE k = %s",
                                      [(str(i), i) for i in range(250)])
        cursor.execute("PREPARE twice (int) AS SELECT $1 * 2")
        found.append(rows(connection, "EXECUTE twice (21)"))
        found.append(rows(connection, "SELECT count(*) FROM scratch WHERE v = k::text"))
    connection.rollback()
    return found


def notifications(connection):
    connection.autocommit = True
    rows(connection, "LISTEN psycopg2")
    speaker = connect()
    speaker.autocommit = True
    rows(speaker, "NOTIFY psycopg2, 'payload'")
    speaker.close()
    while not connection.notifies:
        assert select.select([connection], [], [], 30)[0]
        connection.poll()
    return [(heard.channel, heard.payload) for heard in connection.notifies]


def cancel(connection):
    def when_it_runs():
        watcher = connect()
        watcher.autocommit = True
        while not rows(watcher, RUNNING.format("psycopg2"))[0][0]:
            pass
        watcher.close()
        connection.cancel()
    thread = threading.Thread(target=when_it_runs)
    thread.start()
    found = [attempt(lambda: rows(connection, "SELECT pg_sleep(120) /* psycopg2 */"))]
    thread.join()
    connection.rollback()
    return found + rows(connection, "SELECT 42")


def settings(connection):
    connection.autocommit = True
    rows(connection, "SET DateStyle = 'German'")
    found = [connection.get_parameter_status("DateStyle"), connection.encoding,
             connection.server_version]
    connection.reset()  # RESET ALL and more
    return found + [connection.get_parameter_status("DateStyle")]


run([values, failures, notices, transactions, named_cursors, copy, many, notifications, cancel,
     settings], connect)
