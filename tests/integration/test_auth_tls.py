# SPDX-License-Identifier: Apache-2.0
"""Authentication that rests on TLS: channel binding, passwords in clear text, certificates."""

import base64
import hashlib
import hmac
import struct

import psycopg
import pytest

from conftest import running
from harness import tls, wire
from harness.certificates import Authority, listen_tls
from harness.cluster import DATABASE, PASSWORD, USER
from harness.waiting import eventually
from harness.wire import Scram, message, startup, text

LONG = "long password " * 500
PLUS_HEADER = b"p=tls-server-end-point,,"


@pytest.fixture(scope="module")
def gateway(cluster, authority):
    pair = authority.issue("gateway", "gateway", "DNS:localhost")
    with cluster.admin() as connection:
        connection.execute("CREATE ROLE ines LOGIN PASSWORD 'ines-password'")
        connection.execute("ALTER ROLE postgres PASSWORD 'super-password'")
    users = [{"name": USER, "password": PASSWORD},
             {"name": "clear", "auth": "password", "password": "clear-password"},
             {"name": "long", "auth": "password", "password": LONG},
             {"name": "third", "auth": "password", "password": "x"},
             {"name": "carol", "auth": "cert"},
             {"name": "etl", "auth": "cert", "certificate_name": "etl.example"}]
    listen = {"tls": listen_tls("allow", pair, client_ca=str(authority.certificate))}
    with running(cluster.port, users=users, listen=listen) as gateway:
        yield gateway


def connect(gateway, user, password="", sslmode="require", **more):
    return psycopg.connect(**gateway.parameters() | {"user": user, "password": password,
                                                     "sslmode": sslmode} | more)


def works(gateway, *arguments, **parameters):
    with connect(gateway, *arguments, **parameters) as connection:
        return connection.execute("SELECT 1").fetchone() == (1,)


def refusal(gateway, *arguments, **parameters):
    with pytest.raises(psycopg.OperationalError) as failure:
        connect(gateway, *arguments, **parameters)
    return str(failure.value)


def test_drivers_bind_to_the_channel(gateway):
    assert works(gateway, USER, PASSWORD, channel_binding="require")
    assert works(gateway, USER, PASSWORD, channel_binding="disable")
    assert works(gateway, USER, PASSWORD, sslmode="disable")
    assert "password authentication failed" in refusal(gateway, USER, "x", channel_binding="require")
    for user in ("clear", "nobody_here"):
        refusal(gateway, user, "clear-password", channel_binding="require")


def test_users_of_a_database_bind_to_the_channel(gateways, authority):
    pair = authority.issue("other", "gateway", "DNS:localhost")
    gateway = gateways(
        auth_query={"database": DATABASE, "user": "postgres", "password": "super-password"},
        listen={"tls": listen_tls("require", pair)})
    assert works(gateway, "ines", "ines-password", channel_binding="require")
    for user in ("ines", "nobody_here"):
        assert f'failed for user "{user}"' in refusal(gateway, user, "x", channel_binding="require")


def sasl(gateway, mechanism, header, binding, password=PASSWORD):
    """The answer to a client's side of SCRAM, taken apart; the last message that came."""
    with tls.connected(gateway.port, tls.trusting()) as connection:
        connection.send(startup(user=USER, database=DATABASE))
        offer = connection.read()
        assert offer.body == struct.pack("!I", 10) + b"SCRAM-SHA-256-PLUS\0SCRAM-SHA-256\0\0"
        scram = Scram(password)
        first = header + scram.bare.encode()
        connection.send(message(b"p", text(mechanism) + struct.pack("!i", len(first)) + first))
        reply = connection.read()
        if reply.kind == "E":
            return reply
        certificate = connection.socket.getpeercert(binary_form=True)
        connection.send(message(b"p", final(scram, reply.body[4:], header + binding(certificate))))
        return connection.read()


def final(scram, server_first, bound):
    parts = dict(part.split("=", 1) for part in server_first.decode().split(","))
    salted = hashlib.pbkdf2_hmac("sha256", scram.password.encode(), base64.b64decode(parts["s"]),
                                 int(parts["i"]))
    client_key = hmac.digest(salted, b"Client Key", "sha256")
    without_proof = f"c={base64.b64encode(bound).decode()},r={parts['r']}"
    covered = ",".join([scram.bare, server_first.decode(), without_proof]).encode()
    signature = hmac.digest(hashlib.sha256(client_key).digest(), covered, "sha256")
    proof = bytes(a ^ b for a, b in zip(client_key, signature))
    return f"{without_proof},p={base64.b64encode(proof).decode()}".encode()


def end_point(certificate):
    return hashlib.sha256(certificate).digest()


def test_a_proof_bound_to_another_certificate_is_refused(gateway):
    right = sasl(gateway, "SCRAM-SHA-256-PLUS", PLUS_HEADER, end_point)
    assert right.kind == "R" and right.body[:4] == struct.pack("!I", 12)
    for binding in (lambda _: end_point(b"another"), lambda _: b"", lambda der: end_point(der)[:-1]):
        wrong = sasl(gateway, "SCRAM-SHA-256-PLUS", PLUS_HEADER, binding)
        assert (wrong.kind, wrong.fields["C"]) == ("E", "28000")
        assert wrong.fields["M"] == "SCRAM channel binding check failed"
    eventually(lambda: [each for each in gateway.audit()
                        if each["event_type"] == "authentication_failed"
                        and "binding" in str(each["result"])])


@pytest.mark.parametrize("mechanism, header, code", [
    ("SCRAM-SHA-256", b"y,,", "28000"), ("SCRAM-SHA-256", PLUS_HEADER, "08P01"),
    ("SCRAM-SHA-256-PLUS", b"n,,", "08P01"), ("SCRAM-SHA-256-PLUS", b"y,,", "08P01"),
    ("SCRAM-SHA-256-PLUS", b"p=tls-unique,,", "08P01"), ("SCRAM-SHA-1", b"n,,", "08P01")])
def test_an_offer_that_was_taken_away_is_noticed(gateway, mechanism, header, code):
    answer = sasl(gateway, mechanism, header, end_point)
    assert (answer.kind, answer.fields["S"], answer.fields["C"]) == ("E", "FATAL", code)


def test_passwords_in_clear_text_pass_under_tls_alone(gateway):
    assert works(gateway, "clear", "clear-password")
    assert works(gateway, "long", LONG)
    assert "connect with TLS" in refusal(gateway, "clear", "clear-password", sslmode="disable")
    wrong, unknown = (refusal(gateway, user, "wrong") for user in ("clear", "nobody_here"))
    assert 'password authentication failed for user "clear"' in wrong
    assert unknown.replace("nobody_here", "clear") == wrong
    with tls.connected(gateway.port, tls.trusting()) as connection:
        connection.send(startup(user="nobody_here", database=DATABASE))
        assert connection.read().body == struct.pack("!I", 3), "as most users are asked"


def test_a_password_in_bytes_and_packets_that_are_none(gateway):
    with tls.connected(gateway.port, tls.trusting()) as connection:
        connection.step = 1
        connection.send(startup(user="clear", database=DATABASE), message(b"p", text("clear-password")))
        assert wire.kinds(connection.read_until("Z"))[:2] == "RR"
    for packet in (message(b"p", b"no end"), message(b"p"), message(b"p", b"a\0b\0"),
                   startup(user="clear", database=DATABASE), wire.query("SELECT 1")):
        with tls.connected(gateway.port, tls.trusting()) as connection:
            connection.send(startup(user="clear", database=DATABASE), packet)
            answer = connection.rest()
            assert wire.kinds(answer) == "RE" and wire.errors(answer)[0]["C"] == "08P01"


def test_a_certificate_proves_the_user_in_it(gateway, authority):
    carol = parameters(authority, "carol")
    assert works(gateway, "carol", **carol)
    assert works(gateway, "etl", **parameters(authority, "etl.example"))
    for user, shown in (("etl", carol), ("carol", parameters(authority, "Carol")),
                        ("carol", parameters(authority, "carol.example"))):
        answer = refusal(gateway, user, "x", **shown)
        assert f'certificate authentication failed for user "{user}"' in answer
    assert "requires a valid client certificate" in refusal(gateway, "carol", "x")
    assert "requires a valid client certificate" in refusal(gateway, "carol", "x", sslmode="disable")
    assert "password authentication failed" in refusal(gateway, USER, "wrong", **carol)
    assert works(gateway, USER, PASSWORD, **carol), "a certificate besides a password"
    methods = {each["principal"]["auth"] for each in gateway.audit()
               if each["event_type"] == "session_started"}
    assert {"cert", "password", "scram-sha-256"} <= methods


def parameters(authority, name):
    certificate, key = authority.issue(f"client-{name}", name)
    return {"sslcert": str(certificate), "sslkey": str(key)}


def test_a_certificate_of_a_stranger_ends_the_connection(gateway, tmp_path):
    stranger = Authority(tmp_path / "stranger", "authority")
    answer = refusal(gateway, "carol", "x", **parameters(stranger, "carol"))
    assert "authentication failed" not in answer and "SSL" in answer, answer
