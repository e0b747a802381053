# SPDX-License-Identifier: Apache-2.0
"""Bytes that are not the protocol: a clear error or the end of that connection, and of no other."""

import random
import struct

import pytest

from harness import wire
from harness.cluster import DATABASE, USER
from harness.wire import Wire, message, startup

HUGE = 0x7FFFFFFF
BEFORE_LOGIN = {
    "nothing": b"",
    "one byte": b"\0",
    "http": b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    "tls": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 100,
    "length 0": struct.pack("!II", 0, 3 << 16),
    "length 3": struct.pack("!II", 3, 3 << 16),
    "length 4": struct.pack("!I", 4),
    "length 7": struct.pack("!II", 7, 3 << 16),
    "huge length": struct.pack("!II", HUGE, 3 << 16),
    "negative length": struct.pack("!II", 0xFFFFFFFF, 3 << 16),
    "long startup": startup(user="u" * 50_000, database=DATABASE),
    "no terminator": struct.pack("!II", 13, 3 << 16) + b"user\0",
    "no value": struct.pack("!II", 14, 3 << 16) + b"user\0\0",
    "many parameters": startup(**{f"p{i}": "v" for i in range(2000)}),
    "cut in the middle": startup(user=USER, database=DATABASE)[:-5],
    "cancel with a short key": wire.untyped(wire.CANCEL_REQUEST, b"\0\0"),
    "cancel with a long key": wire.untyped(wire.CANCEL_REQUEST, b"\0" * 4000),
    "cancel of nothing": wire.untyped(wire.CANCEL_REQUEST, b"\0" * 8),
    "random bytes": random.Random(7).randbytes(20_000),
}
AFTER_LOGIN = {
    "unknown type": message(b"?", b"abc"),
    "server's message": message(b"T", b"\0\0"),
    "zero type": message(b"\0", b""),
    "length 0": b"Q" + struct.pack("!I", 0),
    "length 3": b"Q" + struct.pack("!I", 3),
    "huge length": b"Q" + struct.pack("!I", HUGE),
    "negative length": b"Q" + struct.pack("!I", 0xFFFFFFFF),
    "huge CopyData": b"d" + struct.pack("!I", HUGE),
    "second startup": startup(user=USER, database=DATABASE),
    "password out of place": message(b"p", b"secret\0"),
    "random bytes": random.Random(8).randbytes(20_000),
    "tls": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 100,
}
MALFORMED = {
    "Query without terminator": message(b"Q", b"SELECT 1"),
    "Query with an embedded NUL": message(b"Q", b"SELECT 1\0; SELECT 2\0"),
    "empty Query body": message(b"Q", b""),
    "Parse without types": message(b"P", b"s\0SELECT 1\0"),
    "Parse with too few types": message(b"P", b"s\0SELECT 1\0\0\2\0\0\0\x17"),
    "Parse with too many types": message(b"P", b"s\0SELECT 1\0" + struct.pack("!h", -1)),
    "Bind with a length beyond its end": message(b"B", b"\0\0\0\0\0\1" + struct.pack("!i", 99)),
    "Bind with a negative length": message(b"B", b"\0\0\0\0\0\1" + struct.pack("!i", -7)),
    "Bind without formats": message(b"B", b"\0\0"),
    "Describe of neither": message(b"D", b"X\0"),
    "Close of neither": message(b"C", b"X\0"),
    "Execute without a count": message(b"E", b"\0"),
    "Sync with a body": message(b"S", b"abc"),
    "FunctionCall without a body": message(b"F", b""),
}


@pytest.fixture
def bystander(through):
    """Another session, in a transaction, that must notice nothing."""
    with through.connect() as connection:
        connection.simple("BEGIN")
        yield connection
        assert connection.rows("SELECT 'unharmed'") == [["unharmed"]]
        assert wire.statuses(connection.simple("COMMIT")) == "I"


def check_end(answer):
    assert wire.kinds(answer) in ("", "E"), answer
    for fields in wire.errors(answer):
        assert fields["S"] == "FATAL" and len(fields["C"]) == 5, fields


@pytest.mark.parametrize("name", BEFORE_LOGIN)
def test_before_login(through, bystander, name):
    with Wire(through.port) as connection:
        connection.send(BEFORE_LOGIN[name])
        connection.socket.shutdown(1)
        check_end(connection.rest())


@pytest.mark.parametrize("name", AFTER_LOGIN)
@pytest.mark.parametrize("begin", [None, "BEGIN"])
def test_after_login(through, bystander, name, begin):
    with through.connect() as connection:
        if begin:
            connection.simple(begin)
        connection.send(AFTER_LOGIN[name])
        check_end(connection.rest())


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_messages_are_answered_as_by_postgresql_or_end_the_session(direct, through,
                                                                             bystander, name):
    def play(target):
        with target.connect() as connection:
            connection.send(MALFORMED[name], wire.SYNC, wire.query("SELECT 1"), wire.TERMINATE)
            answer = connection.rest()
            return [fields["C"] for fields in wire.errors(answer)], wire.kinds(answer)
    (wanted_codes, wanted), (codes, got) = play(direct), play(through)
    assert codes == wanted_codes
    assert got in (wanted, "E"), "neither PostgreSQL's answer nor one error and the end"


@pytest.mark.parametrize("cut", range(0, 28, 3))
def test_a_client_that_leaves_in_the_middle_of_a_message(through, bystander, admin, cut):
    half = wire.query("INSERT INTO scratch VALUES (1, 'half')")[:5 + cut]
    connection = through.connect()
    connection.send(half)
    connection.close()
    assert admin.execute("SELECT count(*) FROM scratch").fetchone() == (0,)


def test_oversized_lengths_are_refused_before_the_body_arrives(through):
    """With nothing behind the header: no waiting, no allocation."""
    for header in (b"Q", b"P", b"B", b"d"):
        with through.connect(timeout=10) as connection:
            connection.send(header + struct.pack("!I", HUGE))
            check_end(connection.rest())


def test_every_single_byte_corruption_of_a_unit(through, bystander):
    """Each gives an answer or an end; none a hang or a crash."""
    unit = (wire.parse("SELECT $1::text", "s") + wire.bind("a", name="s") + wire.execute() +
            wire.SYNC)
    for position in range(len(unit)):
        broken = bytearray(unit)
        broken[position] ^= 0x5A
        with through.connect(timeout=20) as connection:
            connection.send(bytes(broken))
            connection.socket.shutdown(1)  # a length that grew waits for more
            connection.rest_or_half()
