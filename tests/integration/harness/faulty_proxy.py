# SPDX-License-Identifier: Apache-2.0
"""A TCP relay to PostgreSQL that can be told to misbehave: what a bad server looks like."""

import contextlib
import socket
import threading
import time


class FaultyProxy:
    """Relays, unless `greeting` is set: then a new connection gets those bytes after its first
    packet, and nothing else (b"" for a server that never answers)."""

    def __init__(self, server_port):
        self.server_port = server_port
        self.greeting = None
        self.accepted = 0
        self.accepted_at = []  # on the monotonic clock
        self.pairs = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.close()
        self.cut()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                self.accepted += 1
                self.accepted_at.append(time.monotonic())
                serve = self._relay if self.greeting is None else self._greet
                threading.Thread(target=serve, args=(client,), daemon=True).start()

    def _greet(self, client):
        self.pairs.append((client, client))
        with contextlib.suppress(OSError):
            client.recv(65536)
            client.sendall(self.greeting)
            while client.recv(65536):
                pass

    def _relay(self, client):
        server = socket.create_connection(("127.0.0.1", self.server_port))
        self.pairs.append((client, server))
        threading.Thread(target=self._copy, args=(client, server), daemon=True).start()
        self._copy(server, client)

    @staticmethod
    def _copy(source, sink):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def inject(self, data):
        """Bytes that come from no server, to every connection of the gateway."""
        for client, _ in self.pairs:
            with contextlib.suppress(OSError):
                client.sendall(data)

    def cut(self):
        """All connections end at once."""
        pairs, self.pairs = self.pairs, []
        for pair in pairs:
            for end in pair:
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
                end.close()
