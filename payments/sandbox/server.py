"""The bank's HTTP server: a thread per connection, kept alive, quiet, closed when idle."""

import sys
from typing import Any

from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application

IDLE_SECONDS = 30
FIRST_FAILURE = 400


class Handler(WSGIRequestHandler):
    """Answers in one packet, forgets idle clients, and logs a line per failed request only."""

    timeout = IDLE_SECONDS
    # Small separate writes and a delayed acknowledgement cost 40 ms per answer.
    disable_nagle_algorithm = True
    wbufsize = -1

    def handle(self) -> None:
        try:
            super().handle()
        except (TimeoutError, ConnectionError):
            self.close_connection = True

    def handle_one_request(self) -> None:
        super().handle_one_request()
        # An answer without a body (to HEAD) is not flushed by anybody else.
        self.wfile.flush()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        if str(code).isdigit() and int(code) < FIRST_FAILURE:
            return
        self.log_message('"%s" %s %s', self.requestline, code, size)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base class names it
        line = (format % args).encode("ascii", "backslashreplace").decode()
        sys.stderr.write(f"sandbox bank: {line}\n")


class Server(ThreadedWSGIServer):
    request_queue_size = 128


def build_server(host: str, port: int) -> Server:
    """Bind a server to that address; raises OSError when it is taken."""
    server = Server((host, port), Handler, ipv6=":" in host)
    server.set_app(StaticFilesHandler(get_wsgi_application()))
    return server
