"""Who plays in the tests of the bank: a process, a merchant, a shopper and a webhook receiver."""

import json
import os
import re
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Condition, Event, Thread
from typing import Any
from urllib.parse import urljoin

import httpx

from config.ports import HOST, free_port, wait_until_answers
from config.stack import BANK

ROOT = Path(__file__).resolve().parents[3]
RETURN_URL = "http://127.0.0.1:9/back/?order=1"
METHOD_OF = {"tok": "card", "wal": "wallet", "qr_": "qr", "deb": "bank_debit"}
FIELD_OF = {"tok": "card", "wal": "wallet", "deb": "account"}
CLIENTS: list[httpx.Client] = []
"""Closed after each test."""


def a_client() -> httpx.Client:
    CLIENTS.append(httpx.Client(trust_env=False, timeout=30))
    return CLIENTS[-1]


@dataclass
class BankProcess:
    """A sandbox bank of our own, which a test may kill and start again over the same book."""

    data: Path
    database_url: str = ""
    pace: float = 1.0
    settings: str = "config.bank"
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def log(self) -> Path:
        return self.data / "log"

    def manage(self, *arguments: str) -> subprocess.Popen[bytes]:
        return self._run("manage.py", *arguments)

    def _run(self, *command: str) -> subprocess.Popen[bytes]:
        book = self.database_url or f"sqlite:///{self.data / 'bank.sqlite3'}"
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": self.settings,
            "TILL_DATA": str(self.data),
            "TILL_BANK_PACE": str(self.pace),
            "BANK_DATABASE_URL": book,
            "DATABASE_URL": book,
        }
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, *command], env=environment, cwd=ROOT, stdout=log, stderr=log
            )

    def start(self) -> None:
        """Make its tables where they are missing, and serve."""
        process = self.process = self._run(*BANK, f"--port={self.port}")
        health = f"{self.url}/health/"
        alive = wait_until_answers(health, seconds=90, alive=lambda: process.poll() is None)
        assert alive, self.log.read_text()

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()


@dataclass
class Receiver:
    """A merchant's webhook address: keeps what arrives and answers as it is told."""

    statuses: list[int] = field(default_factory=list)
    """Answers of the next requests, then 200."""
    hold: Event = field(default_factory=Event)
    """Requests wait for this before they are answered."""
    received: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    changed: Condition = field(default_factory=Condition)

    def __post_init__(self) -> None:
        self.hold.set()
        self.server = ThreadingHTTPServer((HOST, 0), handler_of(self))
        Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.server.server_port}/hooks/?shop=1"

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.received]

    def wait_for(self, count: int, seconds: float = 10) -> list[dict[str, Any]]:
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.received) >= count, timeout=seconds)
        return self.events

    def close(self) -> None:
        self.hold.set()
        self.server.shutdown()
        self.server.server_close()


def handler_of(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            with receiver.changed:
                receiver.received.append((dict(self.headers), body))
                status = receiver.statuses.pop(0) if receiver.statuses else 200
                receiver.changed.notify_all()
            receiver.hold.wait(20)
            self.send_response(status)
            self.send_header("Location", "/elsewhere/")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    return Handler


@dataclass
class Shop:
    """A merchant that speaks to the bank over HTTP."""

    bank: str
    merchant: dict[str, str]
    http: httpx.Client

    def send(self, method: str, path: str, body: object = None, *, key: str = "") -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.merchant['api_key']}"}
        if method == "POST":
            headers["Idempotency-Key"] = key or uuid.uuid4().hex
        return self.http.request(method, f"{self.bank}{path}", json=body, headers=headers)

    def get(self, path: str) -> Any:
        return self.send("GET", path).json()

    def payment(self, **changes: object) -> dict[str, Any]:
        answer = self.send("POST", "/v1/payments", an_order(**changes))
        assert answer.status_code == 201, answer.text
        payment: dict[str, Any] = answer.json()
        return payment

    def paid(self, **changes: object) -> dict[str, Any]:
        payment = self.payment(**changes)
        assert Shopper(payment["checkout_url"]).pays().status_code == 303
        found: dict[str, Any] = self.get(f"/v1/payments/{payment['id']}")
        return found

    def saved(self, token: str = "tok_approve", **changes: object) -> str:
        """A card of ours, kept by a payment that it made; its id."""
        payment = self.payment(save_card=True, **changes)
        Shopper(payment["checkout_url"]).finishes(token)
        card: str = self.once(payment, "captured")["saved_card"]["id"]
        return card

    def finished(self, token: str, **changes: object) -> dict[str, Any]:
        """A payment that a shopper did with this token, as it is when the page was left."""
        method = METHOD_OF[token[:3]]
        payment = self.payment(method=method, **changes)
        Shopper(payment["checkout_url"] or payment["qr_content"]).finishes(token)
        found: dict[str, Any] = self.get(f"/v1/payments/{payment['id']}")
        return found

    def held(self, token: str = "tok_approve", **changes: object) -> dict[str, Any]:
        """A payment whose shopper did with this token what the shop is to capture later."""
        return self.finished(token, capture="manual", **changes)

    def once(self, payment: dict[str, Any], status: str, seconds: float = 20) -> dict[str, Any]:
        """The payment once it has that status."""
        return self.when(payment, lambda now: now["status"] == status, seconds)

    def when(
        self, payment: dict[str, Any], holds: Callable[[dict[str, Any]], bool], seconds: float = 20
    ) -> dict[str, Any]:
        """The payment once that holds for it."""
        seen: list[dict[str, Any]] = []

        def asked() -> bool:
            seen.append(self.get(f"/v1/payments/{payment['id']}"))
            return holds(seen[-1])

        assert eventually(asked, seconds), seen[-1]
        return seen[-1]

    def void(self, payment: dict[str, Any]) -> httpx.Response:
        return self.send("POST", f"/v1/payments/{payment['id']}/void")

    def events(self, payment: dict[str, Any]) -> list[str]:
        """The types of a payment's events in the order they were written."""
        data = self.get(f"/v1/events?payment={payment['id']}")["data"]
        return [event["type"] for event in reversed(data)]

    def capture(
        self, payment: dict[str, Any], amount: int, *, key: str = "", **changes: object
    ) -> httpx.Response:
        body = {"reference": f"C{uuid.uuid4().hex[:20]}", "amount": amount} | changes
        return self.send("POST", f"/v1/payments/{payment['id']}/captures", body, key=key)

    def refund(self, payment: dict[str, Any], amount: int, **changes: str) -> httpx.Response:
        body = {"reference": f"R{uuid.uuid4().hex[:20]}", "amount": amount} | changes
        return self.send("POST", f"/v1/payments/{payment['id']}/refunds", body)


def a_shop(bank: str, webhook_url: str = "") -> Shop:
    http = a_client()
    body = {"name": "Corner Shop", "webhook_url": webhook_url}
    return Shop(bank, http.post(f"{bank}/v1/merchants", json=body).json(), http)


def an_order(**changes: object) -> dict[str, object]:
    order = {"reference": f"A{uuid.uuid4().hex[:20]}", "amount": 1234, "currency": "GBP"}
    return order | {"return_url": RETURN_URL, "description": "Order 4F7K2"} | changes


class Shopper:
    """A browser without script on the hosted page."""

    def __init__(self, checkout_url: str) -> None:
        self.url = checkout_url
        self.http = a_client()
        self.page = self.http.get(checkout_url)

    def posts(self, **fields: str) -> httpx.Response:
        hidden = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.page.text)
        if hidden:
            fields["csrfmiddlewaretoken"] = hidden[1]
        return self.http.post(self.url, data=fields)

    def finishes(self, token: str) -> httpx.Response:
        """Choose what the token names on its page; an issuer that asks gets a yes."""
        if token.startswith("qr_"):
            return self.posts(action=token)
        answer = self.posts(action="pay", **{FIELD_OF[token[:3]]: token})
        if "/challenge/" not in answer.headers.get("Location", ""):
            return answer
        return self.asked().posts(action="approve")

    def asked(self) -> "Shopper":
        """The same browser, at the issuer of the card."""
        self.url = urljoin(self.url, "challenge/") if "/challenge/" not in self.url else self.url
        self.page = self.http.get(self.url)
        return self

    def pays(self, card: str = "tok_approve") -> httpx.Response:
        return self.posts(card=card, action="pay")

    def cancels(self) -> httpx.Response:
        return self.posts(action="cancel")


def at_once(count: int, act: Callable[[int], object]) -> list[object]:
    """Run `act` in so many threads that start together, and return what each got."""
    results: list[object] = [None] * count
    go = Event()

    def run(number: int) -> None:
        go.wait()
        results[number] = act(number)

    threads = [Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    go.set()
    for thread in threads:
        thread.join()
    return results


def eventually(holds: Callable[[], bool], seconds: float = 10) -> bool:
    """Ask until it holds; False after so long."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True
