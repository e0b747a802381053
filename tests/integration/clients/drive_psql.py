# SPDX-License-Identifier: Apache-2.0
"""psql: what it prints, COPY of files, a script in one transaction, Ctrl-C; and pg_isready."""

import os
import pathlib
import re
import signal
import subprocess
import tempfile

from checks import RUNNING, raised, tell

STATEMENTS = r"""
SELECT * FROM accounts ORDER BY id LIMIT 3;
SELECT * FROM samples;
\x on
SELECT * FROM samples;
\x off
SELECT count(*), sum(balance) FROM rich JOIN accounts USING (id);
SELECT no_such FROM accounts;
\echo :SQLSTATE :LAST_ERROR_MESSAGE
SELECT ownr FROM accounts;
SELECT id FROM acounts;
SELECT 1 +;
\echo :SQLSTATE :LAST_ERROR_MESSAGE
SELECT fail('it broke');
SELECT complain('psql');
SELECT 1/0;
BEGIN;
SELECT 1/0;
SELECT 1;
COMMIT;
SELECT 1 AS a \; SELECT 2 AS b;
SELECT 'gset' AS value \gset
\echo :value
\if :has_bind
SELECT $1::int + $2::int \bind 1 2 \g
\endif
\timing off
SELECT 1 AS described \gdesc
PREPARE p(int) AS SELECT $1 * 2;
EXECUTE p(21);
DEALLOCATE p;
SHOW server_version;
SELECT current_user, session_user, current_database();
\set FETCH_COUNT 7
SELECT id FROM accounts ORDER BY id LIMIT 20;
\unset FETCH_COUNT
COPY (SELECT id, owner FROM accounts ORDER BY id LIMIT 2) TO STDOUT;
SELECT format('SELECT %s AS made', i) FROM generate_series(1, 3) i \gexec
SELECT id % 3 AS a, id % 2 AS b, count(*) FROM accounts GROUP BY 1, 2 ORDER BY 1, 2 \crosstabview
LISTEN news;
NOTIFY news, 'extra';
SELECT 1;
UNLISTEN *;
BEGIN;
DECLARE c SCROLL CURSOR FOR SELECT id FROM accounts ORDER BY id;
FETCH 3 FROM c;
MOVE 10 IN c;
FETCH BACKWARD 2 FROM c;
FETCH ABSOLUTE 50 FROM c;
CLOSE c;
FETCH c;
ROLLBACK;
\set ON_ERROR_ROLLBACK on
BEGIN;
SELECT 1/0;
SELECT 'goes on';
COMMIT;
\encoding
\errverbose
"""

COMMANDS = [r"\d", r"\d accounts", r"\d+ transfers", r"\df+", r"\dT+", r"\l", r"\du",
            r"\dp", r"\dn+"]


def psql(*arguments, **options):
    done = subprocess.run(["psql", "-X", "-w", *arguments], capture_output=True, text=True,
                          timeout=60, check=False, **options)
    return [done.returncode, done.stdout, without_ids(done.stderr), without_ids(done.stdout)]


def without_ids(text):
    return re.sub(r"PID \d+", "PID", text)


def outcome(*arguments, **options):
    code, _, complaints, said = psql(*arguments, **options)
    return [code, said, complaints]


def statements(_):
    (version,) = re.findall(r"\) (\d+)", psql("--version")[1])
    has_bind = "on" if int(version) >= 16 else "off"
    return outcome("-v", f"has_bind={has_bind}", input=STATEMENTS)


def commands(_):
    return outcome(*(part for command in COMMANDS for part in ("-c", command)))


def copy(folder):
    data = "".join(f"{i}\trow {i}\n" for i in range(1, 20001))
    (folder / "in").write_text(data)
    found = [outcome("-c", "BEGIN", "-c", f"\\copy scratch from '{folder}/in'", "-c",
                     f"\\copy (SELECT * FROM scratch ORDER BY k) to '{folder}/out' csv",
                     "-c", "ROLLBACK"),
             (folder / "out").read_text()]
    (folder / "in").write_text("1\ta\nx\tb\n")
    count = ("-c", "SELECT count(*) FROM scratch")
    return found + [outcome("-c", f"\\copy scratch from '{folder}/in'", *count),
                    outcome("-c", "COPY scratch FROM STDIN", *count,
                            input="1\ta\n2\t\\N\n\\.\n"), outcome("-c", "DELETE FROM scratch")]


def script_in_one_transaction(folder):
    script = folder / "script.sql"
    script.write_text("CREATE TABLE made (a int);\nCOPY made FROM STDIN;\n1\n2\n\\.\n"
                      "SELECT sum(a) FROM made;\nSELECT 1/0;\nSELECT 'not this';\n")
    return [outcome("-1", "-v", "ON_ERROR_STOP=1", "-f", script.name, cwd=folder),
            outcome("-c", "SELECT to_regclass('made') IS NULL")]


def one_connection_each(_):
    return [outcome("-c", "SELECT current_user"),
            outcome("-d", "postgres_no_such", "-c", "SELECT 1")[0],
            subprocess.run(["pg_isready"], capture_output=True, check=False).returncode]


def interrupt(_):
    """Ctrl-C while a statement and while a COPY run."""
    found = []
    for statement in ("SELECT pg_sleep(120) /* psql */",
                      "COPY (SELECT pg_sleep(120) /* psql */) TO STDOUT"):
        process = subprocess.Popen(["psql", "-X", "-w", "-c", statement], text=True,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE)
        while psql("-At", "-c", RUNNING.format("psql"))[1] != "1\n":
            pass
        process.send_signal(signal.SIGINT)
        found.append([*process.communicate(timeout=30), process.returncode])
    return found


with tempfile.TemporaryDirectory(prefix="postern-psql-") as name:
    os.chdir("/")
    for check in (statements, commands, copy, script_in_one_transaction, one_connection_each,
                  interrupt):
        try:
            tell(check.__name__, check(pathlib.Path(name)))
        except Exception as error:  # noqa: BLE001
            tell(check.__name__, raised(error))
