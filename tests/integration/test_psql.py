# SPDX-License-Identifier: Apache-2.0
"""psql prints the same direct and through the gateway."""

import signal
import subprocess
import time

import pytest

from harness.cluster import binaries
from harness.waiting import eventually

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
SELECT $1::int + $2::int \bind 1 2 \g
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
\encoding
"""

COMMANDS = [r"\d", r"\d accounts", r"\d+ accounts", r"\d transfers", r"\d+ rich", r"\dt", r"\dt+",
            r"\dv", r"\di", r"\ds", r"\dn", r"\dn+", r"\df", r"\df+ complain", r"\dT", r"\dT+ mood",
            r"\du", r"\l", r"\dp", r"\z accounts", r"\dx", r"\dd", r"\db", r"\dL", r"\do public.*",
            r"\sf complain", r"\sv rich", r"\dconfig work_mem", r"\d no_such", r"\d public.*",
            r"\dC", r"\dD", r"\des", r"\dy", r"\dRp", r"\ddp", r"\drds", r"\dO", r"\dF", r"\dA",
            r"\di+ accounts_pkey", r"\dP", r"\dS accounts", r"\dg reader"]


def psql(target, *arguments, **options):
    return subprocess.run([binaries() / "psql", "-X", "-w", *arguments], timeout=60,
                          env=target.environment(), capture_output=True, text=True, **options)


def outcome(result):
    return result.returncode, result.stdout, result.stderr


def test_statements(direct, through):
    wanted, got = (outcome(psql(target, input=STATEMENTS)) for target in (direct, through))
    assert got == wanted
    assert "LINE 1:" in wanted[2] and "HINT:" in wanted[2] and "NOTICE:" in wanted[2]


@pytest.mark.parametrize("command", COMMANDS)
def test_backslash_commands(direct, read_only, command):
    wanted, got = (outcome(psql(target, "-c", command)) for target in (direct, read_only))
    assert got == wanted


def test_copy_in_and_out(direct, balanced, tmp_path):
    data = "".join(f"{i}\trow {i}\n" for i in range(1, 2001))
    (tmp_path / "in").write_text(data)
    written = psql(balanced, "-v", "ON_ERROR_STOP=1", "-c",
                   f"\\copy scratch from '{tmp_path}/in'", "-c",
                   f"\\copy (SELECT * FROM scratch ORDER BY k) to '{tmp_path}/out'", "-c",
                   "DELETE FROM scratch")
    assert written.returncode == 0, written.stderr
    assert "COPY 2000" in written.stdout and "DELETE 2000" in written.stdout
    assert (tmp_path / "out").read_text() == data


def test_copy_in_of_bad_data(direct, balanced, tmp_path):
    (tmp_path / "in").write_text("1\ta\nx\tb\n")
    command = f"\\copy scratch from '{tmp_path}/in'"
    wanted, got = (outcome(psql(target, "-c", command, "-c", "SELECT count(*) FROM scratch"))
                   for target in (direct, balanced))
    assert got == wanted and "invalid input syntax" in wanted[2]


@pytest.mark.parametrize("statement", ["SELECT pg_sleep(120)",
                                       "COPY (SELECT pg_sleep(120)) TO STDOUT"])
def test_interrupt_cancels_a_long_query(through, admin, statement):
    process = subprocess.Popen([binaries() / "psql", "-X", "-w", "-v", "VERBOSITY=verbose", "-c",
                                statement], env=through.environment(), text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        eventually(lambda: admin.execute("SELECT 1 FROM pg_stat_activity WHERE state = 'active' "
                                         "AND query = %s", [statement]).fetchone())
        before = time.monotonic()
        process.send_signal(signal.SIGINT)
        _, complaints = process.communicate(timeout=30)
    finally:
        process.kill()
    assert "57014: canceling statement due to user request" in complaints
    assert time.monotonic() - before < 5


def test_terminating_psql_ends_the_transaction(through, admin):
    result = psql(through, "-c", "BEGIN; INSERT INTO scratch VALUES (1, 'unfinished')")
    assert result.returncode == 0
    eventually(lambda: admin.execute("SELECT count(*) FROM pg_stat_activity WHERE state LIKE "
                                     "'idle in transaction%'").fetchone() == (0,))
    assert admin.execute("SELECT count(*) FROM scratch").fetchone() == (0,)
