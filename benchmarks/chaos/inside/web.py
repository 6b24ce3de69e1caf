"""A web server of one process that does one request after the other. Import with Django set up."""

from __future__ import annotations

import select
import socket
from collections.abc import Callable, Iterable
from multiprocessing.connection import Connection
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler

from benchmarks.chaos.inside.doom import doom

Environ = dict[str, Any]
App = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]


def serve(line: Connection, door: socket.socket) -> None:
    """Answer at the door, which others may share, until the line is dead."""
    server = WSGIServer(("127.0.0.1", 0), _Handler, bind_and_activate=False)
    server.server_name, server.server_port = "127.0.0.1", door.getsockname()[1]
    server.setup_environ()
    server.set_app(_doomed(WSGIHandler()))
    server.socket.close()
    server.socket = door
    door.settimeout(0)
    while True:
        ready, _, _ = select.select([door.fileno(), line.fileno()], [], [])
        if line.fileno() in ready:
            return
        server._handle_request_noblock()  # type: ignore[attr-defined]  # noqa: SLF001  # serve_forever cannot watch a line


def _doomed(app: WSGIHandler) -> App:
    """Arm what the request says is to happen, and hold money where it says so."""

    def armed(environ: Environ, start: Callable[..., Any]) -> Iterable[bytes]:
        settings.PAYMENTS["capture"] = environ.pop("HTTP_X_CAPTURE", "automatic")
        doom.arm(environ.pop("HTTP_X_DOOM", "").split())
        return app(environ, start)

    return armed


class _Handler(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name is theirs
        pass
