"""A bank that answers over HTTP what a test tells it to, in the words of docs/sandbox.md."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from config.ports import HOST
from payments.providers.base import Account


def a_payment(**facts: object) -> dict[str, Any]:
    """A held payment as docs/sandbox.md writes it."""
    payment = {"id": "pay_1", "reference": "A1", "status": "authorized", "amount": 1000}
    totals = {"authorized": 1000, "captured": 0, "released": 0, "refunded": 0, "currency": "GBP"}
    lists: dict[str, Any] = {"captures": [], "refunds": [], "disputes": [], "card": None}
    whose = {"mode": "test", "merchant_id": "mer_1", "capture_before": "2026-03-01T12:00:00Z"}
    return payment | totals | lists | whose | facts


class FakeBank:
    """Answers every request with what it `says`, or with what that makes of its path.

    A POST with what it `refuses`, if anything.
    """

    says: object = None
    refuses: str = ""

    def __init__(self) -> None:
        bank = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                says = bank.says(self.path) if callable(bank.says) else bank.says
                self.answer(200, says)

            def do_POST(self) -> None:
                if bank.refuses:
                    self.answer(409, {"error": {"code": bank.refuses}})
                else:
                    self.do_GET()

            def answer(self, status: int, says: object) -> None:
                body = json.dumps(says).encode()
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer((HOST, 0), Handler)
        Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def account(self) -> Account:
        url = f"http://{HOST}:{self.server.server_port}"
        return Account("sandbox", "test", "mer_1", url, {"api_key": "k", "webhook_secret": "s"})
