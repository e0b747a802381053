# SPDX-License-Identifier: Apache-2.0
"""psycopg 3, blocking (libpq)."""

import decimal
import threading

import psycopg
from checks import RUNNING, run
from psycopg.rows import dict_row
from psycopg.types import TypeInfo
from psycopg.types.json import Jsonb
from psycopg.types.range import Range


def error(failure):
    diagnostic = failure.diag
    return (failure.sqlstate, diagnostic.severity, diagnostic.message_primary,
            diagnostic.message_detail, diagnostic.message_hint, diagnostic.statement_position,
            diagnostic.constraint_name, diagnostic.table_name)


def attempt(action):
    try:
        return action()
    except psycopg.Error as failure:
        return error(failure)


def values(connection):
    return [connection.execute(sql, parameters).fetchall() for sql, parameters in [
        ("SELECT * FROM samples", None), ("SELECT %s, %s, %s", (1, "zwei", None)),
        ("SELECT %b::int8, %b::text", (2, "b")), ("SELECT %s::numeric", (decimal.Decimal("1.5"),)),
        ("SELECT id FROM accounts WHERE id = ANY(%s) ORDER BY 1", ([1, 5, 9],))]]


def binary_values(connection):
    cursor = connection.cursor(binary=True, row_factory=dict_row)
    return cursor.execute("SELECT * FROM samples").fetchall()


def prepared(connection):
    found = []
    for _ in range(8):  # psycopg prepares from the sixth execution on
        found += connection.execute("SELECT %s::int + 1", (len(found),)).fetchall()
    found += connection.execute("SELECT %s::text", ("x",), prepare=True).fetchall()
    connection.execute("DEALLOCATE ALL")
    found.append(attempt(lambda: connection.execute("SELECT %s::text", ("x",), prepare=True)))
    return [item if isinstance(item, tuple) else "cursor" for item in found]


def transactions(connection):
    found = []
    with connection.transaction():
        connection.execute("INSERT INTO scratch VALUES (1, 'kept')")
        try:
            with connection.transaction():
                connection.execute("INSERT INTO scratch VALUES (2, 'lost')")
                connection.execute("SELECT 1/0")
        except psycopg.errors.DivisionByZero as failure:
            found.append(error(failure))
    found += connection.execute("SELECT * FROM scratch ORDER BY k").fetchall()
    connection.execute("DELETE FROM scratch")
    connection.execute("SELECT 1")
    found.append(connection.info.transaction_status.name)
    connection.rollback()
    found.append(connection.info.transaction_status.name)
    connection.execute("DELETE FROM scratch")
    connection.commit()
    return found


def failures(connection):
    found = []
    for sql in ["SELECT nope", "SELEC 1", "SELECT 1/0", "SELECT fail('x')",
                "UPDATE accounts SET balance = -1 WHERE id = 1",
                "INSERT INTO accounts VALUES (1, 'again')",
                "SELECT 'x'::int", "SELECT * FROM no_such"]:
        found.append(attempt(lambda: connection.execute(sql)))
        found.append(attempt(lambda: connection.execute("SELECT 1")))
        connection.rollback()
    return [item for item in found if isinstance(item, tuple)]


def notices(connection):
    heard = []
    connection.add_notice_handler(lambda notice: heard.append(
        (notice.severity, notice.message_primary, notice.message_hint)))
    connection.execute("SELECT complain('one')")
    connection.execute("SELECT complain(%s)", ("two",))
    return heard


def server_cursors(connection):
    found = []
    with connection.cursor("named") as cursor:
        cursor.itersize = 7
        cursor.execute("SELECT id FROM accounts ORDER BY id")
        found += cursor.fetchmany(3) + list(cursor)
    with connection.cursor("scrolling", scrollable=True) as cursor:
        cursor.execute("SELECT generate_series(1, %s)", (10,))
        cursor.scroll(8)
        found += cursor.fetchall()
        cursor.scroll(0, "absolute")
        found += cursor.fetchmany(2)
    with connection.cursor("kept", withhold=True) as cursor:
        cursor.execute("SELECT generate_series(1, 3)")
        connection.commit()
        found += cursor.fetchall()
    return found


def copy_text(connection):
    cursor = connection.cursor()
    with cursor.copy("COPY scratch FROM STDIN") as copy:
        for row in [(1, "a\tb"), (2, None), (3, "\\.")]:
            copy.write_row(row)
    found = [cursor.statusmessage]
    with cursor.copy("COPY (SELECT * FROM scratch ORDER BY k) TO STDOUT") as copy:
        found += list(copy.rows())
    with cursor.copy("COPY (SELECT * FROM scratch ORDER BY k) TO STDOUT (FORMAT csv)") as copy:
        found.append(b"".join(bytes(data) for data in copy))
    connection.rollback()
    return found


def copy_binary(connection):
    cursor = connection.cursor()
    with cursor.copy("COPY scratch FROM STDIN (FORMAT binary)") as copy:
        copy.set_types(["int4", "text"])
        for i in range(5000):
            copy.write_row((i, "x" * (i % 50)))
    found = [cursor.statusmessage]
    with cursor.copy("COPY (SELECT * FROM scratch ORDER BY k) TO STDOUT (FORMAT binary)") as copy:
        copy.set_types(["int4", "text"])
        found += list(copy.rows())
    connection.rollback()
    return found


def copy_failures(connection):
    def bad_row():
        with connection.cursor().copy("COPY scratch FROM STDIN") as copy:
            copy.write("1\tok\n" "x\tbad\n")

    def give_up():
        with connection.cursor().copy("COPY scratch FROM STDIN") as copy:
            copy.write_row((1, "a"))
            raise ZeroDivisionError
    found = [attempt(bad_row)]
    connection.rollback()
    found.append(attempt(give_up))
    connection.rollback()
    return found + connection.execute("SELECT count(*) FROM scratch").fetchall()


def pipeline(connection):
    with connection.pipeline():
        cursors = [connection.execute("SELECT %s::int", (i,)) for i in range(200)]
        return [cursor.fetchone() for cursor in cursors]


def pipeline_with_an_error(connection):
    """When the error is raised depends on when replies arrive, so only that it is counts."""
    connection.autocommit = True

    def broken():
        with connection.pipeline() as unit:
            connection.execute("INSERT INTO scratch VALUES (1, 'never')")
            connection.execute("SELECT 1/%s", (0,))
            connection.execute("SELECT 3")
            unit.sync()
    found = [attempt(broken)]
    with connection.pipeline():
        cursor = connection.execute("SELECT 4")
        found.append(cursor.fetchone())
    return found + connection.execute("SELECT count(*) FROM scratch").fetchall()


def pipeline_in_a_transaction(connection):
    def broken():
        with connection.pipeline(), connection.transaction():
            connection.execute("INSERT INTO scratch VALUES (1, 'never')")
            connection.execute("INSERT INTO scratch VALUES (1, 'twice')")
    found = [attempt(broken)]
    return found + connection.execute("SELECT count(*) FROM scratch").fetchall()


def many_statements(connection):
    cursor = connection.execute("SELECT 1; SELECT 2; SELECT 3")
    found = [cursor.fetchall()]
    while cursor.nextset():
        found.append(cursor.fetchall())
    return found


def executemany(connection):
    cursor = connection.cursor()
    cursor.executemany("INSERT INTO scratch VALUES (%s, %s) RETURNING k",
                       [(i, str(i)) for i in range(50)], returning=True)
    found = [cursor.fetchone()]
    while cursor.nextset():
        found.append(cursor.fetchone())
    connection.rollback()
    return found + [cursor.rowcount]


def session(connection):
    info = connection.info
    names = ["server_encoding", "client_encoding", "DateStyle", "TimeZone", "integer_datetimes",
             "standard_conforming_strings", "server_version", "session_authorization"]
    return [info.server_version, info.encoding] + [info.parameter_status(name) for name in names]


def isolation(connection):
    connection.isolation_level = psycopg.IsolationLevel.SERIALIZABLE
    connection.read_only = True
    found = connection.execute("SHOW transaction_isolation").fetchall()
    found.append(attempt(lambda: connection.execute("INSERT INTO scratch VALUES (1, '')")))
    connection.rollback()
    return found


def types(connection):
    """Each there and back, as text and binary."""
    given = [True, -(2**62), 1.5, decimal.Decimal("1e-30"), "grüße 🐘", b"\x00\xff" * 5000,
             [1, None, 3], [["a", 'b"c'], ["d,e", "{}"]], Jsonb({"a": [1, None]}), Range(1, 5), None]
    found = []
    for binary in (False, True):
        cursor = connection.cursor(binary=binary)
        for value in given:
            mark = "%b" if binary else "%s"
            kind = "::text" if value is None else ""
            found.append(cursor.execute(f"SELECT {mark}{kind}", (value,)).fetchone()[0])
    mood = TypeInfo.fetch(connection, "mood")
    return found + [mood.name, mood.oid > 0]


def notifications(connection):
    connection.autocommit = True
    connection.execute('LISTEN "news of the day"')
    with psycopg.connect(autocommit=True) as speaker:
        for payload in ("", "one", "x" * 7000):
            speaker.execute("SELECT pg_notify('news of the day', %s)", (payload,))
        speaker.autocommit = False
        speaker.execute("SELECT pg_notify('news of the day', 'never')")
        speaker.rollback()
        speaker.execute("SELECT pg_notify('news of the day', 'end')")
        speaker.commit()
    heard = []
    for notification in connection.notifies():
        heard.append((notification.channel, notification.payload))
        if notification.payload == "end":
            break
    connection.execute("UNLISTEN *")
    return heard


def cancel(connection):
    """The statement fails with 57014, and the transaction with it."""
    def when_it_runs():
        with psycopg.connect(autocommit=True) as watcher:
            while not watcher.execute(RUNNING.format("psycopg")).fetchone()[0]:
                pass
        connection.cancel()
    thread = threading.Thread(target=when_it_runs)
    thread.start()
    found = [attempt(lambda: connection.execute("SELECT pg_sleep(120) /* psycopg */"))]
    thread.join()
    found.append(attempt(lambda: connection.execute("SELECT 1")))
    connection.rollback()
    return found + connection.execute("SELECT 42").fetchall()


def timeouts(connection):
    connection.execute("SET LOCAL statement_timeout = '50ms'")
    found = [attempt(lambda: connection.execute("SELECT pg_sleep(120)"))]
    connection.rollback()
    return found + connection.execute("SELECT 43").fetchall()


def settings(connection):
    """SET, set_config, RESET; what the server reports arrives."""
    found = []
    for sql in ["SET DateStyle = 'German'", "SET TIME ZONE 'Asia/Tokyo'",
                "SELECT set_config('application_name', 'drive', false)"]:
        connection.execute(sql)
        found.append([connection.info.parameter_status(name)
                      for name in ("DateStyle", "TimeZone", "application_name")])
    connection.execute("RESET ALL")
    return found + connection.execute("SELECT '2024-02-29'::date::text").fetchall()


def temporary_tables(connection):
    connection.execute("CREATE TEMP TABLE mine (a int) ON COMMIT DROP")
    with connection.cursor().copy("COPY mine FROM STDIN") as copy:
        for i in range(10):
            copy.write_row((i,))
    found = connection.execute("SELECT sum(a) FROM mine").fetchall()
    connection.commit()
    return found + [attempt(lambda: connection.execute("SELECT * FROM mine"))]


def advisory_locks(connection):
    connection.execute("SELECT pg_advisory_lock(4711)")
    with psycopg.connect() as other:
        found = other.execute("SELECT pg_try_advisory_lock(4711)").fetchall()
    return found + connection.execute("SELECT pg_advisory_unlock(4711)").fetchall()


def big(connection):
    """Fields and parameters of megabytes, many columns, many rows."""
    value = "0123456789" * 300_000
    found = [connection.execute("SELECT length(%s), md5(%s)", (value, value)).fetchone(),
             connection.execute("SELECT md5(repeat('x', 8000000))").fetchone(),
             len(connection.execute("SELECT repeat('y', 8000000)").fetchone()[0])]
    columns = ", ".join(f"{i} AS c{i}" for i in range(1000))
    found.append(sum(connection.execute(f"SELECT {columns}").fetchone()))
    found.append(sum(row[0] for row in connection.execute("SELECT generate_series(1, 100000)")))
    return found


run([values, types, binary_values, prepared, transactions, failures, notices, server_cursors,
     copy_text, copy_binary, copy_failures, pipeline, pipeline_with_an_error,
     pipeline_in_a_transaction, many_statements, executemany, session, isolation, notifications,
     cancel, timeouts, settings, temporary_tables, advisory_locks, big], psycopg.connect)
