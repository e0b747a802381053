# SPDX-License-Identifier: Apache-2.0
"""What an operator denies while the gateway runs."""

import json
import os
import signal
import socket
import stat
import subprocess
import tempfile

import pytest

from harness import wire
from harness.cluster import DATABASE, PASSWORD, USER
from harness.refusal import check_refusal
from harness.waiting import eventually
from harness.wire import ServerError, code_of

OTHER = "other"


@pytest.fixture
def folder():
    with tempfile.TemporaryDirectory(prefix="postern-admin-") as path:
        yield path


@pytest.fixture
def gateway(gateways, folder):
    return gateways({"mode": "permissive", "enforcement": "warn"},
                    listen={"admin_socket": f"{folder}/admin.sock"},
                    users=[{"name": name, "auth": "scram-sha-256", "password": PASSWORD}
                           for name in (USER, OTHER)])


def postern(gateway, *arguments):
    return subprocess.run(
        [os.environ["POSTERN_BINARY"], arguments[0], "--config", gateway.folder / "postern.yaml",
         *arguments[1:]], capture_output=True, text=True, timeout=60)


def said(gateway, *arguments):
    result = postern(gateway, *arguments)
    assert result.returncode == 0, result.stderr
    return result.stdout


def changes(gateway):
    return [record for record in gateway.audit() if record["event_type"] == "denial_changed"]


def test_a_user_is_denied_and_allowed_again(gateway):
    with gateway.connect() as alive, gateway.connect(user=OTHER) as other:
        assert code_of(alive, "SELECT 1") is None
        assert said(gateway, "deny", "user", USER, "--reason", "it's a leak") == "OK denied\n"
        fields = check_refusal(wire.errors(alive.simple("SELECT 1"))[0])
        assert "denied at run time" in fields["D"] and "it's a leak" in fields["M"]
        assert code_of(other, "SELECT 1") is None
        with pytest.raises(ServerError) as refused:
            gateway.connect()
        assert refused.value.fields["C"] == "28000"
        assert "it's a leak" in refused.value.fields["M"]
        assert said(gateway, "denials") == f"DENY USER '{USER}' REASON 'it''s a leak'\nOK 1 denied\n"
        gateway.process.send_signal(signal.SIGHUP)
        eventually(lambda: gateway.metric("postern_config_reload_total", result="ok") == 1)
        assert code_of(alive, "SELECT 1") == "42501", "it outlives a reload"
        assert gateway.metric("postern_denials") == 1
        assert said(gateway, "allow", "user", USER) == "OK allowed\n"
        assert code_of(alive, "SELECT 1") is None
        assert said(gateway, "denials") == "OK 0 denied\n"
    denied, allowed = eventually(lambda: len(changes(gateway)) == 2 and changes(gateway))
    assert denied["result"]["status"] == "denied"
    assert denied["operator"] == {"uid": os.getuid()}
    assert denied["denial"] == {"target": f"USER '{USER}'", "reason": "it's a leak"}
    assert allowed["result"]["status"] == "allowed"
    failed, = [r for r in gateway.audit() if r["event_type"] == "authentication_failed"]
    assert failed["result"]["status"] == "login_denied"


def test_in_a_transaction_only_rollback_is_left(gateway):
    with gateway.connect() as connection:
        connection.simple("BEGIN")
        connection.simple("UPDATE accounts SET balance = balance WHERE id = 1")
        said(gateway, "deny", "database", DATABASE)
        answer = connection.simple("COMMIT")
        assert wire.errors(answer)[0]["C"] == "42501" and wire.statuses(answer) == "E"
        assert code_of(connection, "ROLLBACK") is None
        assert code_of(connection, "SELECT 1") == "42501"


def test_a_statement_by_its_fingerprint(gateway):
    with gateway.connect() as connection:
        connection.send(wire.parse("SELECT balance FROM accounts WHERE id = $1", "p"),
                        wire.message(b"S"))
        assert not wire.errors(connection.ready())
        assert code_of(connection, "SELECT balance FROM accounts WHERE id = 1") is None
        shown = eventually(lambda: [
            r["query"]["fingerprint"] for r in gateway.audit()
            if r["event_type"] == "query_allowed" and "id = 1" in r["query"]["sql"]])
        said(gateway, "deny", "fingerprint", shown[0])
        assert code_of(connection, "select balance  from accounts where id = 22") == "42501"
        assert code_of(connection, "SELECT id FROM accounts WHERE id = 1") is None
        said(gateway, "allow", "fingerprint", shown[0])
        assert code_of(connection, "SELECT balance FROM accounts WHERE id = 1") is None


def test_what_runs_is_cancelled_where_that_is_asked_for(gateway, admin):
    lock = "SELECT pg_advisory_xact_lock(5552)"
    with gateway.connect() as connection, admin.transaction():
        admin.execute(lock)
        connection.send(wire.query(lock))
        eventually(lambda: gateway.metric("postern_requests_in_flight") == 1)
        eventually(lambda: admin.execute(
            "SELECT 1 FROM pg_stat_activity WHERE wait_event = 'advisory'").fetchone())
        assert said(gateway, "deny", "user", USER, "--cancel") == "OK denied, 1 cancelled\n"
        assert wire.errors(connection.ready())[0]["C"] == "57014"
        assert code_of(connection, "SELECT 1") == "42501"


def test_a_denial_with_an_end_is_lifted_by_itself(gateway):
    with gateway.connect() as connection:
        said(gateway, "deny", "user", USER, "--for", "1s")
        assert code_of(connection, "SELECT 1") == "42501"
        eventually(lambda: code_of(connection, "SELECT 1") is None)
    eventually(lambda: [r["result"]["status"] for r in changes(gateway)] == ["denied", "expired"])


def test_the_socket_is_the_owners_alone_and_says_what_is_wrong(gateway, folder):
    path = f"{folder}/admin.sock"
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    with socket.socket(socket.AF_UNIX) as admin:
        admin.settimeout(10)
        admin.connect(path)
        admin.sendall(b"DENY\nALLOW USER nobody\nLI")
        admin.sendall(b"ST\r\n")
        answer = b""
        while answer.count(b"\n") < 3:
            answer += admin.recv(4096)
    first, second, third = answer.decode().splitlines()
    assert first.startswith("ERROR write DENY or ALLOW")
    assert second == "ERROR USER 'nobody' is not denied; LIST shows what is"
    assert third == "OK 0 denied"
    result = postern(gateway, "deny", "database", "nowhere")
    assert result.returncode == 1 and "no database" in result.stderr
    with socket.socket(socket.AF_UNIX) as admin:
        admin.settimeout(10)
        admin.connect(path)
        admin.sendall(b"x" * 5000)
        assert admin.recv(4096) == b"ERROR the line is too long\n"
        assert admin.recv(4096) == b""


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else")
def test_another_user_is_not_answered(gateway, folder):
    os.chmod(folder, 0o755)
    os.chmod(f"{folder}/admin.sock", 0o666)  # even where the file lets them
    script = (f"import os, socket; os.setuid(65534); s = socket.socket(socket.AF_UNIX); "
              f"s.settimeout(10); s.connect({json.dumps(folder + '/admin.sock')}); "
              f"print(s.recv(99))")  # it is closed before a word
    result = subprocess.run(["/usr/bin/python3", "-c", script], capture_output=True, text=True,
                            timeout=60)
    assert result.stdout.strip() == "b''", result.stdout + result.stderr
