"""The bank of `bank/` at the seam of a run."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any, Final

from benchmarks.chaos.bank import instruments
from benchmarks.chaos.bank.book import Payment
from benchmarks.chaos.bank.server import Bank
from benchmarks.chaos.banks import Letter
from benchmarks.chaos.browser import Browser, Gone


class SandboxBank(Bank):
    """Signs as the sandbox does, and has its pages pressed over HTTP."""

    def __init__(self, clock: Callable[[], datetime], _seed: str) -> None:
        super().__init__(clock)
        self.pages = re.compile(re.escape(self.url) + r"/pay/(page_\d+)/")

    def keys(self) -> Mapping[str, str]:
        return {"provider": "sandbox", "url": self.url}

    def environment(self) -> Mapping[str, str]:
        return {"TILL_BANK_URL": self.url}

    def listed(self) -> int:
        return len(self.events)

    def hide_list(self, until: datetime) -> None:
        self.list_is_out_until = until

    def letters(self, start: int) -> list[Letter]:
        with self.lock:
            return [
                Letter(event.id, event.payment, json.dumps(self.event_told(event)).encode())
                for event in self.events[start:]
            ]

    def sign(self, body: bytes, secret: str) -> Mapping[str, str]:
        now = int(self.now().timestamp())
        signed = hmac.new(secret.encode(), f"{now}.".encode() + body, hashlib.sha256).hexdigest()
        return {"Sandbox-Signature": f"t={now},v1={signed}", "Content-Type": "application/json"}

    def richer(self, letter: Letter) -> bytes:
        told: dict[str, Any] = json.loads(letter.body)
        payment = told["data"]
        money = {"status": "captured", "captured": payment["amount"]}
        return json.dumps({**told, "id": f"{letter.id}x", "data": {**payment, **money}}).encode()

    def stranger(self, number: int) -> Letter:
        told = json.loads(STRANGE % {"number": number, "merchant": self.merchant})
        told["created"] = self.now().isoformat()
        return Letter(told["id"], told["data"]["id"], json.dumps(told).encode())

    def asides(self) -> Collection[str]:
        return ()

    def pay(self, page: str, token: str, *, agrees: bool) -> str:
        if not self.by_page[page].challenged:
            where = self._press(page, "pay", token)
            if not where.endswith("/challenge/"):
                return where
        return self._press(page, "approve" if agrees else "refuse", token)

    def leave(self, page: str) -> str:
        return self._press(page, "cancel", "")

    def _press(self, page: str, action: str, token: str) -> str:
        """A button of the page; where it leads, or "" where it is over."""
        try:
            form = {"action": action, "token": token}
            return Browser().post(f"{self.url}/pay/{page}/", form).where
        except Gone:
            return ""

    def back_from(self, page: str) -> str:
        return self.by_page[page].wanted.return_url

    def refund_by_hand(self, order: str) -> None:
        with self.lock:
            for payment in self.book():
                if payment.wanted.description == order and payment.refundable > 0:
                    half = payment.refundable // 2
                    instruments.refund(self, payment, reference="", amount=half)

    def book(self) -> list[Payment]:
        return list(self.payments.values())

    def complaints(self) -> Collection[str]:
        return ()


STRANGE: Final = """{"id": "evt_strange_%(number)d", "object": "event", "type": "payment.captured",
 "merchant_id": "%(merchant)s", "mode": "test", "data": {"id": "pay_strange_%(number)d",
 "reference": "ASTRANGER%(number)d", "merchant_id": "%(merchant)s", "mode": "test",
 "status": "captured", "amount": 500, "currency": "GBP", "authorized": 500, "captured": 500,
 "released": 0, "refunded": 0, "refunds": [], "disputes": []}}"""
