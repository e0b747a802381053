# SPDX-License-Identifier: Apache-2.0
"""`postern serve` as a child process, with a configuration made for one test."""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import urllib.error
import urllib.request

import psycopg

from . import wire
from .cluster import DATABASE, PASSWORD, USER
from .ports import free_port
from .waiting import eventually

SANITIZER = re.compile(r"AddressSanitizer|LeakSanitizer|runtime error:|ThreadSanitizer")
DIRECT = os.environ.get("POSTERN_DIRECT") == "1"


def merge(base, changes):
    for key, value in changes.items():
        if isinstance(value, dict) and isinstance(base.get(key), dict):
            merge(base[key], value)
        else:
            base[key] = value
    return base


class Target:
    """Something that clients of the test database can connect to: PostgreSQL, or the gateway."""

    def __init__(self, port=0):
        self.port = port

    def connect(self, user=USER, password=PASSWORD, database=DATABASE, parameters=None, **options):
        """A logged-in byte-level connection. `options` are those of Wire."""
        connection = wire.Wire(self.port, **options)
        try:
            connection.login(user, password, database, **(parameters or {}))
        except BaseException:
            connection.close()
            raise
        return connection

    def parameters(self):
        return {"host": "127.0.0.1", "port": self.port, "user": USER, "password": PASSWORD,
                "dbname": DATABASE}

    def psycopg(self, **options):
        return psycopg.connect(**self.parameters(), **options)

    def environment(self):
        """For psql and pgbench."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        return clean | {"PGHOST": "127.0.0.1", "PGPORT": str(self.port), "PGUSER": USER,
                        "PGPASSWORD": PASSWORD, "PGDATABASE": DATABASE, "LC_ALL": "C.UTF-8"}


class Gateway(Target):
    def __init__(self, server_port, database=None, **sections):
        """`database` changes keys of the one database, `sections` the top level."""
        super().__init__()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="postern-gw-"))
        self.audit_path = self.folder / "audit.jsonl"
        self.log_path = self.folder / "log"
        self.server_port = server_port
        self.database_changes, self.sections = database or {}, sections
        self.process = None

    def config(self):
        base = {
            "listen": {"address": "127.0.0.1", "port": self.port, "shutdown_timeout": "5s"},
            "users": [{"name": USER, "auth": "scram-sha-256", "password": PASSWORD}],
            "databases": [merge({
                "name": DATABASE, "host": "127.0.0.1", "port": self.server_port,
                "dbname": DATABASE, "user": USER, "password": PASSWORD, "pool_mode": "session",
                "min_pool_size": 0, "max_pool_size": 20, "mode": "permissive",
                "safe_search_path": ["public"]}, self.database_changes)],
            "observability": {
                "metrics": {"enabled": True, "address": "127.0.0.1", "port": self.http_port},
                "logging": {"level": "info", "format": "json"}},
            "audit": {"enabled": True, "storage": "file", "file_path": str(self.audit_path)},
        }
        return merge(base, self.sections)

    def config_text(self):
        return json.dumps(self.config(), indent=1)

    def start(self):
        for _ in range(3):
            self.port, self.http_port = free_port(), free_port()
            (self.folder / "postern.yaml").write_text(self.config_text())
            with open(self.log_path, "wb") as log:
                self.process = subprocess.Popen(
                    [os.environ["POSTERN_BINARY"], "serve", "--config",
                     self.folder / "postern.yaml"],
                    stdin=subprocess.DEVNULL, stdout=log, stderr=log)
            if eventually(self._settled, within=60, what="/readyz") == "ready":
                return self
            if "in use" not in self.log_text():
                break
        raise AssertionError("postern serve did not start:\n" + self.log_text()[-4000:])

    def _settled(self):
        if self.process.poll() is not None:
            return "dead"
        return self.get("/readyz")[0] == 200 and "ready"

    def get(self, path):
        """Status and body; status 0 when nobody answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.http_port}{path}",
                                        timeout=10) as reply:
                return reply.status, reply.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def metrics(self):
        """name{labels} -> value, as /metrics prints them."""
        status, body = self.get("/metrics")
        assert status == 200
        pairs = (line.rsplit(" ", 1) for line in body.splitlines() if line and line[0] != "#")
        return {name: float(value) for name, value in pairs}

    def metric(self, name, **labels):
        """The sum over all series of that name with those labels."""
        wanted = [f'{key}="{value}"' for key, value in labels.items()]
        return sum(value for series, value in self.metrics().items()
                   if series.split("{")[0] == name and all(label in series for label in wanted))

    def log_text(self):
        return self.log_path.read_text(errors="replace")

    def audit(self):
        """The audit records so far, without the lines of the chain."""
        if not self.audit_path.exists():
            return []
        lines = self.audit_path.read_text().split("\n")
        return [record for record in map(json.loads, lines[:-1]) if "seq" in record]

    def alive(self):
        return self.process.poll() is None

    def stop(self):
        """SIGTERM must end it with 0, and no sanitizer may have complained."""
        if self.process and self.alive():
            self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = f"killed after {self.process.wait()}"
        log = self.log_text()
        self.remove()
        assert code == 0, f"postern serve ended with {code}:\n{log[-4000:]}"
        assert not SANITIZER.search(log), log[-8000:]

    def remove(self):
        if self.process and self.alive():
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def make_gateway(server_port, database=None, **sections):
    gateway = Gateway(server_port, database, **sections)
    try:
        return gateway.start()
    except BaseException:
        gateway.remove()
        raise
