"""The stand-in of Stripe as the bank of a run: its pages, its letters, and trouble on its wire."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any, Final

from stripe import WebhookSignature

from benchmarks.chaos.bank.book import Payment
from benchmarks.chaos.banks import Letter
from benchmarks.chaos.browser import Browser, Gone, Reply
from benchmarks.chaos.stripe.book import Book
from benchmarks.chaos.stripe.fate import Fate
from benchmarks.chaos.stripe.means import MEANS
from tests.fakes.stripe.endpoints import secret_of, takers
from tests.fakes.stripe.fake import Fake

EARLIER: Final = 60
"""Seconds that the stranger's payment is old when its letter is written."""
GONE_ON: Final = frozenset({302, 303})


class StripeBank:
    """Lets shoppers press the buttons of its pages over HTTP, as a browser would."""

    def __init__(self, clock: Callable[[], datetime], seed: str) -> None:
        self.fake = Fake(clock, seed=seed, deliver=False)
        self.url, self.lock = self.fake.url, self.fake.lock
        self.pages = re.compile(re.escape(self.url) + r"/(c/pay/cs_\w+|authenticate/\w+)$")
        self._merchant = self.fake.open_account()
        self._shelf = self.fake.shelf(self._merchant.id)
        self._fate = Fate(self.fake, self._shelf)

    def start(self) -> None:
        self.fake.start()

    def stop(self) -> None:
        self.fake.stop()

    def keys(self) -> Mapping[str, str]:
        merchant = self._merchant
        named = {"secret": merchant.key, "publishable": merchant.publishable_key}
        return {"provider": "stripe", "url": self.url, **named}

    def environment(self) -> Mapping[str, str]:
        return {"STRIPE_PAGES": self.url}

    @property
    def secret(self) -> str:
        """Of the one endpoint, which the shop itself has made."""
        (endpoint,) = self._shelf.of("webhook_endpoint")
        return secret_of(self._shelf, endpoint)

    def next_due(self) -> datetime | None:
        return self.fake.next_due()

    def catch_up(self) -> None:
        self.fake.catch_up()

    def listed(self) -> int:
        return len(self._shelf.of("event"))

    def hide_list(self, until: datetime) -> None:
        self._fate.list_is_out_until = until

    def letters(self, start: int) -> list[Letter]:
        return [
            Letter(each.event, _about(json.loads(each.body)), each.body)
            for each in self.fake.letters(self._merchant.id, start=start)
        ]

    def sign(self, body: bytes, secret: str) -> Mapping[str, str]:
        now = int(self.fake.now().timestamp())
        signed = WebhookSignature.generate_signature_header(body.decode(), secret, now)
        return {"Stripe-Signature": signed, "Content-Type": "application/json; charset=utf-8"}

    def richer(self, letter: Letter) -> bytes:
        told: dict[str, Any] = json.loads(letter.body)
        about = told["data"]["object"]
        about |= {"status": "succeeded", "amount_received": about.get("amount", 100)}
        changed = {"id": f"{letter.id}x", "type": "payment_intent.succeeded"}
        return json.dumps(told | changed).encode()

    def stranger(self, number: int) -> Letter:
        about = {"id": f"pi_strange_{number}", "object": "payment_intent", "amount": 500}
        about |= {"status": "succeeded", "amount_received": 500, "currency": "gbp"}
        about |= {"metadata": {"our_ref": f"ASTRANGER{number}"}, "livemode": False}
        told = {"id": f"evt_strange_{number}", "object": "event", "livemode": False}
        told |= {"type": "payment_intent.succeeded", "data": {"object": about}}
        told |= {"created": int(self.fake.now().timestamp()) - EARLIER}
        return Letter(str(told["id"]), str(about["id"]), json.dumps(told).encode())

    def asides(self) -> Collection[str]:
        """What no endpoint of the shop wants to hear of."""
        with self.lock:
            events = self._shelf.of("event")
            return {each["id"] for each in events if not takers(self._shelf, each["type"])}

    def pay(self, page: str, token: str, *, agrees: bool) -> str:
        means = MEANS[token]
        if means.at_closing:
            self._fate.pay_at_closing(page.rpartition("/")[2], token)
            return ""
        self._fate.expect(page, token)
        if page.startswith("authenticate/"):
            return self._answer(page, agrees=agrees)
        form = {"number": means.number, "pay_with": means.pay_with, "email": "jenny@example.com"}
        where = self._where(self._press(page, form), page)
        asked = self.pages.search(where)
        if asked and asked[1].startswith("authenticate/"):
            return self._answer(asked[1], agrees=agrees)
        return where

    def _answer(self, page: str, *, agrees: bool) -> str:
        reply = self._press(page, {"agreed": "true" if agrees else "false"})
        return reply.where if reply and reply.status in GONE_ON else ""

    def _where(self, reply: Reply | None, page: str) -> str:
        """On, or here again after a decline; "" where the page is over."""
        if reply is None:
            return ""
        return reply.where or (f"{self.url}/{page}" if self._is_open(page) else "")

    def _is_open(self, page: str) -> bool:
        return bool(self.fake.told(page.rpartition("/")[2])["status"] == "open")

    def _press(self, page: str, form: Mapping[str, str]) -> Reply | None:
        try:
            return Browser().post(f"{self.url}/{page}", form)
        except Gone:
            return None

    def leave(self, page: str) -> str:
        return str(self.fake.told(page.rpartition("/")[2])["cancel_url"])

    def back_from(self, page: str) -> str:
        return str(self.fake.told(page.rpartition("/")[2])["success_url"])

    def refund_by_hand(self, order: str) -> None:
        for payment in self.book():
            if payment.wanted.description == order and payment.refundable > 0:
                self.fake.refund_in_dashboard(payment.id, payment.refundable // 2)

    def book(self) -> list[Payment]:
        with self.lock:
            return Book(self._shelf, self._fate).payments()

    def complaints(self) -> Collection[str]:
        said = [f"{each.address}: {each.said} {each.param}" for each in self.fake.violations]
        disputes = self._shelf.of("dispute")
        sent = [(each["id"], each["evidence_details"]["submission_count"]) for each in disputes]
        return said + [f"dispute {name}: evidence came {n} times" for name, n in sent if n > 1]


def _about(event: dict[str, Any]) -> str:
    """The payment that an event is about."""
    about = event["data"]["object"]
    return str(about.get("payment_intent") or about["id"])
