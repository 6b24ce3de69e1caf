"""An HTTP proxy that makes trouble: a bad wire between us and a provider, on real sockets.

Put `Wire(provider_url)` between, use `wire.url` in the account, and let trouble begin:

    with wire.trouble(TIMEOUT_AFTER):
        provider.create(request)   # arrives, is done, and nothing comes back
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import create_connection
from threading import Condition, Thread
from typing import Any
from urllib.parse import urlsplit

from config.ports import HOST
from tests.contract.faults import FINE, Answer, Fault

LONGEST = 30.0
"""Seconds after which a side that says nothing is given up."""
HOP_BY_HOP = {"host", "connection", "keep-alive", "transfer-encoding", "content-length"}
REWRITTEN = HOP_BY_HOP | {"content-type", "content-encoding"}


@dataclass(frozen=True, slots=True)
class Sent:
    """A request as it came from us."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Wire:
    """A proxy in front of `target` (scheme, host and port); requests to `spared` paths just pass.

    Spare what an adapter asks before the call that is meant, such as an access token.
    """

    target: str
    spared: tuple[str, ...] = ()
    fault: Fault = FINE
    sent: list[Sent] = field(default_factory=list)
    changed: Condition = field(default_factory=Condition)
    callers: set[int] = field(default_factory=set)
    """The ports of who has called since the trouble began."""
    flying: int = 0

    def __post_init__(self) -> None:
        self._server = _Server((HOST, 0), _Handler)
        self._server.wire = self
        Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self._server.server_port}"

    @contextmanager
    def trouble(self, fault: Fault) -> Iterator[list[Sent]]:
        """Let this happen to every request meanwhile; yields those that were sent."""
        before, self.fault, begun = self.fault, fault, len(self.sent)
        self.callers.clear()
        seen: list[Sent] = []
        try:
            yield seen
        finally:
            self._rest()
            self.fault = before
            seen += self.sent[begun:]

    def _rest(self) -> None:
        """Wait until every request has arrived or come to nothing, also one just given up."""
        with create_connection((HOST, self._server.server_port)) as last:
            port = last.getsockname()[1]
        # Callers are let in one after the other: with the last, all before it are counted.
        with self.changed:
            done = self.changed.wait_for(
                lambda: port in self.callers and not self.flying, timeout=LONGEST
            )
        assert done, f"{self.flying} requests are still on their way"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def takes_in(self, port: int) -> None:
        with self.changed:
            self.callers.add(port)
            self.flying += 1

    def is_done(self) -> None:
        with self.changed:
            self.flying -= 1
            self.changed.notify_all()

    def meets(self, sent: Sent) -> Fault:
        """Note what was sent, and say what happens to it."""
        self.sent.append(sent)
        return FINE if sent.path.startswith(self.spared) else self.fault

    def deliver(self, sent: Sent, times: int) -> Answer:
        """Hand it to the provider so often; its last answer."""
        answer = Answer()
        for _ in range(times):
            answer = _asked(self.target, sent)
        return answer


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    wire: Wire

    def process_request(self, request: Any, client_address: Any) -> None:
        self.wire.takes_in(client_address[1])
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self.wire.is_done()


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = LONGEST

    def do_GET(self) -> None:
        self.pass_on()

    def do_POST(self) -> None:
        self.pass_on()

    def do_PUT(self) -> None:
        self.pass_on()

    def do_PATCH(self) -> None:
        self.pass_on()

    def do_DELETE(self) -> None:
        self.pass_on()

    def pass_on(self) -> None:
        self.close_connection = True
        headers = {k: v for k, v in self.headers.items() if k.lower() not in HOP_BY_HOP}
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        sent = Sent(self.command, self.path, headers, body)
        try:
            self.answer(sent, self.server.wire.meets(sent))
        except (OSError, HTTPException):
            return  # one of the two has gone: nothing comes back

    def answer(self, sent: Sent, fault: Fault) -> None:
        if fault.late:
            self.wait_for_hanging_up()
        told = self.server.wire.deliver(sent, fault.arrives)
        if fault.back is None:
            self.wait_for_hanging_up()
            return
        self.wfile.write(fault.back(told))

    def wait_for_hanging_up(self) -> None:
        self.connection.recv(1)

    def log_message(self, *_: object) -> None:
        pass


def _asked(target: str, sent: Sent) -> Answer:
    parts = urlsplit(target)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=LONGEST)
    try:
        connection.request(sent.method, sent.path, sent.body or None, dict(sent.headers))
        told = connection.getresponse()
        kept = told.headers
        return Answer(
            told.status,
            kept.get("Content-Type", ""),
            told.read(),
            kept.get("Content-Encoding", ""),
            tuple((name, kept[name]) for name in kept if name.lower() not in REWRITTEN),
        )
    finally:
        connection.close()
