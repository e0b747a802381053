# SPDX-License-Identifier: Apache-2.0
"""TLS under a Wire: asked for, at once, or byte by byte."""

import contextlib
import ssl

from . import wire


def trusting(authority=None, alpn=()):
    """A client's context that believes `authority`, or anybody."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    if authority:
        context.load_verify_locations(authority.certificate)
    else:
        context.verify_mode = ssl.CERT_NONE
    if alpn:
        context.set_alpn_protocols(list(alpn))
    return context


def ask(connection):
    """Sends SSLRequest and gives the answer, one byte."""
    connection.send(wire.untyped(wire.SSL_REQUEST))
    return connection.take(1)


def start(connection, context):
    """What the Wire sends from now on is inside TLS."""
    connection.socket = context.wrap_socket(connection.socket, server_hostname="localhost")
    return connection


@contextlib.contextmanager
def connected(port, context, **options):
    """A Wire inside TLS, before its login."""
    with wire.Wire(port, **options) as connection:
        assert ask(connection) == b"S"
        yield start(connection, context)


def certificate(port):
    """The one that the gateway shows, DER."""
    with connected(port, trusting()) as connection:
        return connection.socket.getpeercert(binary_form=True)


class ByteByByte:
    """A socket that does TLS in memory and sends, and takes, one byte at a time."""

    def __init__(self, plain, context):
        self.plain = plain
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.incoming, self.outgoing, server_hostname="localhost")
        self._run(self.tls.do_handshake)

    def sendall(self, data):
        self._run(lambda: self.tls.write(data))

    def recv(self, count):
        return self._run(lambda: self.tls.read(count))

    def close(self):
        self.plain.close()

    def _run(self, call):
        while True:
            try:
                result = call()
                self._flush()
                return result
            except ssl.SSLWantReadError:
                self._flush()
                byte = self.plain.recv(1)
                if not byte:
                    raise ConnectionResetError("closed inside TLS") from None
                self.incoming.write(byte)

    def _flush(self):
        for byte in self.outgoing.read():
            self.plain.sendall(bytes([byte]))
