"""HTTP around the gate and the pages: keep-alive, threads, loopback only."""

from __future__ import annotations

import threading
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import urlsplit

from tests.fakes.stripe.gate import Gate
from tests.fakes.stripe.page import Page
from tests.fakes.stripe.pages import Pages
from tests.fakes.stripe.request import Request

HOST: Final = "127.0.0.1"


class Server:
    def __init__(self, gate: Gate, port: int) -> None:
        self._http = _Http((HOST, port), _Front)
        self._http.gate, self._http.pages = gate, Pages(gate)
        self.url = f"http://{HOST}:{self._http.server_port}"
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)

    @property
    def connections(self) -> int:
        return self._http.connections

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


class _Http(ThreadingHTTPServer):
    gate: Gate
    pages: Pages
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    connections = 0

    def process_request(self, request: Any, client_address: Any) -> None:
        self.connections += 1
        super().process_request(request, client_address)


class _Front(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Http
    wbufsize = -1  # one write for each answer
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name is theirs
        pass

    def date_time_string(self, timestamp: float | None = None) -> str:  # noqa: ARG002  # theirs
        """The `Date` of the injected clock."""
        return format_datetime(self.server.gate.world.now(), usegmt=True)

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_DELETE(self) -> None:
        self._answer()

    def _answer(self) -> None:
        asked = urlsplit(self.path)
        length = int(self.headers.get("Content-Length", "0"))
        body = self.rfile.read(length).decode("utf-8", "replace")
        form = body if self.command == "POST" else asked.query
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, asked.path, form, headers)
        page = self.server.pages.page(request)
        if page is not None:
            self._send_page(page)
            return
        answer, own = self.server.gate.answer(request)
        self._send(answer.status, answer.body, {"Content-Type": answer.kind, **own})

    def _send_page(self, page: Page) -> None:
        self._send(page.status, page.body, page.headers)

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()
