# SPDX-License-Identifier: Apache-2.0
"""pgbench: its tables by COPY and DDL, TPC-B and SELECT in every protocol, pipelines, a connection
a transaction. What it did, not how fast."""

import re
import subprocess
import tempfile

from checks import raised, tell

CLIENTS = 4
PIPELINE = "\\startpipeline\nSELECT 1;\nSELECT 2;\nSELECT 3;\n\\endpipeline\n"


def pgbench(*arguments):
    return subprocess.run(["pgbench", *arguments], capture_output=True, text=True, timeout=120,
                          check=False, stdin=subprocess.DEVNULL)


def bench(name, *arguments, transactions=20):
    done = pgbench("-n", "-c", str(CLIENTS), "-t", str(transactions), *arguments)
    counts = re.findall(r"actually processed: (\d+/\d+)|failed transactions: (\d+) ", done.stdout)
    tell(name, [done.returncode, counts, done.stderr])


def everything():
    done = pgbench("-i", "-q", "-s", "1")
    steps = re.sub(r"[\d.]+ s\b|\d+\.\d+ s", "TIME", done.stderr.splitlines()[-1])
    tell("tables", [done.returncode, re.sub(r"TIME|[\d.]+", "", steps)])
    for mode in ("simple", "extended", "prepared"):
        bench(f"TPC-B {mode}", "-M", mode)
        bench(f"select {mode}", "-S", "-M", mode)
        bench(f"a connection each {mode}", "-C", "-S", "-M", mode, transactions=3)
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(PIPELINE)
        script.flush()
        for mode in ("extended", "prepared"):
            bench(f"pipeline {mode}", "-M", mode, "-f", script.name)
    tell("dropped", pgbench("-i", "-I", "d").returncode)


try:
    everything()
except Exception as error:  # noqa: BLE001
    tell("pgbench", raised(error))
