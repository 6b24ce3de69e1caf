"""Servers that answer as they like, a byte at a time or not as one should."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from contextlib import suppress
from threading import Thread

from config.ports import HOST


def answers(listener: socket.socket, talk: Callable[[socket.socket], None]) -> str:
    """The address of a bank that talks so to whoever connects first."""

    def serve() -> None:
        connection, _ = listener.accept()
        with connection, suppress(OSError):
            connection.recv(65536)
            talk(connection)

    Thread(target=serve, daemon=True).start()
    return f"http://{HOST}:{listener.getsockname()[1]}"


def trickle(data: bytes, after: bytes = b"") -> Callable[[socket.socket], None]:
    """Says `after` at once, and then a byte of `data` ten times a second."""

    def talk(connection: socket.socket) -> None:
        connection.sendall(after)
        for byte in data:
            connection.sendall(bytes([byte]))
            time.sleep(0.1)  # the trickle itself

    return talk
