# SPDX-License-Identifier: Apache-2.0
"""What is measured: PostgreSQL alone, PgBouncer, and Postern, each with the same user and SCRAM."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile

from harness.cluster import DATABASE, PASSWORD, USER, unprivileged
from harness.gateway import Gateway, Target
from harness.ports import free_port
from harness.waiting import eventually

POOL_SIZE = 20
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


class Proxy:
    """A target that is a process of its own: what it costs can be read off /proc."""

    process = None

    def cpu_seconds(self):
        """User and system time of all its threads so far."""
        text = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text()
        fields = text.rsplit(")", 1)[1].split()
        return int(fields[11]) / TICKS_PER_SECOND, int(fields[12]) / TICKS_PER_SECOND


class Direct(Target):
    def stop(self):
        pass


class Postern(Gateway, Proxy):
    def __init__(self, server_port, audit, binary, database=None):
        """`database` changes keys of the one database."""
        super().__init__(server_port,
                         {"max_pool_size": POOL_SIZE, "mode": "permissive"} | (database or {}),
                         audit={"enabled": audit})
        self.binary = binary

    def start(self):
        kept = os.environ["POSTERN_BINARY"]
        os.environ["POSTERN_BINARY"] = self.binary
        try:
            return super().start()
        finally:
            os.environ["POSTERN_BINARY"] = kept


class PgBouncer(Target, Proxy):
    """Debian's, session mode, everything else as it comes."""

    def __init__(self, server_port, verifier):
        super().__init__(free_port())
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="postern-pgb-"))
        users = self.folder / "users"
        # With the password instead it would derive the keys anew for each login.
        users.write_text(f'"{USER}" "{verifier}"\n')
        settings = self.folder / "pgbouncer.ini"
        settings.write_text(f"""[databases]
{DATABASE} = host=127.0.0.1 port={server_port} dbname={DATABASE}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {self.port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = {users}
pool_mode = session
default_pool_size = {POOL_SIZE}
logfile = {self.folder / "log"}
""")
        identity = unprivileged()
        if identity:
            for path in (self.folder, users, settings):
                os.chown(path, identity["user"], identity["group"])
        self.process = subprocess.Popen(
            [program(), "-q", settings], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, cwd="/", **identity)
        eventually(self._answers, what="PgBouncer's first answer")

    def _answers(self):
        assert self.process.poll() is None, (self.folder / "log").read_text()
        try:
            self.connect().close()
        except OSError:
            return False
        return True

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=30)
        shutil.rmtree(self.folder, ignore_errors=True)


def program():
    found = shutil.which("pgbouncer", path=os.environ.get("PATH", "") + ":/usr/sbin")
    assert found, "PgBouncer is not installed: scripts/setup --test"
    return found


def verifier_of(cluster):
    with cluster.admin() as connection:
        return connection.execute("SELECT rolpassword FROM pg_authid WHERE rolname = %s",
                                  [USER]).fetchone()[0]


def start_all(cluster, also):
    """Name -> running target, in the order of the tables."""
    binary = os.environ["POSTERN_BINARY"]
    targets = {"direct": Direct(cluster.port)}
    try:
        targets["pgbouncer"] = PgBouncer(cluster.port, verifier_of(cluster))
        for name, path in {"postern": binary, **also}.items():
            for audit in (True, False):
                target = Postern(cluster.port, audit, path)
                targets[f"{name}, audit {'on' if audit else 'off'}"] = target
                target.start()
    except BaseException:
        stop_all(targets)
        raise
    return targets


def stop_all(targets):
    for target in targets.values():
        target.stop()
