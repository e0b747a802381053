# SPDX-License-Identifier: Apache-2.0
"""psql in modes that refuse something: its own queries, COPY, leaving. What it prints in permissive
mode is in test_drivers.py."""

import subprocess

import pytest

from harness.cluster import binaries
from harness.waiting import eventually

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


def test_terminating_psql_ends_the_transaction(through, admin):
    result = psql(through, "-c", "BEGIN; INSERT INTO scratch VALUES (1, 'unfinished')")
    assert result.returncode == 0
    eventually(lambda: admin.execute("SELECT count(*) FROM pg_stat_activity WHERE state LIKE "
                                     "'idle in transaction%'").fetchone() == (0,))
    assert admin.execute("SELECT count(*) FROM scratch").fetchone() == (0,)
