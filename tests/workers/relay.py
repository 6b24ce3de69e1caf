"""A wire to a broker that can be frozen: connections stay open and nothing comes through."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread
from urllib.parse import urlsplit

from config.ports import HOST


class Relay:
    """Passes bytes on between whoever connects to `url` and the broker behind."""

    def __init__(self, target: str) -> None:
        place = urlsplit(target)
        self._target = (place.hostname or HOST, place.port or 0)
        self._open = Event()
        self._open.set()
        self._listener = socket.create_server((HOST, 0))
        user = f"{place.username}:{place.password}@" if place.username else ""
        port = self._listener.getsockname()[1]
        self.url = place._replace(netloc=f"{user}{HOST}:{port}").geturl()
        Thread(target=self._serve, daemon=True).start()

    def freeze(self) -> None:
        self._open.clear()

    def thaw(self) -> None:
        self._open.set()

    def close(self) -> None:
        self._open.set()
        self._listener.close()

    def _serve(self) -> None:
        with suppress(OSError):  # closed
            while True:
                caller, _ = self._listener.accept()
                broker = socket.create_connection(self._target)
                for source, sink in ((caller, broker), (broker, caller)):
                    Thread(target=self._pass, args=(source, sink), daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket) -> None:
        with source, sink, suppress(OSError):  # one of the two has gone
            while chunk := source.recv(65536):
                self._open.wait()
                sink.sendall(chunk)


@contextmanager
def a_relay(target: str) -> Iterator[Relay]:
    relay = Relay(target)
    try:
        yield relay
    finally:
        relay.close()
