# SPDX-License-Identifier: Apache-2.0
"""Runs what scripts/bench asks for. Each round measures every target once, one after the other, so
that a machine that is busy with something else spoils a round and not a comparison."""

import argparse
import os
import pathlib
import platform
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "integration"))

import layers  # noqa: E402
import measure  # noqa: E402
import policies  # noqa: E402
import report  # noqa: E402
import targets as setups  # noqa: E402
from harness.cluster import Cluster, binaries  # noqa: E402

ROW_BYTES = 1000
ROW = b"1\t" + b"x" * (ROW_BYTES - 3) + b"\n"
# Each row is read and then left out: what the table would do with it is not measured.
SINK = "CREATE TABLE sink (n integer, filler text)"
COPY_IN = "COPY sink FROM STDIN WHERE false"


def stream_sql(kind, megabytes):
    rows = f"SELECT n, repeat('x', {ROW_BYTES}) FROM generate_series(1, {megabytes * 1000}) AS n"
    return f"COPY ({rows}) TO STDOUT" if kind == "copy-out" else rows


def kinds(options, script):
    """Name -> heading, how one target is measured, how the samples are shown."""
    seconds = 1 if options.smoke else options.seconds
    megabytes = 5 if options.smoke else options.megabytes
    return {
        "simple": ("pgbench -S -M simple",
                   lambda target: measure.transactions(target, seconds, "-S"),
                   report.transactions),
        "extended": ("pgbench -S -M extended",
                     lambda target: measure.transactions(target, seconds, "-S", "-M", "extended"),
                     report.transactions),
        "prepared": ("pgbench -S -M prepared",
                     lambda target: measure.transactions(target, seconds, "-S", "-M", "prepared"),
                     report.transactions),
        "connect": ("Connect (SCRAM), SELECT 1, disconnect",
                    lambda target: measure.connections(target, seconds, script),
                    report.connections),
        "copy-out": (f"COPY TO STDOUT, {megabytes} MB in rows of {ROW_BYTES} bytes, one client",
                     lambda target: measure.result_bytes(target, stream_sql("copy-out", megabytes)),
                     report.streams),
        "copy-in": (f"COPY FROM STDIN, {megabytes} MB in rows of {ROW_BYTES} bytes, one client",
                    lambda target: measure.copied_in_bytes(target, COPY_IN, ROW, megabytes * 1000),
                    report.streams),
        "select": (f"SELECT of {megabytes * 1000:,} rows of {ROW_BYTES} bytes, one client",
                   lambda target: measure.result_bytes(target, stream_sql("select", megabytes)),
                   report.streams),
    }


def policy_kinds(options):
    """The same for targets that differ in their policy."""
    seconds = 1 if options.smoke else options.seconds
    return {
        "policy-simple": ("pgbench -S -M simple, with and without 20 rules",
                          lambda target: measure.transactions(target, seconds, "-S"),
                          report.policies),
        "policy-prepared": ("pgbench -S -M prepared, with and without 20 rules",
                            lambda target: measure.transactions(target, seconds, "-S", "-M",
                                                                "prepared"),
                            report.policies),
        "adhoc": (f"Statements that are new each time, {policies.CLIENTS} clients",
                  lambda target: policies.verdicts(target, seconds), report.verdicts),
    }


def layer_kinds(options):
    """What each layer adds."""
    seconds = 1 if options.smoke else options.seconds
    return {
        "layers-simple": ("pgbench -S -M simple, layer by layer",
                          lambda target: measure.transactions(target, seconds, "-S"),
                          report.layers),
        "layers-prepared": ("pgbench -S -M prepared, layer by layer",
                            lambda target: measure.transactions(target, seconds, "-S", "-M",
                                                                "prepared"),
                            report.layers),
    }


def gate_kinds(options):
    """Statements that the plan gate asks about, or need not."""
    seconds = 1 if options.smoke else options.seconds
    headings = {"gate-static": "Bounded by its facts: WHERE aid = :n",
                "gate-warm": "Its plan is known: one text, WHERE aid BETWEEN …",
                "gate-cold": "Its plan is asked for each time: WHERE aid BETWEEN :n AND :n + 5"}
    return {kind: (heading, lambda target, kind=kind: layers.scripted(target, seconds, kind),
                   report.layers) for kind, heading in headings.items()}


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/bench")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=2, help="of each pgbench run")
    parser.add_argument("--megabytes", type=int, default=1000, help="of each large result")
    parser.add_argument("--scale", type=int, default=5, help="of pgbench -i")
    parser.add_argument("--only", default="", metavar="KIND,…")
    parser.add_argument("--also", action="append", default=[], metavar="NAME=BINARY")
    parser.add_argument("--smoke", action="store_true", help="one round, as short as can be")
    return parser.parse_args()


def machine():
    model = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo", encoding="utf-8")
                  if line.startswith("model name")), platform.machine())
    version = subprocess.run([binaries() / "postgres", "--version"], capture_output=True,
                             text=True, check=True).stdout.strip()
    bouncer = subprocess.run([setups.program(), "--version"], capture_output=True, text=True,
                             check=True).stdout.splitlines()[0]
    load = " ".join(f"{value:.1f}" for value in os.getloadavg())
    return (f"{os.cpu_count()} × {model}, Linux {platform.release()}; {version}; {bouncer}; "
            f"load at the start {load}")


def chosen(options, kinds_of_group):
    """Of one group of kinds those that were asked for."""
    names = [name for name in options.only.split(",") if name]
    return {name: kind for name, kind in kinds_of_group.items() if not names or name in names}


def run(options, script):
    groups = [(kinds(options, script), lambda cluster: setups.start_all(cluster, also)),
              (policy_kinds(options), policies.start_all),
              (layer_kinds(options), layers.start_layers),
              (gate_kinds(options), layers.start_gates)]
    known = [name for group, _ in groups for name in group]
    unknown = {name for name in options.only.split(",") if name} - set(known)
    assert not unknown, f"not among {', '.join(known)}: {', '.join(sorted(unknown))}"
    also = dict(pair.split("=", 1) for pair in options.also)
    about = machine()
    tables = []
    cluster = Cluster(["autovacuum=off", "shared_buffers=128MB",
                       f"max_connections={policies.CLIENTS + 60}"])
    try:
        direct = setups.Direct(cluster.port)
        subprocess.run([binaries() / "pgbench", "-i", "-q", "-s", str(options.scale)], check=True,
                       env=direct.environment(), stderr=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL)
        with direct.connect() as connection:
            connection.simple(SINK)
        for group, start in groups:
            tables += measured(options, cluster, chosen(options, group), start)
    finally:
        cluster.destroy()
    print(f"Machine: {about}.\n{1 if options.smoke else options.rounds} rounds, {measure.CLIENTS} clients, "
          f"{options.seconds} s a run, TCP loopback, SCRAM.\n")
    print("\n".join(tables))


def measured(options, cluster, group, start):
    """The tables of one group, whose targets run at the same time."""
    if not group:
        return []
    running = start(cluster)
    try:
        results = rounds(options, list(group.values()), running)
    finally:
        setups.stop_all(running)
    return [show(heading, samples) for (heading, _, show), samples in zip(group.values(), results)]


def rounds(options, chosen, running):
    count = 1 if options.smoke else options.rounds
    results = [{name: [] for name in running} for _ in chosen]
    for number in range(count):
        print(f"bench: round {number + 1} of {count}", file=sys.stderr)
        for (_, take, _), samples in zip(chosen, results):
            for name, target in running.items():
                samples[name].append(take(target))
    return results


def main():
    options = arguments()
    with tempfile.NamedTemporaryFile("w", suffix=".sql", prefix="postern-bench-") as script:
        script.write("SELECT 1;\n")
        script.flush()
        run(options, script.name)


main()
