# SPDX-License-Identifier: Apache-2.0
"""PROXY protocol version 2: who is behind the load balancer, and that nobody else may say so."""

import ipaddress
import json
import struct

import pytest

from conftest import running
from harness import wire
from harness.cluster import DATABASE, PASSWORD, USER
from harness.waiting import eventually

SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
LOCAL, PROXY = 0x20, 0x21
SOURCE = "203.0.113.9"


def header(source=SOURCE, port=5555, command=PROXY, more=b""):
    address = ipaddress.ip_address(source)
    family = 0x11 if address.version == 4 else 0x21
    destination = bytes(len(address.packed))
    body = address.packed + destination + struct.pack("!HH", port, 6432) + more
    return SIGNATURE + struct.pack("!BBH", command, family, len(body)) + body


DATABASE_SETTINGS = {
    "mode": "read_only",
    "principals": [{"match": {"networks": ["203.0.113.0/24"]}, "mode": "balanced"}],
}


@pytest.fixture(scope="module")
def gateway(cluster):
    """127.0.0.1 is the load balancer, ::1 anybody else."""
    with running(cluster.port, DATABASE_SETTINGS,
                 listen={"address": ["127.0.0.1", "::1"], "client_login_timeout": "2s",
                         "proxy_protocol": {"networks": ["127.0.0.0/8"]}},
                 users=[{"name": USER, "password": PASSWORD},
                        {"name": "local", "auth": "trust"}]) as gateway:
        yield gateway


def client_of(gateway, connection, marker):
    """What the audit says about who ran a statement."""
    assert wire.code_of(connection, f"SELECT '{marker}'") is None

    def found():
        for record in gateway.audit():
            if marker in json.dumps(record):
                return record["client_info"]
    return eventually(found, what="the record")


@pytest.mark.parametrize("source", [SOURCE, "2001:db8::7"])
def test_the_audit_names_the_client(gateway, source):
    with gateway.connect(preface=header(source)) as connection:
        client = client_of(gateway, connection, f"who is {source}")
    assert (client["ip"], client["port"]) == (source, 5555)


def test_one_byte_at_a_time(gateway):
    preface = header(more=b"\x04\x00\x03abc")
    with gateway.connect(preface=preface, step=1) as connection:
        assert client_of(gateway, connection, "in pieces")["ip"] == SOURCE


def test_header_and_startup_in_one_packet(gateway):
    with wire.Wire(gateway.port) as connection:
        connection.send(header(), wire.startup(user=USER, database=DATABASE))
        connection.authenticate(PASSWORD)
        assert client_of(gateway, connection, "at once")["ip"] == SOURCE


def test_principals_are_matched_by_the_clients_network(gateway):
    write = "UPDATE accounts SET balance = balance WHERE id = 1"
    with gateway.connect(preface=header()) as inside:
        assert wire.code_of(inside, write) is None
    with gateway.connect(preface=header("198.51.100.1")) as outside:
        assert wire.code_of(outside, write) == "42501"


def test_local_is_the_balancer_itself(gateway):
    preface = SIGNATURE + struct.pack("!BBH", LOCAL, 0, 0)
    with gateway.connect(preface=preface) as connection:
        assert client_of(gateway, connection, "a health check")["ip"] == "127.0.0.1"


@pytest.mark.parametrize("preface", [header("127.0.0.1"), header("::1"),
                                     SIGNATURE + struct.pack("!BBH", LOCAL, 0, 0)],
                         ids=["127.0.0.1", "::1", "LOCAL"])
def test_nobody_is_trusted_through_a_balancer(gateway, preface):
    with wire.Wire(gateway.port, preface=preface) as connection:
        connection.send(wire.startup(user="local", database=DATABASE))
        assert [error["C"] for error in wire.errors(connection.rest())] == ["28000"]
    with wire.Wire(gateway.port, host="::1") as connection:
        connection.login("local", "", DATABASE)


BAD = {
    "none": (wire.startup(user=USER, database=DATABASE), "is missing"),
    "an SSLRequest": (wire.untyped(wire.SSL_REQUEST), "is missing"),
    "version 1": (b"PROXY TCP4 203.0.113.9 10.0.0.1 5555 6432\r\n", "has version 1"),
    "version 3": (SIGNATURE + b"\x31\x11\0\x0c" + bytes(12), "has an unknown version"),
    "another command": (SIGNATURE + b"\x22\x11\0\x0c" + bytes(12), "has an unknown command"),
    "another family": (SIGNATURE + b"\x21\x51\0\x0c" + bytes(12), "has an unknown address family"),
    "too short": (SIGNATURE + b"\x21\x21\0\x0c" + bytes(12), "has a wrong length"),
    "too long": (SIGNATURE + b"\x21\x11\xff\xff", "has a wrong length"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_balancer_must_send_one(gateway, name):
    data, why = BAD[name]
    with wire.Wire(gateway.port, preface=data) as connection:
        (error,) = wire.errors(connection.rest())
        assert error["S"] == "FATAL" and error["C"] == "08P01" and why in error["M"]


def test_nobody_else_may_send_one(gateway):
    with wire.Wire(gateway.port, host="::1", preface=header()) as connection:
        answer = connection.rest()
        assert wire.kinds(answer) in ("", "E"), answer
    with gateway.connect(host="::1") as connection:
        assert client_of(gateway, connection, "nobody else")["ip"] == "::1"


def test_half_a_header_is_not_waited_for_forever(gateway):
    with wire.Wire(gateway.port, preface=header()[:20]) as connection:
        assert [error["S"] for error in wire.errors(connection.rest())] == ["FATAL"]


def test_a_cancel_comes_through(gateway, admin):
    with gateway.connect(preface=header()) as connection:
        connection.send(wire.query("SELECT pg_sleep(60) -- behind a balancer"))
        eventually(lambda: admin.execute("SELECT 1 FROM pg_stat_activity WHERE state = 'active' "
                                         "AND query LIKE '%behind a balancer'").fetchone())
        with wire.Wire(gateway.port, preface=header()) as other:
            other.send(wire.untyped(wire.CANCEL_REQUEST, connection.key))
            assert other.rest() == []
        assert wire.errors(connection.ready())[0]["C"] == "57014"
