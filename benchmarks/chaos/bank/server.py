"""The bank over HTTP: its API, its page to pay on, and the troubles a request may ask for."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from benchmarks.chaos.bank import instruments
from benchmarks.chaos.bank.book import Book, Event, Payment, Wanted
from benchmarks.chaos.bank.errors import Refused
from benchmarks.chaos.bank.wire import Json, dispute_told, payment_told, refund_told

TROUBLE: Final = "X-Trouble"
"""A header that the transport under test adds: "before" or "after" the work, answer 500."""
HIDDEN: Final = Refused(500, "internal_error")
Answer = tuple[int, Json]


class Bank(Book):
    """One book, one merchant, one port. `start` it, and `stop` it."""

    merchant, api_key, secret = "mer_chaos", "key_chaos", "whsec_chaos"

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.http = _Server(("127.0.0.1", 0), _Front)
        self.http.bank = self
        super().__init__(clock, f"http://127.0.0.1:{self.http.server_address[1]}")
        self.lock = threading.RLock()
        self.hook_url = ""
        self.list_is_out_until = clock()
        self._answers: dict[str, tuple[str, Answer]] = {}

    def start(self) -> None:
        threading.Thread(target=self.http.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        self.http.shutdown()
        self.http.server_close()

    def describe(self, payment: Payment) -> Json:
        return payment_told(payment, url=self.url, merchant=self.merchant)

    def get(self, path: str, query: dict[str, str]) -> Answer:
        if path == "/v1/events":
            return 200, self._feed(query.get("after", ""), int(query.get("limit", "100")))
        if path == "/v1/payments":
            found = self.called(query["reference"])
            return 200, {"data": [self.describe(_speaking(payment)) for payment in found[:1]]}
        return 200, self.describe(_speaking(self.find(path.removeprefix("/v1/payments/"))))

    def post(self, path: str, body: dict[str, Any], key: str) -> Answer:
        """Do it once per key; the same key again gets the same answer."""
        if path == "/v1/merchants":
            return self._sign_up(body)
        asked = json.dumps([path, body], sort_keys=True)
        if key in self._answers:
            before, answer = self._answers[key]
            return answer if before == asked else _said(Refused(409, "idempotency_mismatch"))
        try:
            _, _, what, *rest = path.split("/")
            answer = self._answered(rest[0]) if what == "disputes" else self._act(rest, body, key)
        except Refused as refusal:
            answer = _said(refusal)
        self._answers[key] = (asked, answer)
        return answer

    def _sign_up(self, body: dict[str, Any]) -> Answer:
        self.hook_url = body["webhook_url"]
        known = {"merchant_id": self.merchant, "api_key": self.api_key}
        return 201, {**known, "webhook_secret": self.secret, "mode": "test"}

    def _act(self, path: list[str], body: dict[str, Any], key: str) -> Answer:
        if not path:
            return 201, self.describe(self._create(_wanted(body)))
        payment, verb = self.find(path[0]), path[1]
        if payment.silent:
            payment.unheeded.add(key.partition(":")[0])
        _speaking(payment)
        if verb == "void":
            self.void(payment)
            return 200, self.describe(payment)
        asked = {"reference": body["reference"], "amount": body["amount"]}
        if verb == "refunds":
            return 201, refund_told(payment, instruments.refund(self, payment, **asked))
        instruments.capture(self, payment, **asked, final=body.get("final", True))
        return 201, self.describe(payment)

    def _answered(self, dispute_id: str) -> Answer:
        payment, dispute = instruments.answer_dispute(self, dispute_id)
        return 201, dispute_told(dispute, payment.wanted.currency)

    def _create(self, wanted: Wanted) -> Payment:
        """A new payment; by a saved card it is paid at once, unless the issuer asks."""
        if wanted.saved and wanted.saved not in self.cards:
            raise Refused(422, "saved_card_gone")
        payment = self.add(wanted)
        if wanted.saved:
            instruments.pay(self, payment, self.cards[wanted.saved])
        return payment

    def fall_silent(self, page: str) -> None:
        """Tell nothing of a payment any more, whoever asks."""
        with self.lock:
            self.by_page[page].silent = True

    def _feed(self, after: str, limit: int) -> Json:
        if self.now() < self.list_is_out_until:
            raise HIDDEN
        start = self.place_of(after) if after else 0
        page = self.events[start : start + limit]
        more = start + limit < len(self.events)
        return {"data": [self.event_told(event) for event in page], "has_more": more}

    def event_told(self, event: Event) -> Json:
        return {
            "id": event.id,
            "object": "event",
            "type": event.kind,
            "created": event.created.isoformat(),
            "merchant_id": self.merchant,
            "mode": "test",
            "data": event.told,
        }

    def press(self, page: str, form: dict[str, str]) -> str:
        """A button of the bank's page; where the browser is sent then."""
        payment = self.by_page[page]
        match form["action"]:
            case "pay":
                instruments.pay(self, payment, form["token"])
            case "cancel":
                instruments.cancel(self, payment)
            case action:
                instruments.answer_issuer(self, payment, agreed=action == "approve")
        asked = f"{self.url}/pay/{page}/challenge/"
        return asked if payment.challenged else payment.wanted.return_url


def _wanted(body: dict[str, Any]) -> Wanted:
    return Wanted(
        reference=body["reference"],
        amount=body["amount"],
        currency=body["currency"],
        return_url=body["return_url"],
        method=body["method"],
        description=body["description"],
        manual=body.get("capture") == "manual",
        save=body.get("save_card", False),
        saved=body.get("saved_card", ""),
    )


def _speaking(payment: Payment) -> Payment:
    if payment.silent:
        raise HIDDEN
    return payment


def _said(refusal: Refused) -> Answer:
    return refusal.status, {"error": {"code": refusal.code, "message": "", "param": None}}


class _Server(ThreadingHTTPServer):
    bank: Bank
    daemon_threads = True
    request_queue_size = 64


class _Front(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server
    wbufsize = -1  # one write for each answer
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name is theirs
        pass

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(asked.query).items()}
        self._api(lambda bank: bank.get(asked.path, query))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if self.path.startswith("/pay/"):
            self._page({name: values[0] for name, values in parse_qs(body.decode()).items()})
            return
        told, key = json.loads(body or b"{}"), self.headers.get("Idempotency-Key", "")
        self._api(lambda bank: bank.post(self.path, told, key))

    def do_PATCH(self) -> None:
        self.do_POST()

    def _api(self, do: Callable[[Bank], Answer]) -> None:
        bank, trouble = self.server.bank, self.headers.get(TROUBLE, "")
        answer = _said(HIDDEN)
        if trouble != "before":
            with bank.lock:
                answer = _tried(bank, do)
        self._send(*(_said(HIDDEN) if trouble else answer))

    def _page(self, form: dict[str, str]) -> None:
        bank, page = self.server.bank, self.path.split("/")[2]
        try:
            with bank.lock:
                where = bank.press(page, form)
        except Refused as refusal:
            self._send(*_said(refusal))
            return
        self.send_response(303)
        self.send_header("Location", where)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _send(self, status: int, told: Json) -> None:
        body = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _tried(bank: Bank, do: Callable[[Bank], Answer]) -> Answer:
    try:
        return do(bank)
    except Refused as refusal:
        return _said(refusal)
