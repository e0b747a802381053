# SPDX-License-Identifier: Apache-2.0
"""What each layer adds: the same build with nothing, the policy, the plan gate, limits, the audit; and
what the gate costs a statement whose plan has to be asked for, is known, or need not be."""

import os
import pathlib
import tempfile

import measure
import policies
from targets import stop_all

BASE = "nothing"
GATE = {"enabled": True, "on_cost_exceeded": "deny"}
LIMITS = {"statements_per_minute": 10_000_000, "running_statements": 1000,
          "max_result_rows": 1_000_000, "max_result_bytes": "1GiB"}
RULED = {"mode": "read_only", "access_policy": policies.RULES}
GATED = {"mode": "read_only", "access_policy": policies.RULES | {"explain_policy": GATE}}
LIMITED = GATED | {"limits": LIMITS}
# Name -> audit on?, keys of the database, keys of the audit.
LAYERS = {
    BASE: (False, {"mode": "permissive"}, {}),
    "20 rules, row guard": (False, RULED, {}),
    "rules, gate": (False, GATED, {}),
    "rules, gate, limits": (False, LIMITED, {}),
    "all, audit to file": (True, LIMITED, {}),
    "all, audit with key": (True, LIMITED,
                            {"key": "0123456789abcdef0123456789abcdef"}),
    "all, audit with fsync": (True, LIMITED,
                              {"durability": "fsync"}),
}
# By a range of a key: its facts do not bound it. Cold: no two texts are alike; pgbench itself is told
# nothing of plans.
SCRIPTS = {
    "gate-static": "\\set n random(1, 100000)\nSELECT abalance FROM pgbench_accounts WHERE aid = :n;\n",
    "gate-warm": "SELECT abalance FROM pgbench_accounts WHERE aid BETWEEN 4242 AND 4247;\n",
    "gate-cold": "\\set n random(1, 2000000000)\n"
                 "SELECT abalance FROM pgbench_accounts WHERE aid BETWEEN :n AND :n + 5;\n",
}


def start_layers(cluster):
    return _start(cluster, LAYERS)


def start_gates(cluster):
    return _start(cluster, {name: LAYERS[name] for name in ("20 rules, row guard", "rules, gate")})


def _start(cluster, layers):
    targets = {}
    try:
        for name, (audited, database, audit) in layers.items():
            target = policies.Policed(cluster.port, audited, os.environ["POSTERN_BINARY"], database)
            target.sections["audit"] |= audit
            targets[name] = target
            target.start()
    except BaseException:
        stop_all(targets)
        raise
    return targets


def scripted(target, seconds, kind):
    with tempfile.TemporaryDirectory(prefix="postern-bench-") as folder:
        script = pathlib.Path(folder) / "script.sql"
        script.write_text(SCRIPTS[kind])
        return measure.transactions(target, seconds, "-f", str(script))
