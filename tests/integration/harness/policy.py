# SPDX-License-Identifier: Apache-2.0
"""The policy corpus's database on a throwaway server, its catalog snapshot, and `postern check`."""

import json
import os
import pathlib
import re
import subprocess

from .cluster import Cluster

CORPUS = pathlib.Path(__file__).parents[2] / "corpus" / "policy"
# Of schema.sql's role pol_app, which the throwaway server asks for over TCP.
PASSWORD = "CANARY-app-pw"
PLACEHOLDER = re.compile(r"\$\{(port|oid:[^}]+|toast:[^}]+)\}")
TOAST = "SELECT reltoastrelid::regclass::text FROM pg_class WHERE oid = %s::regclass"


def corpus(name):
    return [json.loads(line) for line in (CORPUS / name).read_text().splitlines()]


class PolicyDatabase:
    """`schema` is a script of psql; its database is `database`."""

    def __init__(self, programs=None, schema=CORPUS / "schema.sql", database="poldb", settings=()):
        self.cluster = Cluster(settings, programs=programs, schema=schema)
        self.database = database
        self.folder = self.cluster.folder
        self.admin = self.cluster.admin(database)

    def destroy(self):
        self.admin.close()
        self.cluster.destroy()

    def fill(self, value):
        """The value with its placeholders filled in, in whatever depth."""
        if isinstance(value, dict):
            return {key: self.fill(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.fill(item) for item in value]
        return PLACEHOLDER.sub(self._filling, value) if isinstance(value, str) else value

    def _filling(self, match):
        kind, _, name = match[1].partition(":")
        if kind == "port":
            return str(self.cluster.port)
        query = TOAST if kind == "toast" else "SELECT %s::regclass::oid::text"
        return self.admin.execute(query, [name]).fetchone()[0]

    def config(self, name, access_policy=None, **keys):
        """The corpus's policy.yaml, or another policy over the same database. Returns its path."""
        if access_policy is None:
            text = (CORPUS / "policy.yaml").read_text()
            text = text.replace("user: pol_app\n", f"user: pol_app\n    password: {PASSWORD}\n")
        else:
            database = {"name": self.database, "host": "127.0.0.1", "port": self.cluster.port,
                        "user": "pol_app", "password": PASSWORD, "pool_mode": "session",
                        "access_policy": access_policy} | keys
            text = json.dumps({"users": [{"name": "pol_app", "auth": "trust"}],
                               "databases": [database]})
        path = self.folder / f"{name}.yaml"
        path.write_text(text)
        return path

    def run(self, *arguments, text=""):
        return subprocess.run(
            [os.environ["POSTERN_BINARY"], *arguments], input=text.encode(), capture_output=True,
            env=os.environ | {"POLDB_PORT": str(self.cluster.port)}, check=False, timeout=300)

    def dump(self, config):
        """The path of a fresh snapshot."""
        done = self.run("catalog", "dump", "--config", config)
        assert done.returncode == 0, done.stderr.decode()
        path = self.folder / "catalog.json"
        path.write_bytes(done.stdout)
        return path

    def check(self, cases, config, catalog):
        """The answers of `postern check --jsonl` to cases, in order."""
        text = "\n".join(json.dumps(case) for case in cases)
        done = self.run("check", "--config", config, "--catalog", catalog, "--jsonl", text=text)
        assert done.returncode == 0, done.stderr.decode() + done.stdout.decode()[-2000:]
        answers = [json.loads(line) for line in done.stdout.decode().splitlines()]
        assert [answer["id"] for answer in answers] == [case["id"] for case in cases]
        return answers


def reasons(answer):
    """What a denied answer says, in a line for each violation."""
    return [f"{violation['code']} {violation['sqlstate']} {violation['message']}"
            for violation in answer["violations"]]
