# SPDX-License-Identifier: Apache-2.0
"""Authentication: SCRAM, and that a stranger learns nothing from it."""

import base64
import hashlib
import hmac
import struct

import pytest

from harness import wire
from harness.cluster import DATABASE, PASSWORD, USER
from harness.faulty_proxy import FaultyProxy
from harness.waiting import eventually
from harness.wire import Scram, Wire, message, startup, text


def server_first(target, user):
    """Salt and iterations of the server's first SCRAM message."""
    with Wire(target.port) as connection:
        connection.send(startup(user=user, database=DATABASE))
        offer = connection.read()
        assert offer.body == struct.pack("!I", 10) + b"SCRAM-SHA-256\0\0"
        first = Scram("x").first()
        connection.send(sasl_initial("SCRAM-SHA-256", first))
        reply = connection.read()
        assert reply.body[:4] == struct.pack("!I", 11)
        parts = dict(part.split("=", 1) for part in reply.body[4:].decode().split(","))
        return parts["s"], parts["i"]


def refusal(target, user, password):
    with pytest.raises(wire.ServerError) as failure:
        target.connect(user=user, password=password)
    return failure.value.fields


def test_wrong_password_and_unknown_user_look_alike(through):
    wrong = refusal(through, USER, "wrong")
    unknown = refusal(through, "nobody_here", "wrong")
    assert wrong["S"] == "FATAL" and wrong["C"] == "28P01"
    assert wrong["M"] == f'password authentication failed for user "{USER}"'
    assert {**unknown, "M": ""} == {**wrong, "M": ""}
    assert unknown["M"] == wrong["M"].replace(USER, "nobody_here")


def test_an_unknown_user_gets_a_steady_salt_like_a_known_one(through):
    known, unknown = server_first(through, USER), server_first(through, "nobody_here")
    assert known == server_first(through, USER)
    assert unknown == server_first(through, "nobody_here")
    assert unknown[0] != server_first(through, "nobody_else")[0]
    assert unknown[1] == known[1], "the iteration count tells users from strangers"
    assert len(base64.b64decode(unknown[0])) == len(base64.b64decode(known[0]))


def test_a_verifier_instead_of_a_password(gateways):
    """In the form that PostgreSQL itself stores."""
    salt = base64.b64encode(b"0123456789abcdef").decode()
    verifier = make_verifier(PASSWORD, salt, 4096)
    gateway = gateways(users=[{"name": USER, "auth": "scram-sha-256", "verifier": verifier}])
    assert server_first(gateway, USER) == (salt, "4096")
    with gateway.connect() as connection:
        assert connection.rows("SELECT 1") == [["1"]]
    assert refusal(gateway, USER, "wrong")["C"] == "28P01"


def make_verifier(password, salt, iterations):
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), base64.b64decode(salt), iterations)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    encoded = [base64.b64encode(key).decode() for key in (stored, server)]
    return f"SCRAM-SHA-256${iterations}:{salt}${encoded[0]}:{encoded[1]}"


def sasl_initial(mechanism, data):
    return message(b"p", text(mechanism) + struct.pack("!i", len(data)) + data)


BAD_FIRST = {
    "unknown mechanism": sasl_initial("PLAIN", b"n,,n=,r=abc"),
    "channel binding not offered": sasl_initial("SCRAM-SHA-256", b"p=tls-server-end-point,,n=,r=a"),
    "plus without TLS": sasl_initial("SCRAM-SHA-256-PLUS", b"p=tls-server-end-point,,n=,r=a"),
    "no header": sasl_initial("SCRAM-SHA-256", b"n=,r=abc"),
    "nothing": sasl_initial("SCRAM-SHA-256", b""),
    "negative length": message(b"p", text("SCRAM-SHA-256") + struct.pack("!i", -2)),
    "length beyond the message": message(b"p", text("SCRAM-SHA-256") + struct.pack("!i", 9000)),
    "no terminator": message(b"p", b"SCRAM-SHA-256"),
    "another message": wire.query("SELECT 1"),
    "a huge password message": message(b"p", b"x" * 200_000),
    "a second startup": startup(user=USER, database=DATABASE),
    "a sync": wire.SYNC,
}
BAD_FINAL = {
    "garbage": b"garbage", "nothing": b"", "no proof": b"c=biws,r=abc",
    "a proof that is not base64": b"c=biws,r=abc,p=***", "a short proof": b"c=biws,r=abc,p=AAAA",
    "another nonce": b"c=biws,r=abc,p=" + base64.b64encode(b"x" * 32),
    "bytes that are not text": b"\xff\xfe\0\0",
}


def check_refused(connection):
    """One FATAL, then the end; or the end at once."""
    answer = connection.rest()
    assert wire.kinds(answer) in ("E", ""), answer
    for fields in wire.errors(answer):
        assert fields["S"] == "FATAL" and fields["C"] in ("28P01", "28000", "08P01"), fields


@pytest.mark.parametrize("name", BAD_FIRST)
def test_bad_first_answers(through, name):
    with Wire(through.port) as connection:
        connection.send(startup(user=USER, database=DATABASE))
        connection.read()
        connection.send(BAD_FIRST[name])
        check_refused(connection)


@pytest.mark.parametrize("name", BAD_FINAL)
@pytest.mark.parametrize("user", [USER, "nobody_here"])
def test_bad_final_answers(through, name, user):
    with Wire(through.port) as connection:
        connection.send(startup(user=user, database=DATABASE))
        connection.read()
        connection.send(sasl_initial("SCRAM-SHA-256", Scram("x").first()))
        connection.read()
        connection.send(message(b"p", BAD_FINAL[name]))
        check_refused(connection)


def test_nothing_may_follow_before_authentication_ended(through):
    """Statements pipelined behind the startup packet do not run."""
    with Wire(through.port) as connection:
        connection.send(startup(user=USER, database=DATABASE), wire.query("SELECT 1"))
        connection.read()
        check_refused(connection)


def test_trust_on_loopback(gateways):
    gateway = gateways(users=[{"name": "local", "auth": "trust"}])
    with Wire(gateway.port) as connection:
        kinds = wire.kinds(connection.login("local", "", DATABASE))
        assert kinds.count("R") == 1
        assert connection.rows("SELECT current_user") == [[USER]]


def test_a_login_that_takes_too_long_is_ended(gateways):
    gateway = gateways(listen={"client_login_timeout": "1s"})
    with Wire(gateway.port) as silent, Wire(gateway.port) as slow:
        slow.send(startup(user=USER, database=DATABASE))
        slow.read()
        check_timed_out(silent.rest())
        check_timed_out(slow.rest())
    with gateway.connect() as connection:
        assert connection.rows("SELECT 1") == [["1"]]


def check_timed_out(answer):
    for fields in wire.errors(answer):
        assert fields["S"] == "FATAL", fields


def test_more_clients_than_allowed(gateways):
    gateway = gateways(listen={"max_clients": 2})
    with gateway.connect(), gateway.connect():
        assert refusal(gateway, USER, PASSWORD)["C"] == "53300"

    def free_again():
        try:
            gateway.connect().close()
            return True
        except wire.ServerError as failure:
            assert failure.sqlstate == "53300"
    eventually(free_again, what="a free place")


def test_wrong_passwords_open_no_server_connections(gateways, cluster):
    """Else anybody could use up the server's connections, or have its account locked."""
    with FaultyProxy(cluster.port) as proxy:
        gateway = gateways(server_port=proxy.port)
        with gateway.connect() as connection:
            connection.rows("SELECT 1")
            before = proxy.accepted
            for user in (USER, "nobody_here", USER, "nobody_here"):
                refusal(gateway, user, "wrong")
            connection.rows("SELECT 1")
        assert proxy.accepted <= before + 1, "more than the pool may open by itself"
