# SPDX-License-Identifier: Apache-2.0
"""TLS to servers, which libpq does: every ssl_mode against servers that want it, or do not have it."""

import json
import os
import shutil
import tempfile
import types

import psycopg
import pytest

from harness import wire
from harness.certificates import Authority, listen_tls
from harness.cluster import DATABASE, Cluster, unprivileged
from harness.gateway import Gateway
from harness.waiting import eventually

IS_ENCRYPTED = "SELECT ssl::text FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
RULES = """local all all trust
hostssl all certified 127.0.0.1/32 cert
hostssl all all 127.0.0.1/32 scram-sha-256
"""


@pytest.fixture(scope="module")
def world():
    """A server that takes TLS only, whose certificate is for localhost."""
    folder = tempfile.mkdtemp(prefix="postern-tls-")
    os.chmod(folder, 0o755)
    authority = Authority(folder)
    certificate, key = authority.issue("server", "server", "DNS:localhost",
                                       owner=unprivileged())
    rules = authority.folder / "pg_hba.conf"
    rules.write_text(RULES)
    cluster = Cluster(["ssl=on", f"ssl_cert_file={certificate}", f"ssl_key_file={key}",
                       f"ssl_ca_file={authority.certificate}", f"hba_file={rules}"])
    cluster.run_sql(f"CREATE ROLE certified LOGIN; GRANT CONNECT ON DATABASE {DATABASE} TO certified")
    mine = Authority(authority.folder / "clients")
    yield types.SimpleNamespace(port=cluster.port, cluster=cluster, authority=authority,
                                stranger=mine)
    cluster.destroy()
    shutil.rmtree(folder)


class Refused(Gateway):
    """A gateway that serves, but cannot reach its server; `reason` is why."""

    def _settled(self):
        if self.process.poll() is not None:
            return "dead"
        status, body = self.get("/status")
        if status != 200:
            return None
        self.reason = json.loads(body)["databases"][0].get("last_error")
        return self.reason and "ready"


def refusal(server_port, **database):
    gateway = Refused(server_port, database)
    try:
        gateway.start()
        assert gateway.get("/readyz")[0] == 503
        return gateway.reason
    finally:
        gateway.stop()


def trusting(world, **database):
    return {"ssl_mode": "verify-full", "host": "localhost",
            "ssl_root_cert": str(world.authority.certificate)} | database


@pytest.mark.parametrize("mode, host", [
    ("verify-full", "localhost"), ("verify-ca", "127.0.0.1"), ("require", "127.0.0.1"),
    ("prefer", "127.0.0.1"), ("allow", "127.0.0.1")])
def test_modes_that_reach_a_server_with_tls_only(gateways, world, mode, host):
    database = {"ssl_mode": mode, "host": host}
    if mode.startswith("verify"):
        database["ssl_root_cert"] = str(world.authority.certificate)
    gateway = gateways(database, server_port=world.port)
    with gateway.connect() as connection:
        assert connection.rows(IS_ENCRYPTED) == [["true"]]


@pytest.mark.parametrize("changes, words", [
    ({"host": "127.0.0.1"}, 'does not match host name "127.0.0.1"'),
    ({"ssl_root_cert": "stranger"}, "certificate verify failed"),
    ({"ssl_root_cert": "stranger", "ssl_mode": "verify-ca"}, "certificate verify failed"),
    ({"ssl_root_cert": "/nonexistent"}, 'root certificate file "/nonexistent" does not exist'),
    ({"ssl_mode": "disable"}, "no encryption"),
    ({"user": "certified"}, "client certificate"),
])
def test_what_is_wrong_is_said(world, changes, words):
    changes = {name: str(world.stranger.certificate) if value == "stranger" else value
               for name, value in changes.items()}
    assert words in refusal(world.port, **trusting(world) | changes)


def test_a_server_without_tls(cluster):
    assert "does not support SSL" in refusal(cluster.port, ssl_mode="require")


def test_a_certificate_in_place_of_a_password(gateways, world):
    certificate, key = world.authority.issue("certified", "certified")
    gateway = gateways(trusting(world, user="certified", password="", ssl_cert=str(certificate),
                                ssl_key=str(key)), server_port=world.port)
    with gateway.connect() as connection:
        assert connection.rows("SELECT session_user::text") == [["certified"]]
        assert connection.rows(IS_ENCRYPTED) == [["true"]]


def test_large_messages_with_tls_on_both_sides(gateways, world):
    pair = world.stranger.issue("gateway", "gateway", "DNS:localhost")
    gateway = gateways(trusting(world), server_port=world.port,
                       listen={"tls": listen_tls("require", pair)})
    with psycopg.connect(**gateway.parameters(), sslmode="require") as connection:
        text = "x" * 3_000_000
        assert connection.execute("SELECT %s::text", [text]).fetchone() == (text,)
        rows = connection.execute("SELECT repeat('y', 10000) FROM generate_series(1, 1000)")
        assert sum(len(row[0]) for row in rows) == 10_000_000


def test_a_cancel_reaches_a_server_with_tls_only(gateways, world):
    sql = "SELECT pg_sleep(118)"
    gateway = gateways(trusting(world), server_port=world.port)
    with gateway.connect() as connection, world.cluster.admin() as admin:
        connection.send(wire.query(sql))
        eventually(lambda: admin.execute("SELECT 1 FROM pg_stat_activity WHERE state = 'active' "
                                         "AND query = %s", [sql]).fetchone())
        wire.send_cancel(gateway.port, connection.key)
        assert wire.errors(connection.ready())[0]["C"] == "57014"
