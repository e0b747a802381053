# SPDX-License-Identifier: Apache-2.0
"""What a policy costs: the same build with 20 rules and without any, and how long verdicts take while
200 clients send statements that nobody has seen before."""

import os
import pathlib
import random
import re
import tempfile

import adhoc
import measure
from harness.waiting import eventually
from targets import Postern, stop_all

CLIENTS = 200
PER_CLIENT = 20  # statements, for each second that was asked for
# A server each client; what is idle leaves its place to the next target's.
POOL = {"max_pool_size": CLIENTS, "min_pool_size": 0, "server_idle_timeout": "1s",
        "connect_timeout": "60s", "pool_wait_timeout": "60s"}
RULES = {
    "allowed_schemas": ["public", "reporting"],
    "tables": {"allowed": ["pgbench_accounts", "pgbench_branches", "pgbench_tellers", "reporting.*"]},
    "columns": {"denied": ["pgbench_history.filler", "accounts.email", "payroll.*", "staff.iban"],
                "denied_patterns": ["*.*password*", "*.*secret*", "*.*token*", "*.*ssn*", "*.*card_number*"]},
    "functions": {"allowed": ["reporting.*"], "denied": ["pg_sleep", "lo_import", "dblink*"]},
    "trusted_views": ["reporting.headcount"],
}
# The first two series; each with rules is compared with the one before it.
PLAIN, POLICED = "no rules", "20 rules"


def count_rules(policy):
    return sum(count_rules(value) if isinstance(value, dict) else len(value)
               for value in policy.values())


class Policed(Postern):
    def cpu_seconds(self):
        """To the nanosecond, which /proc/PID/stat does not give; user and system are one."""
        tasks = pathlib.Path(f"/proc/{self.process.pid}/task").glob("*/schedstat")
        return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9, 0

    def verdict_times(self):
        """Upper bound in seconds -> verdicts that took at most that, since the start."""
        name = "postern_policy_check_duration_seconds_bucket"
        return {float(re.search(r'le="([^"]+)"', series)[1].replace("+Inf", "inf")): count
                for series, count in self.metrics().items() if series.startswith(name)}


def start_all(cluster):
    assert count_rules(RULES) == 20
    targets = {}
    try:
        for audit in ("audit on", "audit off"):
            for name, changes in ((PLAIN, {"mode": "permissive"}),
                                  (POLICED, {"mode": "read_only", "access_policy": RULES})):
                target = Policed(cluster.port, audit == "audit on", os.environ["POSTERN_BINARY"],
                                     changes | POOL)
                targets[f"{name}, {audit}"] = target
                target.start()
    except BaseException:
        stop_all(targets)
        raise
    return targets


def verdicts(target, seconds):
    """Clients that never send the same statement twice: what they saw, and the verdicts' times."""
    with tempfile.TemporaryDirectory(prefix="postern-bench-") as folder:
        scripts = adhoc.write_scripts(pathlib.Path(folder), random.Random())
        options = [part for path in scripts for part in ("-f", path)]
        before = target.verdict_times()
        # pgbench's clock would run while they connect.
        sample = measure.transactions(target, ("-t", str(PER_CLIENT * seconds)), *options,
                                      clients=CLIENTS)
        after = target.verdict_times()
    eventually(lambda: target.metric("postern_servers") == 0, within=60, what="an empty pool")
    sample.verdicts = {bound: count - before[bound] for bound, count in after.items()}
    return sample
