# SPDX-License-Identifier: Apache-2.0
"""A throwaway PostgreSQL cluster, run as the user postgres when we are root."""

import glob
import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import tempfile

import psycopg

from .ports import free_port
from .waiting import eventually

USER, PASSWORD, DATABASE = "tester", "tester-password", "app"
SCHEMA = pathlib.Path(__file__).with_name("schema.sql")


def binaries():
    if os.environ.get("POSTERN_PG_BINDIR"):
        return pathlib.Path(os.environ["POSTERN_PG_BINDIR"])
    found = glob.glob("/usr/lib/postgresql/*/bin")
    newest = max(found, key=lambda path: float(path.split("/")[-2]), default=None)
    assert newest, "PostgreSQL is not installed"
    return pathlib.Path(newest)


def unprivileged():
    """Arguments of subprocess that run a program as a user PostgreSQL accepts."""
    if os.geteuid() != 0:
        return {}
    account = pwd.getpwnam("postgres")
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


class Cluster:
    def __init__(self, settings=(), programs=None, schema=SCHEMA):
        """`programs`: the folder of another server's initdb and postgres."""
        self.programs = pathlib.Path(programs or binaries())
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="postern-it-"))
        self.data = self.folder / "data"
        self.settings = list(settings)
        self.log = open(self.folder / "postgres.log", "ab")
        self.process = None
        identity = unprivileged()
        if identity:
            os.chown(self.folder, identity["user"], identity["group"])
        self._init()
        self.start()
        if schema:
            self.run_sql(schema.read_text())

    def _init(self):
        self._run("initdb", "-D", self.data, "-U", "postgres", "--auth-local=trust",
                  "--auth-host=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync")

    def _run(self, program, *arguments):
        subprocess.run([self.programs / program, *arguments], check=True, stdin=subprocess.DEVNULL,
                       stdout=self.log, stderr=self.log, cwd="/", **unprivileged())

    def start(self, port=None):
        for _ in range(3):
            self.port = port or free_port()
            if self._try_start():
                return
        raise AssertionError("PostgreSQL did not start:\n" + self.log_text()[-2000:])

    def _try_start(self):
        settings = ["listen_addresses=127.0.0.1", f"port={self.port}",
                    f"unix_socket_directories={self.folder}", "fsync=off", "max_connections=100",
                    "shared_buffers=32MB", "full_page_writes=off", "timezone=UTC", *self.settings]
        options = [part for setting in settings for part in ("-c", setting)]
        self.process = subprocess.Popen(
            [self.programs / "postgres", "-D", self.data, *options], stdin=subprocess.DEVNULL,
            stdout=self.log, stderr=self.log, cwd="/", start_new_session=True, **unprivileged())
        lock = self.data / "postmaster.pid"

        def settled():
            if self.process.poll() is not None:
                return "dead"
            lines = lock.read_text().splitlines() if lock.exists() else []
            return len(lines) >= 8 and lines[7].startswith("ready") and "ready"
        return eventually(settled, within=60, what="PostgreSQL's start") == "ready"

    def stop(self, how=signal.SIGINT):
        """SIGINT: fast; SIGQUIT: at once, as if it had crashed."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(timeout=60)

    def destroy(self):
        self.stop()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def log_text(self):
        return (self.folder / "postgres.log").read_text(errors="replace")

    def run_sql(self, text):
        subprocess.run([binaries() / "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", self.folder,
                        "-p", str(self.port), "-U", "postgres", "-d", "postgres"],
                       input=text.encode(), check=True)

    def admin(self, database=DATABASE):
        """A superuser connection that no gateway is part of."""
        return psycopg.connect(host=str(self.folder), port=self.port, user="postgres",
                               dbname=database, autocommit=True)
