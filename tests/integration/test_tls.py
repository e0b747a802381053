# SPDX-License-Identifier: Apache-2.0
"""TLS from clients: drivers, what may come before and inside it, certificates and their renewal."""

import asyncio
import os
import signal
import ssl
import subprocess
import threading

import psycopg
import pytest

from harness import tls, wire
from harness.certificates import Authority, listen_tls, replace
from harness.cluster import DATABASE, PASSWORD, USER
from harness.gateway import merge
from harness.servers import programs
from harness.waiting import eventually

ALPN = ["postgresql"]
LARGE = ("SELECT i, repeat(chr(97 + i % 26), i % 3000), NULL, i * 1.5 "
         "FROM generate_series(1, 20000) AS i")


@pytest.fixture(scope="module")
def stranger(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("stranger"), "authority")


@pytest.fixture(scope="module")
def files(authority):
    certificate, key = authority.issue("gateway", "gateway", "DNS:localhost")
    return {"cert": str(certificate), "key": str(key), "client_ca": str(authority.certificate)}


@pytest.fixture
def allowing(gateways, files):
    return gateways(listen={"tls": {"mode": "allow"} | files})


@pytest.fixture
def requiring(gateways, files):
    return gateways(listen={"tls": {"mode": "require"} | files})


def psql(gateway, sql="SELECT 1", library=None, **parameters):
    """Exit code, output and errors. `parameters` are libpq's."""
    given = {"host": "localhost", "hostaddr": "127.0.0.1"} | parameters
    target = " ".join(f"{name}={value}" for name, value in given.items())
    environment = gateway.environment()
    if library:
        environment["LD_LIBRARY_PATH"] = str(library)
    done = subprocess.run(["psql", "-XAtq", "-d", target, "-c", sql], env=environment,
                          capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout.strip(), done.stderr


def connect(gateway, **parameters):
    return psycopg.connect(**gateway.parameters() | {"sslmode": "require"} | parameters)


def refused(gateway, **parameters):
    code, _, errors = psql(gateway, **parameters)
    assert code != 0
    return errors


def test_every_sslmode_where_tls_is_allowed(allowing, authority, stranger):
    for mode in ("disable", "allow", "prefer", "require"):
        assert psql(allowing, sslmode=mode)[:2] == (0, "1"), mode
    for mode in ("verify-ca", "verify-full"):
        assert psql(allowing, sslmode=mode, sslrootcert=authority.certificate)[:2] == (0, "1")
        assert "certificate verify failed" in refused(allowing, sslmode=mode,
                                                      sslrootcert=stranger.certificate)
    assert "does not match host name" in refused(
        allowing, sslmode="verify-full", sslrootcert=authority.certificate, host="gateway.example")


def test_a_login_in_the_clear_is_refused_where_tls_is_required(requiring):
    text = refused(requiring, sslmode="disable")
    assert "FATAL:  only encrypted connections are taken here" in text
    assert "sslmode=require" in text
    # libpq tries TLS next where it may.
    for mode in ("allow", "prefer", "require"):
        assert psql(requiring, sslmode=mode)[:2] == (0, "1"), mode
    with wire.Wire(requiring.port) as connection:
        connection.send(wire.startup(user=USER, database=DATABASE))
        assert connection.rest()[0].fields["C"] == "28000"


def test_it_is_told_what_a_session_is_encrypted_with(allowing):
    with connect(allowing) as connection:
        connection.execute("SELECT 1")
        status = allowing.get("/status")[1]
        assert '"encrypted": 1' in status and '"certificate": "gateway"' in status
        assert '"valid_until": "20' in status
    eventually(lambda: [record["result"].get("detail") for record in allowing.audit()
                        if record["event_type"] == "session_started"]
               == ["TLSv1.3 TLS_AES_256_GCM_SHA384"])
    with connect(allowing, sslmode="disable") as connection:
        connection.execute("SELECT 1")
        assert '"encrypted": 0' in allowing.get("/status")[1]


def test_large_results_are_equal(allowing, direct):
    with direct.psycopg() as plain, connect(allowing) as encrypted:
        assert encrypted.execute(LARGE).fetchall() == plain.execute(LARGE).fetchall()
        with encrypted.cursor() as cursor, cursor.copy(f"COPY ({LARGE}) TO STDOUT") as copy:
            through = b"".join(bytes(block) for block in copy)
        with plain.cursor() as cursor, cursor.copy(f"COPY ({LARGE}) TO STDOUT") as copy:
            assert through == b"".join(bytes(block) for block in copy)
        encrypted.execute("CREATE TEMPORARY TABLE taken (i int, t text, n text, x numeric)")
        with encrypted.cursor() as cursor, cursor.copy("COPY taken FROM STDIN") as copy:
            copy.write(through)
        assert encrypted.execute("SELECT count(*), sum(length(t)) FROM taken").fetchone() == \
            plain.execute(f"SELECT count(*), sum(length(repeat)) FROM ({LARGE}) AS q").fetchone()


def test_asynchronous_clients_take_large_rows(allowing):
    async def ask():
        async with await psycopg.AsyncConnection.connect(
                **allowing.parameters() | {"sslmode": "require"}) as connection:
            async with connection.pipeline():
                answers = [await connection.execute("SELECT repeat('x', %s)", [size])
                           for size in (8191, 8192, 16384, 16385, 3_000_000)]
            return [len((await answer.fetchone())[0]) for answer in answers]
    assert asyncio.run(ask()) == [8191, 8192, 16384, 16385, 3_000_000]


def test_cancels_pass_in_the_clear_and_inside_tls(requiring, admin):
    sql = "SELECT pg_sleep(119)"
    with tls.connected(requiring.port, tls.trusting()) as connection:
        connection.login(USER, PASSWORD, DATABASE)
        for encrypted in (False, True):
            connection.send(wire.query(sql))
            eventually(lambda: admin.execute("SELECT 1 FROM pg_stat_activity WHERE state = 'active'"
                                             " AND query = %s", [sql]).fetchone())
            if encrypted:
                with tls.connected(requiring.port, tls.trusting()) as canceller:
                    canceller.send(wire.untyped(wire.CANCEL_REQUEST, connection.key))
                    assert canceller.rest() == []
            else:
                wire.send_cancel(requiring.port, connection.key)
            assert wire.errors(connection.ready())[0]["C"] == "57014"


def test_a_handshake_and_a_session_byte_by_byte(allowing):
    for alpn in ([], ALPN):
        with wire.Wire(allowing.port) as connection:
            if not alpn:  # with it, direct TLS
                assert tls.ask(connection) == b"S"
            connection.socket = tls.ByteByByte(connection.socket, tls.trusting(alpn=alpn))
            connection.login(USER, PASSWORD, DATABASE)
            assert connection.rows("SELECT 41 + 1") == [["42"]]


def test_direct_tls_needs_alpn(allowing):
    with wire.Wire(allowing.port) as connection:
        tls.start(connection, tls.trusting(alpn=ALPN))
        assert connection.socket.selected_alpn_protocol() == "postgresql"
        connection.login(USER, PASSWORD, DATABASE)
        assert connection.rows("SELECT 1") == [["1"]]
    for alpn in ([], ["http/1.1"]):
        with wire.Wire(allowing.port) as connection, pytest.raises(ssl.SSLError) as failure:
            tls.start(connection, tls.trusting(alpn=alpn))
        assert "application protocol" in str(failure.value).lower()
    eventually(lambda: allowing.log_text().count("TLS handshake failed") == 2)
    assert allowing.metric("postern_session_closed_total", reason="tls_failed") == 2


def test_alpn_behind_a_request_may_be_left_out_but_not_be_another(allowing):
    with tls.connected(allowing.port, tls.trusting(alpn=ALPN)) as connection:
        assert connection.socket.selected_alpn_protocol() == "postgresql"
    with pytest.raises(ssl.SSLError):
        with tls.connected(allowing.port, tls.trusting(alpn=["h2"])):
            pass


def test_newer_drivers_begin_at_once(requiring, authority):
    library = programs(18).parent / "lib"
    for mode in ("require", "verify-full"):
        code, output, errors = psql(requiring, library=library, sslnegotiation="direct",
                                    sslmode=mode, sslrootcert=authority.certificate)
        assert (code, output) == (0, "1"), errors


def test_plain_bytes_behind_a_request_end_the_connection(allowing):
    injected = wire.startup(user=USER, database=DATABASE) + wire.query("SELECT 'injected'")
    with wire.Wire(allowing.port) as connection:
        connection.send(wire.untyped(wire.SSL_REQUEST) + injected)
        error, = connection.rest()
        assert error.fields["M"] == "received unencrypted data after SSL request"
    with wire.Wire(allowing.port) as connection:  # behind the answer they are no ClientHello
        assert tls.ask(connection) == b"S"
        connection.send(injected)
        connection.rest_or_half()
    eventually(lambda: "TLS handshake failed" in allowing.log_text())
    assert not any(record["event_type"].startswith("query") for record in allowing.audit())


def test_gss_is_declined_and_requests_come_once(allowing):
    for request in (wire.SSL_REQUEST, wire.GSSENC_REQUEST):
        with wire.Wire(allowing.port) as connection:
            connection.send(wire.untyped(wire.GSSENC_REQUEST))
            assert connection.take(1) == b"N"
            assert tls.ask(connection) == b"S"
            tls.start(connection, tls.trusting())
            connection.send(wire.untyped(request))
            assert connection.rest()[0].fields["C"] == "0A000"


def test_a_handshake_that_does_not_come_ends_in_time(gateways, files):
    gateway = gateways(listen={"tls": {"mode": "allow"} | files, "client_login_timeout": "1s"})
    with wire.Wire(gateway.port) as connection:
        assert tls.ask(connection) == b"S"
        assert connection.rest() == []  # and not a word in the clear
    with tls.connected(gateway.port, tls.trusting()) as connection:
        assert connection.rest()[0].fields["M"] == "canceling authentication due to timeout"


def test_certificates_of_clients(allowing, authority, stranger):
    good, good_key = authority.issue("ann", "ann")
    assert psql(allowing, sslmode="require", sslcert=good, sslkey=good_key)[:2] == (0, "1")
    bad, bad_key = stranger.issue("ann", "ann")
    refused(allowing, sslmode="require", sslcert=bad, sslkey=bad_key)
    eventually(lambda: "certificate verify failed" in allowing.log_text())
    assert psql(allowing, sslmode="require")[:2] == (0, "1")


def test_a_renewal_counts_without_a_restart_and_drops_nobody(gateways, authority, tmp_path):
    certificate, key = (tmp_path / name for name in ("crt", "key"))
    pair = authority.issue("before", "before")
    for old, new in zip((certificate, key), pair):
        replace(old, new)
    gateway = gateways(listen={"tls": listen_tls("require", (certificate, key))})
    before, failures, done = tls.certificate(gateway.port), [], threading.Event()

    def work():
        while not done.is_set():
            try:
                with connect(gateway) as connection:
                    connection.execute("SELECT 1")
            except psycopg.Error as error:
                failures.append(error)

    workers = [threading.Thread(target=work) for _ in range(3)]
    with connect(gateway) as lasting:
        for worker in workers:
            worker.start()
        try:
            for old, new in zip((certificate, key), authority.issue("after", "after")):
                replace(old, new)
            eventually(lambda: tls.certificate(gateway.port) != before)
        finally:
            done.set()
            for worker in workers:
                worker.join()
        lasting.execute("SELECT 1")
    assert failures == []
    assert gateway.metric("postern_config_reload_total", result="ok") == 1
    eventually(lambda: any("certificate of after" in record["result"].get("detail", "")
                           for record in gateway.audit()))


def test_files_that_cannot_be_used_change_nothing(gateways, authority, tmp_path):
    certificate, key = (tmp_path / name for name in ("crt", "key"))
    first, second = authority.issue("first", "first"), authority.issue("second", "second")
    replace(certificate, first[0])
    replace(key, first[1])
    gateway = gateways(listen={"tls": listen_tls("require", (certificate, key))})
    before = tls.certificate(gateway.port)
    replace(key, second[1])
    eventually(lambda: gateway.metric("postern_config_reload_total", result="failed") == 1)
    assert tls.certificate(gateway.port) == before
    gateway.process.send_signal(signal.SIGHUP)
    eventually(lambda: gateway.metric("postern_config_reload_total", result="failed") == 2)
    assert tls.certificate(gateway.port) == before
    eventually(lambda: gateway.log_text().count("is not the key of the first certificate") >= 2)
    eventually(lambda: [record["result"]["status"] for record in gateway.audit()
                        if record["event_type"] == "config_reloaded"] == ["failed", "failed"])
    replace(certificate, second[0])
    eventually(lambda: tls.certificate(gateway.port) != before)


def test_a_reload_takes_another_mode_and_other_files(gateways, files, authority):
    gateway = gateways()
    with wire.Wire(gateway.port) as connection:
        assert tls.ask(connection) == b"N"
    merge(gateway.sections, {"listen": {"tls": {"mode": "require"} | files}})
    (gateway.folder / "postern.yaml").write_text(gateway.config_text())
    gateway.process.send_signal(signal.SIGHUP)
    eventually(lambda: gateway.metric("postern_config_reload_total", result="ok") == 1)
    assert psql(gateway, sslmode="verify-full", sslrootcert=authority.certificate)[0] == 0
    assert "only encrypted" in refused(gateway, sslmode="disable")
    assert "needs a restart" not in gateway.log_text()


@pytest.mark.parametrize("change, words", [
    ({"mode": "require", "key": ""}, "listen.tls.key: is needed where listen.tls.mode is require"),
    ({"mode": "require", "cert": "/nonexistent"},
     "listen.tls.cert: /nonexistent cannot be read: No such file or directory"),
    ({"mode": "disable"}, None),
])
def test_validate_looks_at_the_files(files, tmp_path, change, words):
    tls_keys = "\n".join(f'    {name}: "{value}"' for name, value in (files | change).items())
    path = tmp_path / "postern.yaml"
    path.write_text(f"listen:\n  tls:\n{tls_keys}\nusers: [{{name: a, password: b}}]\n"
                    "databases: [{name: d, user: u, pool_mode: session}]\n")
    done = subprocess.run([os.environ["POSTERN_BINARY"], "config", "validate", "--config", path],
                          capture_output=True, text=True)
    assert done.returncode == (1 if words else 0), done.stderr
    assert (words or "") in done.stderr
