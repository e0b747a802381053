# SPDX-License-Identifier: Apache-2.0
"""A PostgreSQL client that sends any bytes and sees every message (protocol 3.0, or 3.2)."""

import base64
import hashlib
import hmac
import os
import socket
import struct
from dataclasses import dataclass

PROTOCOL_3_0, PROTOCOL_3_2 = 3 << 16, 3 << 16 | 2
SSL_REQUEST, GSSENC_REQUEST, CANCEL_REQUEST = 80877103, 80877104, 80877102


def message(kind, body=b""):
    return kind + struct.pack("!I", len(body) + 4) + body


def text(value):
    return (value if isinstance(value, bytes) else value.encode()) + b"\0"


def startup(protocol=PROTOCOL_3_0, **parameters):
    body = struct.pack("!I", protocol)
    for name, value in parameters.items():
        body += text(name) + text(value)
    body += b"\0"
    return struct.pack("!I", len(body) + 4) + body


def untyped(code, body=b""):
    """SSLRequest, GSSENCRequest, CancelRequest: a length and a code without a type byte."""
    return struct.pack("!II", 8 + len(body), code) + body


def query(sql):
    return message(b"Q", text(sql))


def parse(sql, name="", types=()):
    oids = struct.pack(f"!H{len(types)}I", len(types), *types)
    return message(b"P", text(name) + text(sql) + oids)


def bind(*values, portal="", name="", formats=(), result_formats=()):
    body = text(portal) + text(name)
    body += struct.pack(f"!H{len(formats)}H", len(formats), *formats)
    body += struct.pack("!H", len(values))
    for value in values:
        value = value.encode() if isinstance(value, str) else value
        body += struct.pack("!i", -1) if value is None else struct.pack("!i", len(value)) + value
    return message(b"B", body + struct.pack(f"!H{len(result_formats)}H", len(result_formats),
                                            *result_formats))


def describe(kind, name=""):
    return message(b"D", kind + text(name))


def execute(portal="", max_rows=0):
    return message(b"E", text(portal) + struct.pack("!I", max_rows))


def close(kind, name=""):
    return message(b"C", kind + text(name))


def function_call(oid, *arguments):
    body = struct.pack("!IHH", oid, 0, len(arguments))
    for value in arguments:
        body += struct.pack("!i", len(value)) + value
    return message(b"F", body + struct.pack("!H", 0))


def run(sql, *values, max_rows=0):
    """An extended-protocol statement, without Sync."""
    return parse(sql) + bind(*values) + describe(b"P") + execute(max_rows=max_rows)


SYNC, FLUSH, TERMINATE = message(b"S"), message(b"H"), message(b"X")
COPY_DONE = message(b"c")


def copy_data(data):
    return message(b"d", data if isinstance(data, bytes) else data.encode())


def copy_fail(reason):
    return message(b"f", text(reason))


@dataclass(frozen=True)
class Message:
    kind: str
    body: bytes

    @property
    def fields(self):
        """Of ErrorResponse and NoticeResponse: one-letter code -> text."""
        parts = self.body.rstrip(b"\0").split(b"\0")
        return {part[:1].decode(): part[1:].decode(errors="replace") for part in parts if part}

    @property
    def status(self):
        """Of ReadyForQuery: I, T or E."""
        return self.body.decode()

    @property
    def tag(self):
        return self.body.rstrip(b"\0").decode()

    @property
    def columns(self):
        """Of DataRow: text or None a column."""
        count, at, values = struct.unpack_from("!H", self.body)[0], 2, []
        for _ in range(count):
            (length,) = struct.unpack_from("!i", self.body, at)
            at += 4
            values.append(None if length < 0 else self.body[at:at + length].decode())
            at += max(length, 0)
        return values


class ServerError(Exception):
    def __init__(self, fields):
        super().__init__(f"{fields.get('C')}: {fields.get('M')}")
        self.fields = fields
        self.sqlstate = fields.get("C")


class Closed(Exception):
    """The peer closed the connection."""


class Scram:
    """The client's side of SCRAM-SHA-256 (RFC 5802, RFC 7677), without channel binding."""

    def __init__(self, password):
        self.password = password
        self.nonce = base64.b64encode(os.urandom(18)).decode()
        self.bare = f"n=,r={self.nonce}"

    def first(self):
        return f"n,,{self.bare}".encode()

    def final(self, server_first):
        parts = dict(part.split("=", 1) for part in server_first.decode().split(","))
        assert parts["r"].startswith(self.nonce) and len(parts["r"]) > len(self.nonce)
        salted = hashlib.pbkdf2_hmac("sha256", self.password.encode(),
                                     base64.b64decode(parts["s"]), int(parts["i"]))
        client_key = hmac.digest(salted, b"Client Key", "sha256")
        without_proof = f"c=biws,r={parts['r']}"
        covered = ",".join([self.bare, server_first.decode(), without_proof]).encode()
        signature = hmac.digest(hashlib.sha256(client_key).digest(), covered, "sha256")
        proof = bytes(a ^ b for a, b in zip(client_key, signature))
        server_key = hmac.digest(salted, b"Server Key", "sha256")
        self.expected = base64.b64encode(hmac.digest(server_key, covered, "sha256")).decode()
        return f"{without_proof},p={base64.b64encode(proof).decode()}".encode()

    def check(self, server_final):
        assert server_final.decode() == f"v={self.expected}", "the server's signature is wrong"


class Wire:
    """One connection. `step` bounds the bytes of every send and receive, `buffers` the kernel's; a
    `host` that begins with / is the folder of a Unix socket, `preface` is sent before all else."""

    def __init__(self, port, host="127.0.0.1", timeout=30.0, buffers=None, step=None, preface=b""):
        is_unix = host.startswith("/")
        self.socket = socket.socket(socket.AF_UNIX if is_unix else
                                    socket.AF_INET6 if ":" in host else socket.AF_INET)
        if buffers:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffers)
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, buffers)
        self.socket.settimeout(timeout)
        self.socket.connect(f"{host}/.s.PGSQL.{port}" if is_unix else (host, port))
        if not is_unix:
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.step = step
        self.pending = bytearray()
        self.parameters = {}
        self.key = b""
        self.send(preface)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def reset(self):
        """Goes away without a word: RST instead of FIN."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close()

    def send(self, *parts):
        data = b"".join(parts)
        if not self.step:
            self.socket.sendall(data)
            return
        for at in range(0, len(data), self.step):
            self.socket.sendall(data[at:at + self.step])

    def take(self, count):
        """Exactly so many bytes."""
        while len(self.pending) < count:
            data = self._receive(self.step or 65536)
            if not data:
                raise Closed(bytes(self.pending))
            self.pending += data
        taken = bytes(self.pending[:count])
        del self.pending[:count]
        return taken

    def _receive(self, count):
        try:
            return self.socket.recv(count)
        except ConnectionResetError:
            return b""

    def read(self):
        kind, length = struct.unpack("!cI", self.take(5))
        return Message(kind.decode("latin1"), self.take(length - 4))

    def read_until(self, kinds, count=1):
        """Up to and with the count-th message of one of those kinds."""
        messages = []
        while count:
            messages.append(self.read())
            count -= messages[-1].kind in kinds
        return messages

    def ready(self, count=1):
        return self.read_until("Z", count)

    def rest(self):
        """All messages until the peer closes."""
        messages = []
        try:
            while True:
                messages.append(self.read())
        except Closed as closed:
            assert closed.args == (b"",), f"half a message: {closed.args}"
        return messages

    def rest_or_half(self):
        """Reads until the peer closes, also in the middle of a message."""
        while self._receive(65536):
            pass

    def login(self, user, password, database, **parameters):
        """Startup and authentication up to the first ReadyForQuery; gives all messages since."""
        self.send(startup(user=user, database=database, **parameters))
        return self.authenticate(password)

    def authenticate(self, password):
        messages, scram = [], Scram(password)
        while True:
            got = self.read()
            messages.append(got)
            if got.kind == "E":
                raise ServerError(got.fields)
            if got.kind == "R":
                self._answer(got.body, scram)
            elif got.kind == "S":
                name, value = got.body.split(b"\0")[:2]
                self.parameters[name.decode()] = value.decode()
            elif got.kind == "K":
                self.key = got.body
            elif got.kind == "Z":
                return messages

    def _answer(self, body, scram):
        (code,) = struct.unpack_from("!I", body)
        if code == 10:
            assert b"SCRAM-SHA-256\0" in body[4:]
            first = scram.first()
            self.send(message(b"p", text("SCRAM-SHA-256") + struct.pack("!I", len(first)) + first))
        elif code == 11:
            self.send(message(b"p", scram.final(body[4:])))
        elif code == 12:
            scram.check(body[4:])
        else:
            assert code == 0, f"unexpected authentication request {code}"

    def simple(self, sql):
        self.send(query(sql))
        return self.ready()

    def rows(self, sql):
        messages = self.simple(sql)
        for got in messages:
            if got.kind == "E":
                raise ServerError(got.fields)
        return [got.columns for got in messages if got.kind == "D"]

    def process_id(self):
        return struct.unpack_from("!I", self.key)[0]


def send_cancel(port, key, host="127.0.0.1"):
    """Sends a CancelRequest and waits until the peer has closed the connection."""
    with socket.create_connection((host, port), timeout=30) as connection:
        connection.sendall(untyped(CANCEL_REQUEST, key))
        assert connection.recv(1) == b"", "an answer to a CancelRequest"


def kinds(messages):
    return "".join(got.kind for got in messages)


def errors(messages):
    return [got.fields for got in messages if got.kind == "E"]


def statuses(messages):
    return "".join(got.status for got in messages if got.kind == "Z")


def code_of(connection, sql):
    """The SQLSTATE that a Query is answered with; None: it ran."""
    (error, *_) = errors(connection.simple(sql)) or [None]
    return error and error["C"]
