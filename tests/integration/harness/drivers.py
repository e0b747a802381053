# SPDX-License-Identifier: Apache-2.0
"""The driver suite: a program of tests/integration/clients for each driver. It is told a target by
libpq's environment variables and prints what each of its checks gave (clients/checks.py)."""

import json
import os
import pathlib
import subprocess
import sys

from .cluster import binaries

ROOT = pathlib.Path(__file__).parents[3]
CLIENTS = pathlib.Path(__file__).parents[1] / "clients"
JDBC = "/usr/share/java/postgresql.jar"


def python(program):
    return [sys.executable, CLIENTS / program]


class Programs:
    """The commands by driver, and what has to be built for them in `folder`."""

    def __init__(self, folder):
        self.folder = folder
        self.commands = {
            "psql": python("drive_psql.py"), "pgbench": python("drive_pgbench.py"),
            "libpq": [os.environ.get("POSTERN_LIBPQ_CLIENT", "no POSTERN_LIBPQ_CLIENT")],
            "psycopg": python("drive_psycopg.py"),
            "psycopg async": python("drive_psycopg_async.py"),
            "psycopg2": python("drive_psycopg2.py"), "asyncpg": python("drive_asyncpg.py"),
            "node-postgres": ["node", folder / "drive_node_pg.mjs"],
            "postgres.js": ["node", folder / "drive_postgres_js.mjs"],
            "JDBC": ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp",
                     f"{JDBC}:{folder}", "Drive"]}

    def prepare(self, driver):
        if driver == "JDBC" and not (self.folder / "Drive.class").exists():
            subprocess.run(["javac", "-encoding", "UTF-8", "-cp", JDBC, "-d", self.folder,
                            CLIENTS / "Drive.java"], check=True, timeout=120)
        if self.commands[driver][0] == "node" and not (self.folder / "node_modules").exists():
            self._link_modules()

    def _link_modules(self):
        """Node looks for packages beside the program."""
        listed = subprocess.run([ROOT / "scripts" / "clients", "--list"], check=True,
                                capture_output=True, text=True).stdout.strip()
        assert listed, "the JavaScript clients are not installed: run scripts/clients"
        for program in CLIENTS.glob("*.mjs"):
            (self.folder / program.name).write_text(program.read_text())
        (self.folder / "node_modules").symlink_to(listed)

    def answers(self, driver, environment):
        """check -> what it gave."""
        self.prepare(driver)
        path = f"{binaries()}:{os.environ['PATH']}"
        done = subprocess.run(self.commands[driver], env=environment | {"PATH": path}, timeout=300,
                              capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
        assert done.returncode == 0, done.stdout[-1000:] + done.stderr[-3000:]
        told = [json.loads(line) for line in done.stdout.splitlines()]
        answers = {one["check"]: one["answer"] for one in told}
        assert answers and len(answers) == len(told)
        return answers


def has_failed(answer):
    return isinstance(answer, dict) and "raised" in answer


def differences(wanted, got):
    """What a person wants to see of two sets of answers that are not equal."""
    found = []
    for check in wanted | got:
        direct, through = (json.dumps(one.get(check), ensure_ascii=False) for one in (wanted, got))
        if direct != through:
            at = next((i for i, pair in enumerate(zip(direct, through)) if pair[0] != pair[1]), 0)
            near = slice(max(0, at - 120), at + 240)
            found.append(f"{check}:\n  direct:  …{direct[near]}\n  through: …{through[near]}")
    return found
