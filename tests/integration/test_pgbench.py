# SPDX-License-Identifier: Apache-2.0
"""pgbench through the gateway: reads in read-only mode, writes whose sums agree. Its other modes are
in test_drivers.py."""

import re
import subprocess

import pytest

from harness.cluster import binaries

CLIENTS, TRANSACTIONS = 4, 100


def pgbench(target, *arguments):
    result = subprocess.run([binaries() / "pgbench", *arguments], env=target.environment(),
                            capture_output=True, text=True, timeout=300)
    assert result.returncode == 0, result.stderr
    return result


def bench(target, *arguments):
    result = pgbench(target, "-n", "-c", str(CLIENTS), "-j", "2", "-t", str(TRANSACTIONS),
                     *arguments)
    done = CLIENTS * TRANSACTIONS
    assert re.search(rf"actually processed: {done}/{done}\b", result.stdout), result.stdout
    assert "failed transactions: 0 " in result.stdout, result.stdout


@pytest.fixture(scope="module", autouse=True)
def tables(through, cluster):
    """Made through the gateway, too: DDL, COPY FROM STDIN, VACUUM."""
    pgbench(through, "-i", "-q", "-s", "1")
    with cluster.admin() as admin:
        assert admin.execute("SELECT count(*) FROM pgbench_accounts").fetchone() == (100_000,)
        assert admin.execute("SELECT count(*) FROM pg_index WHERE indrelid = "
                             "'pgbench_accounts'::regclass").fetchone() == (1,)


@pytest.mark.parametrize("mode", ["simple", "extended", "prepared"])
def test_select_only(read_only, mode):
    bench(read_only, "-S", "-M", mode)


@pytest.mark.parametrize("mode", ["simple", "extended", "prepared"])
def test_tpc_b(through, admin, mode):
    admin.execute("TRUNCATE pgbench_history")
    bench(through, "-M", mode)
    written = admin.execute("SELECT count(*), sum(delta) FROM pgbench_history").fetchone()
    assert written[0] == CLIENTS * TRANSACTIONS


def test_balances_agree(admin):
    """What TPC-B leaves: all three sums are those of the history, over all the runs before."""
    sums = [admin.execute(f"SELECT sum({column}) FROM {table}").fetchone()
            for table, column in [("pgbench_accounts", "abalance"), ("pgbench_tellers", "tbalance"),
                                  ("pgbench_branches", "bbalance")]]
    assert sums[0] == sums[1] == sums[2] and sums[0] != (0,)
